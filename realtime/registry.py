"""The sockets open in this process: their clock, and how they are shown out, by tag or all at once.

A tag is an opaque word the server puts on a socket, such as a login or a seat in a room. Closing by tag
is immediate in the process that is told; since the bus may lose the word, every tag is also asked about
every 4 s, so that a revoked socket is gone in 5.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Protocol

from realtime.frames import CloseCode
from realtime.metrics import Metrics

TICK_SECONDS: Final = 1.0
LAG_SECONDS: Final = 0.1
TICKS_AT_ONCE: Final = 200
REVOKE_SECONDS: Final = 4.0
DRAIN_SECONDS: Final = 10.0
LEAVE_SECONDS: Final = 5.0
OWNER_MAX_SOCKETS: Final = 20

log = logging.getLogger(__name__)

Revoked = Callable[[Collection[str]], Awaitable[Mapping[str, CloseCode]]]


class Socket(Protocol):
    """One open socket, as the registry sees it."""

    @property
    def tags(self) -> frozenset[str]:
        """What it can be closed by."""

    @property
    def owner(self) -> str | None:
        """Whose sockets it is counted among."""

    @property
    def waiting(self) -> int:
        """How many frames wait because the client does not read."""

    def tick(self, now: float, at: datetime) -> None:
        """A second has passed."""

    def drain(self, jitter_seconds: float) -> None:
        """Tell the client that the server is leaving."""

    def close(self, code: CloseCode) -> None:
        """Show the client out."""


class Registry:
    """Every socket of this process."""

    def __init__(self, *, metrics: Metrics | None = None, revoked: Revoked | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.draining = False
        self._revoked = revoked
        self._sockets: dict[Socket, None] = {}
        self._tagged: dict[str, dict[Socket, None]] = {}
        self._owned: dict[str, dict[Socket, None]] = {}
        self._unfinished: set[asyncio.Future[tuple[int, bytes]]] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._sockets)

    def add(self, socket: Socket) -> None:
        """Count `socket` in; its owner's oldest one makes room when there are more than 20 (4409)."""
        self._sockets[socket] = None
        self._empty.clear()
        for tag in socket.tags:
            self._tagged.setdefault(tag, {})[socket] = None
        if socket.owner is not None:
            owned = self._owned.setdefault(socket.owner, {})
            owned[socket] = None
            if len(owned) > OWNER_MAX_SOCKETS:
                next(iter(owned)).close(CloseCode.SUPERSEDED)
        self.metrics.connections = len(self._sockets)
        if self.draining:
            socket.close(CloseCode.DRAIN)

    def remove(self, socket: Socket) -> None:
        """Count `socket` out."""
        self._sockets.pop(socket, None)
        if not self._sockets:
            self._empty.set()
        for tag in socket.tags:
            _drop(self._tagged, tag, socket)
        if socket.owner is not None:
            _drop(self._owned, socket.owner, socket)
        self.metrics.connections = len(self._sockets)

    def close(self, tag: str, code: CloseCode) -> int:
        """Close every socket that carries `tag`; returns how many."""
        sockets = tuple(self._tagged.get(tag, ()))
        for socket in sockets:
            socket.close(code)
        return len(sockets)

    # Time.

    async def watch_clock(self) -> None:
        """Tick every socket each second, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.tick(time.monotonic(), datetime.now(UTC))

    async def watch_lag(self) -> None:
        """Measure ten times a second how late the loop is, until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(LAG_SECONDS)
            self.metrics.note_lag(max(0.0, time.monotonic() - before - LAG_SECONDS))

    async def tick(self, now: float, at: datetime) -> None:
        """Let every socket beat or give up, a few hundred in one loop turn."""
        waiting = slow = 0
        for number, socket in enumerate(tuple(self._sockets), start=1):
            socket.tick(now, at)
            waiting += socket.waiting
            slow += socket.waiting > 0
            if number % TICKS_AT_ONCE == 0:
                await asyncio.sleep(0)
        self.metrics.waiting_frames, self.metrics.slow_sockets = waiting, slow

    async def watch_tags(self) -> None:
        """Ask every 4 s which tags are revoked, until cancelled; a failing answer closes nobody."""
        while True:
            await asyncio.sleep(REVOKE_SECONDS)
            try:
                await self.recheck_tags()
            except Exception:
                log.exception("could not ask which sockets are revoked; asking again")

    async def recheck_tags(self) -> None:
        """Close the sockets whose tags are revoked."""
        if self._revoked is None or not self._tagged:
            return
        async with asyncio.timeout(REVOKE_SECONDS):
            revoked = await self._revoked(tuple(self._tagged))
        for tag, code in revoked.items():
            self.close(tag, code)

    # P8: leaving.

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Announce, then close everyone (1012), in random order, evenly over `seconds`; returns when they left."""
        self.draining = True
        sockets = list(self._sockets)
        random.shuffle(sockets)
        for socket in sockets:
            socket.drain(seconds)
        start = time.monotonic()
        for number, socket in enumerate(sockets):
            await asyncio.sleep(max(0.0, start + seconds * number / len(sockets) - time.monotonic()))
            socket.close(CloseCode.DRAIN)
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._empty.wait()

    def finish(self, work: asyncio.Future[tuple[int, bytes]]) -> None:
        """Keep `work` until it is done, even when its socket has gone."""
        self._unfinished.add(work)
        work.add_done_callback(self._unfinished.discard)

    async def finished(self) -> None:
        """Wait, 5 s at most, for work whose socket has gone."""
        if self._unfinished:
            await asyncio.wait(tuple(self._unfinished), timeout=LEAVE_SECONDS)


def _drop(index: dict[str, dict[Socket, None]], key: str, socket: Socket) -> None:
    sockets = index.get(key, {})
    sockets.pop(socket, None)
    if not sockets:
        index.pop(key, None)
