"""The one door for writes, whatever the transport.

`perform` recognizes a repeat by (actor, cmd_id) and gives it the stored answer byte for byte (P3); otherwise it
runs the service, stores the answer in the same transaction, commits, and rings the bus (P1, P7). Commands that
arrive on one lane while it is busy share the next transaction, a savepoint each, so that a burst costs a
handful of fsyncs (P2).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pydantic import BaseModel
from sqlalchemy import LargeBinary, String, delete
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from events import log
from events.actor import Actor
from events.base import Base, new_id
from events.errors import Conflict, Invalid, PreconditionFailed, Refusal, TooMany
from server.database import Database
from server.errors import Answer, Unavailable, problem

BATCH = 256
TRIES = 3
DEADLOCKS = {"40001", "40P01"}
KEPT = timedelta(hours=48)
logger = structlog.get_logger()

Work = Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]
Ring = Callable[[dict[str, int]], None]


class CommandRow(Base):
    """A command that was carried out or refused, and what was answered."""

    __tablename__ = "commands"

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    cmd_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)


class CommandConflict(Invalid):
    """422: the same cmd_id came with another body."""

    code = "cmd_conflict"
    zh, en = "同一请求编号对应了不同的内容。", "The same request id came with different content."
    fix_zh, fix_en = "请为新的请求使用新的编号。", "Use a new id for a new request."


@dataclass(slots=True)
class Command:
    """One act of one actor. `lane` names what it must stay in order with (a room), if anything."""

    actor: Actor
    work: Work
    digest: bytes
    status: int = 200
    cmd_id: str = field(default_factory=new_id)
    lane: str | None = None


def digest_of(name: str, body: Any) -> bytes:
    """SHA-256 of what is asked, independent of key order and spacing."""
    text = json.dumps([name, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


class Commands:
    """Performs commands against one database; one per process."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self._database = database
        self._ring = ring
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def perform(self, command: Command) -> Answer:
        """Carry the command out at most once. Refusals come back as answers; `Unavailable` means "maybe"."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        name = "" if self._database.is_sqlite else (command.lane or f"/{new_id()}")
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
        lane.waiting.append((command, answer))
        if not lane.busy:
            lane.busy = True
            task = asyncio.create_task(self._run(name, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Wait for what was accepted."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def forget(self, now: datetime) -> None:
        """Drop stored answers older than 48 hours."""
        async with self._database.write() as session:
            await session.execute(delete(CommandRow).where(CommandRow.at < now - KEPT))

    async def _run(self, name: str, lane: _Lane) -> None:
        while lane.waiting:
            batch, lane.waiting = lane.waiting[:BATCH], lane.waiting[BATCH:]
            answers = await self._commit(batch, name)
            for (_, future), answer in zip(batch, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Answer):
                    future.set_result(answer)
                else:
                    future.set_exception(answer)
                    future.exception()
        lane.busy = False
        del self._lanes[name]

    async def _commit(self, batch: list[_Waiting], lane: str) -> list[Answer | Exception]:
        """One transaction for the batch. When it cannot commit, nobody in it was answered."""
        for tries in range(1, TRIES + 1):
            try:
                return await self._transaction(batch, lane)
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                if tries < TRIES and _is_deadlock(error):
                    continue
                logger.warning("commit_failed", error=type(error).__name__, commands=len(batch))
                break
            except Exception as error:
                logger.exception("commit_crashed", commands=len(batch))
                return [error for _ in batch]
        return [Unavailable() for _ in batch]

    async def _transaction(self, batch: list[_Waiting], lane: str) -> list[Answer | Exception]:
        answers: list[Answer | Exception] = []
        async with self._database.write() as session:
            if lane and not lane.startswith("/"):
                await self._database.take_turn(session, lane)
            for command, _ in batch:
                answers.append(await self._one(session, command))
            await log.run_deferred(session)
            await session.flush()
        if bells := log.rung(session):
            self._ring(bells)
        return answers

    async def _one(self, session: AsyncSession, command: Command) -> Answer | Exception:
        """Run one command in its savepoint; its refusal undoes only itself."""
        now = datetime.now(UTC)
        stored = await session.get(CommandRow, (command.actor.key, command.cmd_id))
        if stored is not None:
            return _repeat(stored, command)
        mark = log.mark(session)
        row = CommandRow(
            actor=command.actor.key, cmd_id=command.cmd_id, digest=command.digest, status=0, body=b"", at=now
        )
        try:
            async with session.begin_nested():
                session.add(row)
                await session.flush()
                result = await command.work(session, command.actor, now)
                row.status, row.body = command.status, encode(result)
            return Answer(row.status, row.body)
        except IntegrityError:
            log.reset(session, mark)
            return await self._twin(session, command)
        except StaleDataError:
            log.reset(session, mark)
            return await self._refuse(session, command, PreconditionFailed(), now)
        except Refusal as refusal:
            log.reset(session, mark)
            return await self._refuse(session, command, refusal, now)
        except DBAPIError:
            raise
        except Exception as error:
            log.reset(session, mark)
            logger.exception("command_crashed")
            return error
        finally:
            session.expunge_all()

    async def _twin(self, session: AsyncSession, command: Command) -> Answer:
        """Another process was quicker: with this very command, or with the thing it wanted."""
        stored = await session.get(CommandRow, (command.actor.key, command.cmd_id), populate_existing=True)
        return problem(Conflict()) if stored is None else _repeat(stored, command)

    async def _refuse(self, session: AsyncSession, command: Command, refusal: Refusal, now: datetime) -> Answer:
        """A refusal is an answer too, and a repeat gets the same one; passing troubles are not kept."""
        answer = problem(refusal)
        if not isinstance(refusal, TooMany):
            session.add(
                CommandRow(
                    actor=command.actor.key, cmd_id=command.cmd_id, digest=command.digest,
                    status=answer.status, body=answer.body, at=now,
                )
            )  # fmt: skip
            await session.flush()
        return answer


_Waiting = tuple[Command, "asyncio.Future[Answer]"]


@dataclass(slots=True)
class _Lane:
    waiting: list[_Waiting] = field(default_factory=list)
    busy: bool = False


def _is_deadlock(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in DEADLOCKS


def _repeat(stored: CommandRow, command: Command) -> Answer:
    if stored.digest != command.digest:
        return problem(CommandConflict())
    return Answer(stored.status, stored.body)


def encode(result: Any) -> bytes:
    """The JSON bytes of a view, or nothing for None."""
    if result is None:
        return b""
    if isinstance(result, BaseModel):
        return result.model_dump_json().encode()
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=str).encode()
