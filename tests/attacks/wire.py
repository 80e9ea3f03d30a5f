"""Raw sockets for attackers: what an HTTP library would never send."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

SMALL_BUFFER = 4096


@dataclass(slots=True)
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> bool:
        """Send; False when the server has hung up."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except (ConnectionError, OSError):
            return False
        return True

    async def status(self, seconds: float = 30) -> int | None:
        """The status of the next answer; None when the server hangs up without one or says nothing in time."""
        try:
            head = await asyncio.wait_for(self.reader.readuntil(b"\r\n"), seconds)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            return None
        found = re.match(rb"HTTP/1\.1 (\d{3})", head)
        return int(found[1]) if found else None

    async def is_hung_up(self, seconds: float) -> bool:
        """Whether the server ends the connection within this time."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True


@asynccontextmanager
async def line(address: tuple[str, int], *, reads_little: bool = False) -> AsyncIterator[Line]:
    """A connection, closed afterwards. One that `reads_little` takes a few KiB from the server and no more."""
    raw = socket.socket()
    if reads_little:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, address)
    reader, writer = await asyncio.open_connection(sock=raw, limit=SMALL_BUFFER if reads_little else 65536)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()


def get(path: str, *headers: str) -> bytes:
    """A GET request as bytes."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1:8000", *headers, "", ""]).encode()


def post(path: str, length: int | None, *headers: str) -> bytes:
    """The head of a POST of JSON; of unknown length it is chunked."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1:8000", "Content-Type: application/json", size, *headers]
    return "\r\n".join([*lines, "", ""]).encode()
