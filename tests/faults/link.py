"""A WebSocket client of few instructions, so that thousands fit beside the server on one machine."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NO_MASK = b"\0\0\0\0"


class Refused(OSError):
    """The handshake was answered with something else than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


def frame(payload: bytes, opcode: int = TEXT, *, last: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """A client's frame; its mask is all zeros, so the payload crosses as it is."""
    first, mask, size = (0x80 if last else 0) | rsv | opcode, 0x80 if masked else 0, len(payload)
    if size < 126:
        head = bytes((first, mask | size))
    elif size < 65536:
        head = struct.pack("!BBH", first, mask | 126, size)
    else:
        head = struct.pack("!BBQ", first, mask | 127, size)
    return head + (NO_MASK if masked else b"") + payload


class Link(asyncio.Protocol):
    """One socket: `hear` gets each text, `left` the close code (None without one) once it is over."""

    def __init__(self, request: bytes, hear: Callable[[bytes], None], left: Callable[[int | None], None]) -> None:
        self._request = request
        self._hear = hear
        self._left = left
        self._rest = b""
        self._greeted = False
        self._code: int | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    @classmethod
    async def dial(
        cls, port: int, path: str, headers: Mapping[str, str], hear: Callable[[bytes], None],
        left: Callable[[int | None], None], *, seconds: float = 15, receive_buffer: int = 0,
    ) -> Link:  # fmt: skip
        """Open a socket. Raises OSError, `Refused` among them, or TimeoutError; then `left` is not called."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join(
            [
                f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *lines, "", "",
            ]
        )  # fmt: skip
        raw = socket.socket()
        raw.setblocking(False)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds):
            try:
                await loop.sock_connect(raw, ("127.0.0.1", port))
                _, link = await loop.create_connection(lambda: cls(request.encode(), hear, left), sock=raw)
            except BaseException:
                raw.close()
                raise
            try:
                await link.opened
            except BaseException:
                link.transport.abort()
                raise
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        at = 0 if self._greeted else self._greet(data)
        while self._greeted and len(data) >= at + 2:
            size, begin = data[at + 1] & 127, at + 2
            if size >= 126:
                begin = at + (4 if size == 126 else 10)
                size = int.from_bytes(data[at + 2 : begin], "big") if len(data) >= begin else 0
            if len(data) < begin + size:
                break
            self._take(data[at] & 15, data[begin : begin + size])
            at = begin + size
        self._rest = data[at:]

    def _greet(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return 0
        status = int(data[9:12])
        if status != 101:
            if not self.opened.done():
                self.opened.set_exception(Refused(status))
            self.transport.abort()
            return len(data)
        self._greeted = True
        self.opened.set_result(None)
        return end + 4

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._hear(payload)
        elif opcode == PING:
            self.transport.write(frame(payload, PONG))
        elif opcode == CLOSE:
            self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self.transport.write(frame(payload[:2], CLOSE))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc if isinstance(exc, OSError) else ConnectionResetError("hung up"))
        elif self._greeted:
            self._left(self._code)

    def say(self, text: str) -> None:
        self.transport.write(frame(text.encode()))

    def cut(self) -> None:
        """RST: no close, no FIN."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
