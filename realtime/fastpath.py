"""uvicorn's WebSocket handshake with a way out: once the app has said yes, the socket may leave uvicorn's machinery.

Origin, cookies and permissions stay with the ASGI app. After `websocket.accept` it may call the extension
`roadshow.handover`, which puts another protocol on the transport, and return: neither task nor queue nor handshake
remains. An app that does not is served the standard way, by the class this one extends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from realtime.admission import Admission
from realtime.lean import CHUNK_BYTES, LeanSocket
from realtime.participant import House

HANDOVER: Final = "roadshow.handover"

Handover = Callable[[House, Admission], None]


def handover_of(scope: Mapping[str, Any]) -> Handover | None:
    """How to take this socket over after it was accepted; None on servers that cannot give it away."""
    return cast(Handover | None, scope.get("extensions", {}).get(HANDOVER))


class FastPath(WebSocketsSansIOProtocol):
    """One handshake. What the client says before it is answered waits for whoever will read it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._early = bytearray()
        self._is_standard = False
        self._http: Any = None

    def connection_made(self, transport: Any) -> None:
        """The request has been read as HTTP by another protocol, which is not needed any more after this one."""
        self._http = transport.get_protocol()
        super().connection_made(transport)

    def handle_connect(self, event: Request) -> None:
        """Announce the way out to the app, then let it decide."""
        super().handle_connect(event)
        if not self.handshake_complete:
            cast(dict[str, Any], self.scope["extensions"])[HANDOVER] = self.hand_over

    def data_received(self, data: bytes) -> None:
        """Read the handshake; keep what comes before the app has decided, 64 KiB at most."""
        if self._is_standard or not self.handshake_initiated:
            return super().data_received(data)
        self._early += data
        if len(self._early) > CHUNK_BYTES:
            self.transport.pause_reading()

    async def receive(self) -> Any:
        """An app that goes on to receive is served the standard way."""
        if self.handshake_complete and not self._is_standard:
            self._is_standard = True
            early, self._early = bytes(self._early), bytearray()
            _read_on(self.transport)
            if early:
                super().data_received(early)
        return await super().receive()

    def hand_over(self, house: House, admission: Admission) -> None:
        """Put a lean socket on the transport; nothing of the handshake stays."""
        if not self.handshake_complete or self.transport.is_closing():
            return
        self.stop_keepalive()
        transport, self.transport = self.transport, _Released()
        self.connections.discard(self)
        socket = LeanSocket(house, admission, self.connections)
        transport.set_protocol(socket)
        _read_on(transport)
        socket.connection_made(transport)
        if self._early:
            socket.data_received(bytes(self._early))
        self._forget()

    def _forget(self) -> None:
        """Break what would keep the handshake alive until the next collection."""
        self.scope["extensions"].clear()
        self.conn.__dict__.clear()
        self._http.parser = None
        del self._http


def _read_on(transport: asyncio.Transport) -> None:
    if not transport.is_reading() and not transport.is_closing():
        transport.resume_reading()


class _Released(asyncio.Transport):
    """What is left to the handshake once the socket has gone its own way."""

    def is_closing(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is left to close."""
