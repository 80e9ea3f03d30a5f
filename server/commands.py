"""The one door for writes, whatever the transport.

`perform` recognizes a repeat by (actor, cmd_id) and gives it the stored answer byte for byte (P3); otherwise it
runs the service, stores the answer in the same transaction, commits, and rings the bus (P1, P7). Commands that
arrive on one lane while it is busy share the next transaction, a savepoint each, so that a burst costs a
handful of fsyncs (P2); votes among them share their statements as well (`bursts.py`).
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Protocol, TypeVar, cast

import structlog
from pydantic import BaseModel
from sqlalchemy import Table, bindparam, delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from events import log
from events.actor import Actor
from events.base import new_id
from events.errors import Conflict, PreconditionFailed, Refusal, TooMany
from server import bursts
from server.bursts import Act, Raced
from server.database import AWAY, Database, is_bad_data
from server.errors import Answer, BadRequest, Unavailable, problem
from server.storage import StorageFull, is_full
from server.stored import CommandConflict, CommandRow, digest_of, owner_of, repeat

__all__ = ["Command", "CommandConflict", "CommandRow", "Commands", "Ring", "Work", "digest_of", "encode", "heard"]

BATCH = 256
BURST = 8
"""How many votes weigh as much as one other command."""
TRIES = 3
DEADLOCKS = {"40001", "40P01"}
KEPT = timedelta(hours=48)
logger = structlog.get_logger()

Work = Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]
T = TypeVar("T")
Told = Callable[[Mapping[str, Sequence[log.Entry]]], None]


Moved = Callable[[str, str], None]
"""Told of each command of a person in a room once it is committed: their stream there, and its `cmd_id`."""


class Ring(Protocol):
    """Who hears what a commit wrote, by stream and in order. `more` says that the next commit is under way."""

    def __call__(self, written: Mapping[str, Sequence[log.Entry]], more: bool = False) -> None: ...


@dataclass(slots=True)
class Command:
    """One act of one actor. `lane` names what it must stay in order with (a room), if anything."""

    actor: Actor
    work: Work
    digest: bytes
    status: int = 200
    cmd_id: str = field(default_factory=new_id)
    lane: str | None = None

    @property
    def owner(self) -> str:
        """Under whom its answer is kept."""
        return owner_of(self.actor, self.digest)


Tell = Callable[[Answer | Exception], None]
_Waiting = tuple[Command | Act, Tell]


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Waiting] = field(default_factory=deque)
    busy: bool = False


class Commands:
    """Performs commands against one database; one per process."""

    def __init__(self, database: Database, ring: Ring, moved: Moved = lambda stream, cmd_id: None) -> None:
        self._database = database
        self._ring = ring
        self._moved = moved
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.commits = 0

    async def perform(self, command: Command | Act) -> Answer:
        """Carry the command out at most once. Refusals come back as answers.

        `Unavailable` means "maybe", `StorageFull` that nothing was done.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.submit(command, partial(_settle, answer))
        return await asyncio.shield(answer)

    def submit(self, command: Command | Act, tell: Tell) -> None:
        """The same without waiting: `tell` is called in the event loop once the command is committed or refused."""
        name = self._lane_of(command)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
        lane.waiting.append((command, tell))
        if not lane.busy:
            lane.busy = True
            task = asyncio.create_task(self._run(name, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _lane_of(self, command: Command | Act) -> str:
        if self._database.is_sqlite:
            return ""
        return command.roadshow_id if isinstance(command, Act) else command.lane or f"/{new_id()}"

    async def close(self) -> None:
        """Wait for what was accepted."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def forget(self, now: datetime) -> None:
        """Drop stored answers older than 48 hours."""

        async def work(session: AsyncSession) -> None:
            await session.execute(delete(CommandRow).where(CommandRow.at < now - KEPT))

        await self._database.transact(work)

    async def _run(self, name: str, lane: _Lane) -> None:
        while lane.waiting:
            batch = _taken(lane.waiting)
            answers = await self._commit([command for command, _ in batch], name, lane)
            for (_, tell), answer in zip(batch, answers, strict=True):
                try:
                    tell(answer)
                except Exception:
                    logger.exception("answer_not_told")
        lane.busy = False
        del self._lanes[name]

    async def _commit(self, batch: list[Command | Act], name: str, lane: _Lane) -> Answers:
        """One transaction for the batch. When it cannot commit, nobody in it was answered."""
        for tries in range(1, TRIES + 1):
            try:
                return await self._transaction(batch, name, lane)
            except (*AWAY, OSError, TimeoutError, Raced) as error:
                if tries < TRIES and _is_passing(error):
                    continue
                logger.warning("commit_failed", error=type(error).__name__, commands=len(batch))
                if is_full(error):
                    return [StorageFull() for _ in batch]
                break
            except Exception as error:
                logger.exception("commit_crashed", commands=len(batch))
                return [error for _ in batch]
        return [Unavailable() for _ in batch]

    async def _transaction(self, batch: list[Command | Act], name: str, lane: _Lane) -> Answers:
        async def work(session: AsyncSession) -> Answers:
            if name and not name.startswith("/"):
                await self._database.take_turn(session, name)
            return await _all(session, batch)

        answers = await heard(self._database, lambda written: self._ring(written, more=bool(lane.waiting)), work)
        self.commits += 1
        for command, answer in zip(batch, answers, strict=True):
            if (stream := _own_stream(command)) and isinstance(answer, Answer) and answer.status < 300:
                self._moved(stream, command.cmd_id)
        return answers


def _own_stream(command: Command | Act) -> str | None:
    """The stream of whoever acted in a room, by which their other devices are told."""
    if isinstance(command, Act):
        return log.user_stream(command.roadshow_id, command.user_id) if command.person else None
    user_id = command.actor.user_id
    return log.user_stream(command.lane, user_id) if command.lane and user_id else None


async def heard(database: Database, ring: Told, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """One transaction around `work`; whoever listens hears what it wrote once it is committed (P7)."""

    async def whole(session: AsyncSession) -> tuple[T, AsyncSession]:
        result = await work(session)
        await log.run_deferred(session)
        return result, session

    result, session = await database.transact(whole)
    if entries := log.committed(session):
        ring(entries)
    return result


Answers = list[Answer | Exception]


def _settle(future: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Answer):
        future.set_result(answer)
    else:
        future.set_exception(answer)
        future.exception()


def _taken(waiting: deque[_Waiting]) -> list[_Waiting]:
    """What the next transaction carries: votes weigh little."""
    taken: list[_Waiting] = []
    room = BATCH * BURST
    while waiting and room > 0:
        room -= 1 if isinstance(waiting[0][0], Act) else BURST
        taken.append(waiting.popleft())
    return taken


async def _all(session: AsyncSession, batch: list[Command | Act]) -> Answers:
    """One after the other; votes that stand together go together, a room at a time."""
    answers: dict[int, Answer | Exception] = {}
    for is_burst, numbers in groupby(range(len(batch)), key=lambda number: isinstance(batch[number], Act)):
        if is_burst:
            await _bursts(session, batch, list(numbers), answers)
        else:
            for number in numbers:
                command = batch[number]
                assert isinstance(command, Command)
                answers[number] = await _one(session, command)
    return [answers[number] for number in range(len(batch))]


async def _bursts(
    session: AsyncSession, batch: list[Command | Act], numbers: list[int], answers: dict[int, Answer | Exception]
) -> None:
    rooms: dict[str, dict[int, Act]] = {}
    for number in numbers:
        act = batch[number]
        assert isinstance(act, Act)
        rooms.setdefault(act.roadshow_id, {})[number] = act
    for _, acts in sorted(rooms.items()):
        answers |= zip(acts, await _burst(session, list(acts.values())), strict=True)


async def _burst(session: AsyncSession, acts: list[Act]) -> Sequence[Answer | Exception]:
    """One room's votes in a savepoint of their own."""
    mark = log.mark(session)
    try:
        async with session.begin_nested():
            return await bursts.perform(session, acts, datetime.now(UTC))
    except (DBAPIError, PendingRollbackError, Raced):
        raise
    except Exception as error:
        log.reset(session, mark)
        logger.exception("burst_crashed", commands=len(acts))
        return [error for _ in acts]
    finally:
        session.expunge_all()


async def _one(session: AsyncSession, command: Command) -> Answer | Exception:
    """Run one command in its savepoint; its refusal undoes only itself."""
    now = datetime.now(UTC)
    mark = log.mark(session)
    try:
        async with session.begin_nested():
            if not await _store(session, command, Answer(0, b""), now):
                return await _stored(session, command) or problem(Conflict())
            answer = Answer(command.status, encode(await command.work(session, command.actor, now)))
            await (await session.connection()).execute(
                _ANSWERED, {"who": command.owner, "what": command.cmd_id, **_parts(answer)}
            )
        return answer
    except IntegrityError:
        log.reset(session, mark)
        return problem(Conflict())
    except StaleDataError:
        log.reset(session, mark)
        return await _refuse(session, command, PreconditionFailed(), now)
    except Refusal as refusal:
        log.reset(session, mark)
        return await _refuse(session, command, refusal, now)
    except DBAPIError as error:
        if not is_bad_data(error):
            raise
        log.reset(session, mark)
        logger.warning("command_refused_by_database", error=str(error.orig)[:200])
        return problem(BadRequest())
    except PendingRollbackError:
        raise
    except Exception as error:
        log.reset(session, mark)
        logger.exception("command_crashed")
        return error
    finally:
        session.expunge_all()


_STORED = select(CommandRow.digest, CommandRow.status, CommandRow.body).where(
    CommandRow.actor == bindparam("who"), CommandRow.cmd_id == bindparam("what")
)
_TABLE = cast(Table, CommandRow.__table__)
_STORE = text(
    "INSERT INTO commands (actor, cmd_id, digest, status, body, at) "
    "VALUES (:actor, :cmd_id, :digest, :status, :body, :at) ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(column.name, type_=column.type) for column in _TABLE.columns))
_ANSWERED = (
    update(_TABLE)
    .where(_TABLE.c.actor == bindparam("who"), _TABLE.c.cmd_id == bindparam("what"))
    .values(status=bindparam("status"), body=bindparam("body"))
)


def _parts(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "body": answer.body}


async def _stored(session: AsyncSession, command: Command) -> Answer | None:
    """What was answered to this command before, here or by another process."""
    row = (await session.execute(_STORED, {"who": command.owner, "what": command.cmd_id})).one_or_none()
    return None if row is None else repeat(*row, command.digest)


async def _store(session: AsyncSession, command: Command, answer: Answer, now: datetime) -> bool:
    """Keep the answer; or False, when this command has one: a twin in another process is waited for."""
    values = {"actor": command.owner, "cmd_id": command.cmd_id, "digest": command.digest, "at": now}
    stored = await (await session.connection()).execute(_STORE, values | _parts(answer))
    return stored.rowcount == 1


async def _refuse(session: AsyncSession, command: Command, refusal: Refusal, now: datetime) -> Answer:
    """A refusal is an answer too, and a repeat gets the same one; passing troubles and strangers' are not kept."""
    answer = problem(refusal)
    if not isinstance(refusal, TooMany) and not command.actor.is_nobody:
        await _store(session, command, answer, now)
    return answer


def _is_passing(error: Exception) -> bool:
    if isinstance(error, Raced):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in DEADLOCKS


def encode(result: Any) -> bytes:
    """The JSON bytes of a view, or nothing for None."""
    if result is None:
        return b""
    if isinstance(result, BaseModel):
        return result.model_dump_json().encode()
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=str).encode()
