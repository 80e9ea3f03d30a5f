"""F19: 200 writers at once on one SQLite file, by every way a process writes; a second process is refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import SYSTEM, Actor
from events.base import new_id
from server.commands import Command, Commands
from server.database import Database, opened
from tests.faults.ground import lone_node
from tests.faults.profile import Profile, Toll, quantile

WRITERS = 200
SECONDS = (["serve"], ["worker"], ["migrate"], ["held-letters", "send"])
Write = Callable[[str], Awaitable[None]]


async def run(profile: Profile) -> Toll:
    toll = await _writers(await profile.sqlite(), profile.pick(10, 500))
    toll.add(await _second_process(profile))
    return toll


async def _writers(url: str, each: int) -> Toll:
    """`each` transactions of every writer, one after another; what was acknowledged is there once."""
    toll, waits, errors = Toll(), list[float](), Counter[str]()
    async with opened(url) as database:
        ways = _ways(database)
        loop = asyncio.get_running_loop()

        async def write(number: int) -> None:
            for _ in range(each):
                began = loop.time()
                try:
                    await ways[number % len(ways)](f"{number}")
                    waits.append(loop.time() - began)
                except Exception as error:
                    errors[f"{type(error).__name__}: {error}"] += 1

        await asyncio.gather(*(write(number) for number in range(WRITERS)))
        async with database.read() as session:
            stored = await session.scalar(select(func.count()).where(audit.AuditRow.action == "fault.write")) or 0
    toll.acked = len(waits)
    toll.lost, toll.duplicated = max(0, len(waits) - stored), max(0, stored - len(waits))
    toll.note("errors", errors.total(), at_most=0)
    toll.note("locked", sum(count for text, count in errors.items() if "locked" in text), at_most=0)
    toll.note("write_p99_s", quantile(waits, 0.99), at_most=0.6)
    return toll


def _ways(database: Database) -> list[Write]:
    """Commands, mostly; a transaction in the writer's thread, and one in the event loop, as the worker has them."""
    commands = Commands(database, ring=lambda written, more=False: None)

    def row(session: AsyncSession, subject: str) -> None:
        audit.record(session, SYSTEM, "fault.write", ("writer", subject), now=datetime.now(UTC))

    async def by_command(subject: str) -> None:
        async def work(session: AsyncSession, _actor: Actor, _now: datetime) -> None:
            row(session, subject)

        answer = await commands.perform(Command(SYSTEM, work, b"", cmd_id=new_id()))
        assert not answer.is_problem, answer.body

    async def in_thread(subject: str) -> None:
        async def work(session: AsyncSession) -> None:
            row(session, subject)

        await database.transact(work)

    async def in_loop(subject: str) -> None:
        async with database.write() as session:
            row(session, subject)

    return [by_command] * 18 + [in_thread, in_loop]


async def _second_process(profile: Profile) -> Toll:
    """Whoever would write beside the server is refused in words; the server goes on."""
    toll = Toll()
    async with lone_node(profile) as (node, _):
        for words in SECONDS:
            began = asyncio.get_running_loop().time()
            code, said = await node.run(*words)
            toll.note(f"{words[0]}_refused_s", asyncio.get_running_loop().time() - began, at_most=2)
            toll.refused += code != 1 or str(node.pid) not in said or "Traceback" in said
        toll.note("still_up", node.is_up, at_least=1)
    return toll
