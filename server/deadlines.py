"""Which connections have kept this process waiting for too long: one look a second at all that speak HTTP.

What a connection must do within `DEADLINE_SECONDS`: send its first byte; send the whole of a request, or of an upload
`UPLOAD_BYTES` more; take something of an answer that waits for it; finish the handshake of a WebSocket. A live socket
that has shaken hands is none of these and has its own rules.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

DEADLINE_SECONDS = 20.0
LOOK_SECONDS: Final = 1.0


class Watched(Protocol):
    """A connection, as far as the look at it goes."""

    address: str

    def look(self, now: float, deadline: float) -> None:
        """End whatever has taken longer than `deadline` seconds at `now`, a moment of the loop's clock."""


class Watch:
    """The connections of one process that speak HTTP, how many come from each address, and open handshakes."""

    def __init__(self) -> None:
        self._open: dict[Watched, None] = {}
        self._handshakes: dict[Any, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.from_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open) + len(self._handshakes)

    def add(self, connection: Watched) -> None:
        """Look at this connection from now on."""
        self._open[connection] = None
        self.from_address[connection.address] += 1
        self._plan()

    def forget(self, connection: Watched) -> None:
        """It has ended, or is a WebSocket now."""
        if connection in self._open:
            del self._open[connection]
            self.from_address[connection.address] -= 1
            if not self.from_address[connection.address]:
                del self.from_address[connection.address]

    def shake_hands(self, handshake: Any) -> None:
        """A WebSocket protocol of uvicorn's; it is forgotten as soon as it has been accepted."""
        self._handshakes[handshake] = asyncio.get_running_loop().time()
        self._plan()

    def _plan(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        for connection in list(self._open):
            connection.look(now, DEADLINE_SECONDS)
        for handshake, since in list(self._handshakes.items()):
            if handshake.handshake_complete or handshake.transport.is_closing():
                del self._handshakes[handshake]
            elif now - since > DEADLINE_SECONDS:
                handshake.transport.abort()
        if self._open or self._handshakes:
            self._plan()


_WATCHES: WeakKeyDictionary[ServerState, Watch] = WeakKeyDictionary()


def watch_of(state: ServerState) -> Watch:
    """The watch of this server."""
    return _WATCHES.setdefault(state, Watch())


class Patience:
    """How long a client has taken nothing of what was written to it."""

    def __init__(self, now: float) -> None:
        self._since, self._left = now, 0

    def progress(self, now: float) -> None:
        """The transport has got rid of enough to take more."""
        self._since, self._left = now, 0

    def waited(self, now: float, left: int) -> float:
        """Seconds since the `left` bytes in the transport last became fewer; 0 where none are left."""
        if left == 0 or left < self._left or self._left == 0:
            self._since = now
        self._left = left
        return now - self._since
