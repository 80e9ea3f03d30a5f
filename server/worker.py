"""The worker: a loop over due rows. A job is a row, so a worker that dies loses nothing (P14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.accounts.models import Login, User
from events.live.record.service import seal_ended
from events.live.reminders import remind
from events.outbox import OutboxRow
from events.programme.bookings import expire_holds
from events.programme.endings import end_overdue
from events.programme.models import Booking, BookingState
from server.commands import Commands, Ring, heard
from server.database import Database
from server.decks import forget_decks
from server.delivery import Sender, Undeliverable, sender_of
from server.evidence import forget_evidence
from server.flowing import FLOW_SECONDS, release_flow
from server.importing import continue_imports, forget_imports
from server.polling import run_polls
from server.settings import Settings
from server.sign_ups import forget_sign_ups

POLL_SECONDS = 1.0
CLOCK_SECONDS = 0.5
MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR
ENDINGS_SECONDS = 600.0
RECORDS_SECONDS = 30.0
AT_ONCE = 20
logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to look after every so many seconds. `act` returns how much it did: it is asked again at once."""

    name: str
    every_seconds: float
    act: Callable[[datetime], Awaitable[int]]


class Worker:
    """Looks after every duty until told to stop; several workers on one database share the work."""

    def __init__(self, duties: list[Duty]) -> None:
        self._duties = duties
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`; a duty in hand is finished first."""
        await asyncio.gather(*(self._look_after(duty) for duty in self._duties))

    def stop(self) -> None:
        self._stopping.set()

    async def _look_after(self, duty: Duty) -> None:
        while not self._stopping.is_set():
            if await self._once(duty):
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), duty.every_seconds)

    async def _once(self, duty: Duty) -> int:
        try:
            return await duty.act(datetime.now(UTC))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("worker_waits", duty=duty.name, error=type(error).__name__)
        except Exception:
            logger.exception("worker_failed", duty=duty.name)
        return 0


def duties_of(database: Database, settings: Settings, commands: Commands, ring: Ring) -> list[Duty]:
    """What there is to look after: letters, lapsed holds, imports, roadshows that end, and what may be forgotten."""
    sender = sender_of(settings)

    async def forget(now: datetime) -> int:
        await commands.forget(now)
        await forget_logins(database, now)
        await forget_sign_ups(database, now)
        await forget_imports(database, settings, now)
        await forget_decks(database, settings, now)
        await forget_evidence(database, settings, now)
        return 0

    async def learn(_now: datetime) -> int:
        await database.learn()
        return 0

    return [
        Duty("letters", POLL_SECONDS, lambda now: deliver(database, sender, now)),
        Duty("holds", POLL_SECONDS, lambda now: release_holds(database, ring, now)),
        Duty("polls", CLOCK_SECONDS, lambda now: run_polls(database, ring, now)),
        Duty("flow", FLOW_SECONDS, lambda now: release_flow(database, ring, now)),
        Duty("imports", POLL_SECONDS, lambda now: continue_imports(database, settings, now)),
        Duty("promises", MINUTE, lambda now: remind_owners(database, now)),
        Duty("endings", ENDINGS_SECONDS, lambda now: end_forgotten(database, now)),
        Duty("records", RECORDS_SECONDS, lambda now: seal_records(database, now)),
        Duty("forget", HOUR, forget),
        Duty("statistics", DAY, learn),
    ]


@asynccontextmanager
async def working(database: Database, settings: Settings, commands: Commands, ring: Ring) -> AsyncIterator[Worker]:
    """A worker beside whatever runs inside; at the end it finishes what it has in hand."""
    worker = Worker(duties_of(database, settings, commands, ring))
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def deliver(database: Database, sender: Sender, now: datetime) -> int:
    """Send what is due, a few at a time. Returns how many rows were tried."""
    async with database.look() as session:
        if not await session.scalar(select(outbox.due(now).exists())):
            return 0

    async def take(session: AsyncSession) -> tuple[list[OutboxRow], dict[str, str]]:
        rows = await outbox.take(session, now, AT_ONCE)
        return rows, await _locales(session, rows)

    rows, locales = await database.transact(take)
    await asyncio.gather(*(_send(database, sender, row, locales.get(row.address), now) for row in rows))
    return len(rows)


async def _locales(session: AsyncSession, rows: list[OutboxRow]) -> dict[str, str]:
    """The languages of those among the addresses that have an account."""
    query = select(User.email, User.locale).where(User.email.in_({row.address for row in rows}))
    return {row.email: row.locale for row in await session.execute(query)}


async def _send(database: Database, sender: Sender, row: OutboxRow, locale: str | None, now: datetime) -> None:
    """What became of one row tried at `now`. A crash in between sends it again later, under the same Message-ID."""
    error, is_final = "", False
    try:
        await sender(row, str(row.data.get("locale") or locale or "zh-CN"))
    except Undeliverable as reason:
        error, is_final = str(reason), True
    except Exception as reason:
        error = f"{type(reason).__name__}: {reason}"
    if not error:
        return await database.transact(lambda session: outbox.sent(session, row.id))
    await database.transact(lambda session: outbox.failed(session, row.id, error, now, is_final=is_final))
    logger.warning("letter_failed", id=row.id, template=row.template, tries=row.tries, error=error[:200])


async def release_holds(database: Database, ring: Ring, now: datetime) -> int:
    """Free the slots that were held and not confirmed in time; whoever watches the agenda sees it."""
    async with database.look() as session:
        lapsed = exists().where(Booking.state == BookingState.HELD, Booking.held_until <= now)
        if not await session.scalar(select(lapsed)):
            return 0
    return await heard(database, ring, lambda session: expire_holds(session, now))


async def end_forgotten(database: Database, now: datetime) -> int:
    """End published roadshows that are long over and never went live. Returns how many."""
    return await database.transact(lambda session: end_overdue(session, now))


async def remind_owners(database: Database, now: datetime) -> int:
    """Write the reminders of promised answers that are due. Returns how many promises were looked at."""
    async with database.write() as session:
        return await remind(session, now)


async def seal_records(database: Database, now: datetime) -> int:
    """Seal the sessions that are over. Returns how many."""
    async with database.write() as session:
        return await seal_ended(session, now)


async def forget_logins(database: Database, now: datetime) -> None:
    """Drop sign-ins that ended more than a day ago."""
    async with database.write() as session:
        await session.execute(delete(Login).where(Login.expires_at < now - timedelta(days=1)))
