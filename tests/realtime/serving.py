"""A real uvicorn with one live room, on either loop and by either kind of connection, and raw bytes to talk to it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
import uvloop

from realtime.admission import Admission, Perform, Seat
from realtime.engine import Engine
from realtime.fastpath import FastPath, handover_of
from tests.realtime.worlds import FakeLog, echo, until

ROOM = "room:1:public"
KINDS = ("lean", "standard")
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.SelectorEventLoop,
}
SUBSCRIBE = b'{"type":"subscribe","stream":"public"}'
PING = b'{"type":"ping"}'


def on(loop: str, scenario: Coroutine[Any, Any, None]) -> None:
    """Run a scenario on a loop of its own."""
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(scenario)


@dataclass
class Served:
    """The room, its log and where it listens."""

    engine: Engine
    log: FakeLog
    server: uvicorn.Server
    port: int = 0
    tls: ssl.SSLContext | None = None
    admissions: list[Admission] = field(default_factory=list)

    def say(self, *words: str, stream: str = ROOM) -> None:
        for word in words:
            self.engine.ring(stream, self.log.append(stream, word))

    def offer(self, *words: str, stream: str = ROOM) -> None:
        for word in words:
            self.log.append(stream, word)
        self.engine.offer(stream, self.log.entries[stream][-len(words) :])


@asynccontextmanager
async def served(
    kind: str = "lean",
    *,
    perform: Perform = echo,
    rate: float = 10.0,
    wait: float = 0.0,
    tls: tuple[ssl.SSLContext, str] | None = None,
) -> AsyncIterator[Served]:
    """Serve until the block ends; `wait` is how long the app thinks before it accepts."""
    log = FakeLog()
    engine = Engine(log, lossy={"danmaku"})
    streams = {"public": ROOM, "danmaku": "room:1:danmaku"}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(wait)
        await send({"type": "websocket.accept"})
        tags = frozenset({"login:a"})
        admission = Admission(streams, perform, tags=tags, seat=Seat("1", "a"), frames_per_second=rate)
        await engine.serve(receive, send, admission, handover_of(scope) if kind == "lean" else None)

    config = uvicorn.Config(
        app, log_level="critical", ws=FastPath, ws_per_message_deflate=False, ws_max_size=65536, lifespan="off",
        timeout_graceful_shutdown=3, http="httptools",
    )  # fmt: skip
    if tls is not None:
        config.load()
        config.ssl = tls[0]
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    await engine.start()
    task = asyncio.create_task(server._serve([listener]))
    await until(lambda: server.started)
    room = Served(engine, log, server, listener.getsockname()[1])
    if tls is not None:
        room.tls = ssl.create_default_context(cafile=tls[1])
    try:
        yield room
    finally:
        server.should_exit = True
        await task
        await engine.stop()
        listener.close()


def frame(payload: bytes = b"", *, opcode: int = 1, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """One frame of a client, right or wrong."""
    size = len(payload)
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if masked else 0
    head = bytes((first, bit | size)) if size < 126 else (
        struct.pack("!BBH", first, bit | 126, size) if size < 65536 else struct.pack("!BBQ", first, bit | 127, size)
    )  # fmt: skip
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[n % 4] for n, byte in enumerate(payload))


def command(number: int, name: str = "x", body: object = None) -> bytes:
    """A command's frame."""
    return frame(json.dumps({"type": "command", "cmd_id": str(number), "name": name, "body": body or {}}).encode())


class Raw:
    """A client that says bytes and hears frames."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""
        self.heard: list[tuple[int, bytes]] = []

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def next(self, seconds: float = 10.0) -> tuple[int, bytes]:
        """Opcode and payload of the next frame; (-1, b"") when the connection is gone."""
        try:
            async with asyncio.timeout(seconds):
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    (size,) = struct.unpack("!H", await self.reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
                heard = first & 15, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1, b""
        self.heard.append(heard)
        return heard

    async def until(self, kind: str, seconds: float = 10.0) -> dict[str, Any]:
        """The next frame of a type."""
        async with asyncio.timeout(seconds):
            while (heard := await self.next(seconds))[0] in (1, 10):
                said: dict[str, Any] = json.loads(heard[1]) if heard[0] == 1 else {}
                if said.get("type") == kind:
                    return said
        raise AssertionError(f"{heard} instead of {kind}")

    async def close_code(self, seconds: float = 10.0) -> int:
        """The code of the close frame that ends this; 1006 when there is none."""
        while True:
            opcode, payload = await self.next(seconds)
            if opcode == -1:
                return 1006
            if opcode == 8:
                return int.from_bytes(payload[:2], "big")


@asynccontextmanager
async def raw(room: Served, *, extra: bytes = b"", behind: bytes = b"", later: bytes = b"") -> AsyncIterator[Raw]:
    """A handshake by hand; `behind` follows in the same segment, `later` in the next, before the answer is awaited."""
    tls: dict[str, Any] = {"ssl": room.tls, "server_hostname": "localhost"} if room.tls is not None else {}
    reader, writer = await asyncio.open_connection("127.0.0.1", room.port, limit=2**22, **tls)
    key = base64.b64encode(os.urandom(16))
    writer.write(
        b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n" + extra + b"\r\n" + behind
    )
    if later:
        await asyncio.sleep(0.05)
        writer.write(later)
    client = Raw(reader, writer)
    client.head = await reader.readuntil(b"\r\n\r\n")
    try:
        yield client
    finally:
        writer.close()
