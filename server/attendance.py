"""Once a minute, who is in each room this process serves goes into that room's record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import SYSTEM, Actor
from events.errors import NotFound
from events.live.record.attendance import sample
from realtime.presence import Presence
from server.commands import Command, Commands, digest_of
from server.errors import Unavailable
from server.storage import StorageFull

EVERY_SECONDS = 20.0
logger = structlog.get_logger()


class Attendances:
    """Samples the rooms of this process. Several processes may ask: a minute is written once."""

    def __init__(self, presence: Presence, commands: Commands) -> None:
        self._presence = presence
        self._commands = commands
        self._seen: set[str] = set()

    async def watch(self) -> None:
        """Every 20 s until cancelled, so that a minute is missed by nobody for long."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.sample(datetime.now(UTC))

    async def sample(self, now: datetime) -> None:
        """Sample every room that has somebody here, and once more each that has just emptied."""
        rooms = set(self._presence.rooms())
        for room in sorted(rooms | self._seen):
            await self._one(room, await self._presence.members(room), now)
        self._seen = rooms

    async def _one(self, room: str, members: Collection[str], now: datetime) -> None:
        """The command's id is the minute: whichever process comes second gets the first one's answer."""

        async def work(session: AsyncSession, _actor: Actor, at: datetime) -> None:
            with suppress(NotFound):
                await sample(session, room, members, now=at)

        minute = f"{now:%Y%m%d%H%M}"
        command = Command(SYSTEM, work, digest_of("attendance", minute), cmd_id=f"{room} {minute}", lane=room)
        try:
            await self._commands.perform(command)
        except (Unavailable, StorageFull):
            logger.warning("attendance_missed", room=room)


@asynccontextmanager
async def attending(presence: Presence, commands: Commands) -> AsyncIterator[None]:
    """Attendance is taken beside whatever runs inside."""
    task = asyncio.create_task(Attendances(presence, commands).watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
