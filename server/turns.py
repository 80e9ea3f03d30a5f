"""Requests sent ahead of their turn wait for each other: one at a time in a process, the addresses one after another.

Browsers and proxies do not send ahead, so whoever asks once at a time never waits here; of those who send hundreds of
requests at once, all together have at most half of the process's time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

LONGEST_SECONDS: Final = 1.0
"""An answer that takes longer waits for something itself, so the next may begin."""
MOST_PAUSE: Final = 0.25


class Waiting(Protocol):
    """A connection with requests that were sent ahead."""

    address: str

    def take_turn(self) -> bool:
        """Begin with the next request; False when there is none any more, or none may begin now."""


class Turns:
    """Whose request may begin next."""

    def __init__(self) -> None:
        self._queues: OrderedDict[str, OrderedDict[Waiting, None]] = OrderedDict()
        self._at_work: Waiting | None = None
        self._begun = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, connection: Waiting) -> None:
        """Wait for a turn; asking twice is asking once."""
        self._queues.setdefault(connection.address, OrderedDict())[connection] = None
        self._go_on()

    def done(self, connection: Waiting) -> None:
        """The answer is written, or the connection gone."""
        if connection is self._at_work:
            took = asyncio.get_running_loop().time() - self._begun
            self._at_work = None
            self._again_in(min(took, MOST_PAUSE))

    def forget(self, connection: Waiting) -> None:
        """It asks for nothing any more."""
        queue = self._queues.get(connection.address)
        if queue is not None:
            queue.pop(connection, None)
            if not queue:
                del self._queues[connection.address]
        self.done(connection)

    def _again_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._timed)

    def _timed(self) -> None:
        self._timer = self._at_work = None
        self._go_on()

    def _go_on(self) -> None:
        """The first of the address that has waited longest begins, and that address goes to the end."""
        while self._queues and self._at_work is None and self._timer is None:
            address, queue = self._queues.popitem(last=False)
            connection, _ = queue.popitem(last=False)
            if queue:
                self._queues[address] = queue
            self._at_work, self._begun = connection, asyncio.get_running_loop().time()
            if connection.take_turn():
                self._again_in(LONGEST_SECONDS)
            else:
                self._at_work = None


_TURNS: WeakKeyDictionary[ServerState, Turns] = WeakKeyDictionary()


def turns_of(state: ServerState) -> Turns:
    """The turns of this server."""
    return _TURNS.setdefault(state, Turns())
