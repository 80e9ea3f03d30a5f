"""The recorder: after commit, one writer at a time numbers the audit chain and the change feed (P14, P15).

It runs in every process. The lock on the installation's row makes it one; what a slow transaction commits late is
simply numbered later, so no reader can ever pass it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import select, union_all
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, changes, log
from server.database import Database

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.2
logger = structlog.get_logger()


async def record(database: Database, limit: int = 1000) -> int:
    """Chain and number up to `limit` committed rows of each kind, in one transaction. Returns how many."""
    if not await _has_work(database):
        return 0
    return await database.transact(lambda session: record_in(session, limit))


async def record_in(session: AsyncSession, limit: int = 1000) -> int:
    """The recorder's transaction: wait to be the only one, then number."""
    await session.execute(select(log.Installation.id).with_for_update())
    return await audit.chain(session, limit) + await changes.number(session, limit)


async def catch_up(database: Database) -> int:
    """Record until nothing is left. Returns how many rows were recorded."""
    total = 0
    while done := await record(database):
        total += done
    return total


async def _has_work(database: Database) -> bool:
    """Asked of a reader, so that an idle recorder never takes the writer's place."""
    async with database.look() as session:
        return (await session.execute(_UNRECORDED)).first() is not None


_UNRECORDED = union_all(
    select(audit.AuditRow.n).where(audit.AuditRow.seq.is_(None)).limit(1).subquery().select(),
    select(changes.Change.n).where(changes.Change.seq.is_(None)).limit(1).subquery().select(),
)


class Recorder:
    """Records soon after every commit of this process, and every second for those of others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = asyncio.Event()
        self._is_stopping = False

    async def run(self) -> None:
        """Until `stop`. A database that is away is asked again a second later."""
        self._database.on_commit.append(self._wake.set)
        try:
            while not self._is_stopping:
                self._wake.clear()
                await self._round()
                await self._pause()
        finally:
            self._database.on_commit.remove(self._wake.set)
        await self._round()

    def stop(self) -> None:
        """End after what is committed by now; never in the middle of a transaction."""
        self._is_stopping = True
        self._wake.set()

    async def _round(self) -> None:
        try:
            await catch_up(self._database)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("recorder_waits", error=type(error).__name__)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        if not self._is_stopping:
            await asyncio.sleep(GATHER_SECONDS)


@asynccontextmanager
async def recording(database: Database) -> AsyncIterator[None]:
    """A recorder beside whatever runs inside; what was committed before the end is recorded."""
    recorder = Recorder(database)
    task = asyncio.create_task(recorder.run())
    try:
        yield
    finally:
        recorder.stop()
        await task
