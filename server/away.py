"""Notices that PostgreSQL is away, refusing or silent, so that nobody waits for it longer than a few seconds.

While something has been asked of the database for more than a second, a connection of its own asks whether it is
still there. When it twice is not, every connection in use is cut at once (whoever waits on it is told), and nobody
gets a new one until it answers again. A database that is merely busy answers, and nothing is cut.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import structlog
from asyncpg.exceptions import CannotConnectNowError, InterfaceError, PostgresConnectionError, PostgresError
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

OLD_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 0.25
PROBE_SECONDS: Final = 1.5
PROBES: Final = 2
LATE_SECONDS: Final = 0.2
BACK_SECONDS: Final = 0.5
SILENT_MS: Final = 4000
logger = structlog.get_logger()


class DatabaseAway(ConnectionError):
    """The database cannot be reached; nothing was asked of it."""


_connect: Any = asyncpg.connect


@dataclass(slots=True)
class Watch:
    """Every connection of one engine, since when it is in use, and whether the database is there."""

    is_away: bool = False
    _used: dict[int, tuple[Any, float]] = field(default_factory=dict)
    _connecting: dict[asyncio.Task[Any], float] = field(default_factory=dict)
    _how: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})
    _task: asyncio.Task[None] | None = None

    def refuse_if_away(self) -> None:
        """Refuses at once what could only wait. Raises `DatabaseAway`."""
        if self.is_away:
            raise DatabaseAway("the database does not answer")

    async def connect(self, *args: Any, **options: Any) -> Any:
        """A new connection, for the pool. Raises `DatabaseAway`, whatever the driver says."""
        self.refuse_if_away()
        self._how = args, options
        task: asyncio.Task[Any] = asyncio.ensure_future(_connect(*args, **options))
        self._connecting[task] = time.monotonic()
        self._look()
        try:
            connection = await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise
            raise DatabaseAway("the database does not answer") from None
        except (OSError, TimeoutError, PostgresError, InterfaceError) as error:
            raise DatabaseAway(str(error) or type(error).__name__) from error
        finally:
            del self._connecting[task]
        _notice_silence(connection)
        return connection

    def over(self, engine: AsyncEngine) -> None:
        """Watch this engine's pool."""

        @event.listens_for(engine.sync_engine, "checkout")
        def taken(connection: Any, record: Any, _proxy: Any) -> None:
            raw = connection.driver_connection
            if raw.is_closed():
                raise DisconnectionError("closed by the other end")
            self._used[id(record)] = raw, time.monotonic()
            self._look()

        @event.listens_for(engine.sync_engine, "checkin")
        def given_back(_connection: Any, record: Any) -> None:
            self._used.pop(id(record), None)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _look(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """As long as anything is asked, or the database is away."""
        while self._used or self._connecting or self.is_away:
            await asyncio.sleep(BACK_SECONDS if self.is_away else LOOK_SECONDS)
            if self.is_away:
                if await self._answers():
                    self.is_away = False
                    logger.warning("database_back")
            elif self._oldest() < time.monotonic() - OLD_SECONDS and not await self._answers(PROBES):
                self._cut()

    def _oldest(self) -> float:
        return min([*(since for _, since in self._used.values()), *self._connecting.values()], default=time.monotonic())

    async def _answers(self, probes: int = 1) -> bool:
        for _ in range(probes):
            started = time.monotonic()
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    return await self._ask()
            except TimeoutError:
                if time.monotonic() - started > PROBE_SECONDS + LATE_SECONDS:
                    return True  # this process had no time to listen, which says nothing of the database
            except (OSError, InterfaceError):
                continue
        return False

    async def _ask(self) -> bool:
        args, options = self._how
        try:
            connection = await _connect(*args, **options)
        except (CannotConnectNowError, PostgresConnectionError):
            return False
        except PostgresError:
            return True
        try:
            await connection.execute("SELECT 1")
            return True
        finally:
            connection.terminate()

    def _cut(self) -> None:
        self.is_away = True
        logger.warning("database_away", used=len(self._used), connecting=len(self._connecting))
        for task in list(self._connecting):
            task.cancel()
        for connection, _ in list(self._used.values()):
            with suppress(Exception):
                connection.terminate()


def _notice_silence(connection: Any) -> None:
    """Let the system give up a peer that confirms nothing, also while we only listen."""
    own = connection._transport.get_extra_info("socket")
    if own is None or own.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in {"TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 2, "TCP_USER_TIMEOUT": SILENT_MS}.items():
        if hasattr(socket, name):
            own.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
