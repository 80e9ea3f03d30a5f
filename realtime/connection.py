"""One WebSocket: a reader, one writer, deadlines. Runs a conversation over any ASGI server.

Only the writer sends. The reader performs one command at a time, so a client's commands keep their
order and a client that sends faster than it is served is held back by its own socket. Whoever closes
the conversation wakes the writer, which says the close and ends; the reader ends with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.websockets import WebSocketDisconnect

from realtime.frames import CloseCode, Command, Frame, Subscribe
from realtime.hub import Hub
from realtime.protocol import RATE_PER_SECOND, Conversation
from realtime.registry import Registry
from realtime.stream import Batch

STALL_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 1.0
PERFORM_SECONDS: Final = 30.0

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Perform = Callable[[str, str, bytes], Awaitable[tuple[int, bytes]]]
"""`perform(name, cmd_id, body)` → (status, body): does the command once, after commit answers its bytes.

It answers refusals as (status, problem) and does not raise. It is never cancelled halfway."""

_PROBLEM: Final = b'{"type":"about:blank","title":"%b","status":%d,"code":"%b"}'
_FAILED: Final = (500, _PROBLEM % (b"Internal error", 500, b"internal"))
_LATE: Final = (503, _PROBLEM % (b"Try again", 503, b"unavailable"))


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a socket is counted: its room, and as whom."""

    room: str
    member: str


@dataclass(frozen=True, slots=True)
class Admission:
    """What the server grants a socket: stream keys by the names the client knows them by, a way to act.

    It can be closed by its `tags`; an `owner` may have 20 sockets; a `seat` is counted as present;
    more than `frames_per_second` (after a burst of six times as many) closes it with 4429.
    """

    streams: Mapping[str, str]
    perform: Perform
    tags: frozenset[str] = frozenset()
    owner: str | None = None
    seat: Seat | None = None
    frames_per_second: float = RATE_PER_SECOND


class Connection:
    """One accepted WebSocket. `receive` and `send` are ASGI's."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        admission: Admission,
        *,
        hub: Hub,
        registry: Registry,
    ) -> None:
        self._receive = receive
        self._send = send
        self._admission = admission
        self._hub = hub
        self._registry = registry
        self._metrics = hub.metrics
        self._wake = asyncio.Event()
        self._talk = Conversation(tuple(admission.streams), now=time.monotonic(), rate=admission.frames_per_second)
        self.tags = admission.tags
        self.owner = admission.owner

    async def run(self) -> None:
        """Serve until either side leaves."""
        self._talk.welcome(datetime.now(UTC))
        self._registry.add(self)
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._part()
            reader.cancel()
            writer.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
        _raise_unexpected(reader, writer)

    def _part(self) -> None:
        for key in self._admission.streams.values():
            self._hub.leave(key, self)
        self._registry.remove(self)
        self._metrics.drops += self._talk.backlog.dropped

    # The reader.

    async def _read(self) -> None:
        while (data := await self._next_message()) is not None:
            self._metrics.frames_in += 1
            call = self._talk.receive(data, time.monotonic())
            if isinstance(call, Subscribe):
                self._follow(call)
            elif isinstance(call, Command):
                await self._perform(call)
            self._nudge()

    async def _next_message(self) -> bytes | None:
        try:
            message = await self._receive()
        except (WebSocketDisconnect, OSError):
            return None
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        return bytes(message.get("bytes") or b"") if text is None else text.encode("utf-8", "replace")

    def _follow(self, call: Subscribe) -> None:
        self._hub.follow(self._admission.streams[call.stream], call.stream, self, call.epoch, call.seq)

    async def _perform(self, command: Command) -> None:
        doing = asyncio.ensure_future(self._admission.perform(command.name, command.cmd_id, bytes(command.body)))
        self._registry.finish(doing)
        try:
            async with asyncio.timeout(PERFORM_SECONDS):
                status, body = await asyncio.shield(doing)
        except TimeoutError:
            status, body = _LATE
        except Exception:
            log.exception("command %s failed", command.name)
            status, body = _FAILED
        self._talk.ack(command.cmd_id, status, body)

    # The writer.

    async def _write(self) -> None:
        try:
            await self._send_frames()
        except TimeoutError:
            self._talk.close(CloseCode.SLOW, "stalled")
            self._talk.backlog.clear()
        except (WebSocketDisconnect, OSError, RuntimeError):
            return
        await self._send_close()

    async def _send_frames(self) -> None:
        while True:
            frame = self._talk.next_frame()
            if frame is not None:
                await self._send_frame(frame)
            elif self._talk.closing is not None:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _send_frame(self, frame: Frame) -> None:
        async with asyncio.timeout(STALL_SECONDS):
            await self._send({"type": "websocket.send", "text": frame.text})
        self._metrics.frames_out += 1
        self._metrics.bytes_out += len(frame.data)

    async def _send_close(self) -> None:
        closing = self._talk.closing
        if closing is None:
            return
        self._metrics.slow_closes += closing.code is CloseCode.SLOW
        message = {"type": "websocket.close", "code": int(closing.code), "reason": closing.reason}
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send(message)
        except (TimeoutError, WebSocketDisconnect, OSError, RuntimeError):
            return

    # What the hub and presence say (Follower, Listener).

    def begin_snapshot(self, stream: str, epoch: str, snapshot: Frame, missed: Batch) -> None:
        """The stream starts from a state."""
        self._talk.begin_snapshot(stream, epoch, snapshot, missed)
        self._nudge()

    def begin_resumed(self, stream: str, epoch: str, missed: Batch) -> None:
        """The stream goes on where the client left it."""
        self._talk.begin_resumed(stream, epoch, missed)
        self._nudge()

    def deliver(self, stream: str, batch: Batch) -> None:
        """Live entries."""
        again = self._talk.deliver(stream, batch)
        if again is not None:
            self._follow(again)
        self._nudge()

    def restart(self, stream: str) -> None:
        """The stream broke off; a snapshot will come."""
        self._talk.restart(stream)

    def ephemeral(self, key: str, frame: Frame) -> None:
        """A frame that may be lost."""
        self._talk.ephemeral(key, frame)
        self._nudge()

    # What the registry says (Socket).

    def tick(self, now: float, at: datetime) -> None:
        """A second has passed."""
        self._talk.tick(now, at, self._tops)
        self._nudge()

    def drain(self, jitter_seconds: float) -> None:
        """The server is leaving."""
        self._talk.drain(jitter_seconds)
        self._nudge()

    def close(self, code: CloseCode) -> None:
        """Show the client out."""
        self._talk.close(code)
        self._nudge()

    def _tops(self) -> dict[str, int]:
        tops = ((alias, self._hub.top(self._admission.streams[alias])) for alias in self._talk.live)
        return {alias: top for alias, top in tops if top is not None}

    def _nudge(self) -> None:
        if self._talk.has_output:
            self._wake.set()


def _raise_unexpected(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
