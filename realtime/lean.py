"""One WebSocket on a bare transport: a single object, no task and no queue while the client keeps up.

Whole small text frames are read here, everything else by `RareFrames`. What there is to say is written when the
loop turn ends, all at once. While the transport cannot write, frames wait in the conversation's backlog (P9); a
client that stalls for 10 s, or for whom too much waits, is closed with 4408.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import MutableSet, Sequence
from datetime import datetime
from typing import Any, Final, cast

from realtime.admission import Admission
from realtime.frames import MAX_FRAME_BYTES, CloseCode, Command, Frame
from realtime.participant import House, Participant
from realtime.rare import RareFrames, is_utf8
from realtime.stream import Batch

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets without its compiled part
    from websockets.utils import apply_mask

CHUNK_BYTES: Final = 64 * 1024
KERNEL_BYTES: Final = 32 * 1024
STALL_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 3.0
WHOLE_TEXT: Final = 0x81
MASKED: Final = 0x80


def frame_span(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame at `at` begins and ends; beyond the data when more must come (RFC 6455, 5.2)."""
    if len(data) < at + 2:
        return at + 2, at + 2
    mask, size, begin = data[at + 1] >> 7 << 2, data[at + 1] & 0x7F, at + 2
    if size == 126:
        begin = at + 4
        size = int.from_bytes(data[at + 2 : begin], "big") if len(data) >= begin else 0
    elif size == 127:
        begin = at + 10
        size = int.from_bytes(data[at + 2 : begin], "big") if len(data) >= begin else 0
    return begin + mask, begin + mask + size


class LeanSocket(Participant, asyncio.Protocol):
    """One client on a transport that has said 101. `connections` are the server's, which shuts them down."""

    __slots__ = ("_connections", "_is_due", "_need", "_out", "_paused_at", "_rare", "_rest", "_stage", "_transport")

    OPEN, CLOSING, GONE = range(3)

    def __init__(self, house: House, admission: Admission, connections: MutableSet[Any]) -> None:
        super().__init__(house, admission)
        self._connections = connections
        self._transport: asyncio.Transport
        self._rest: bytearray | None = None
        self._need = 0
        self._rare: RareFrames | None = None
        self._out = b""
        self._is_due = False
        self._paused_at: float | None = None
        self._stage = self.OPEN

    # The transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ours: greet."""
        self._transport = cast(asyncio.Transport, transport)
        if transport.get_extra_info("sslcontext") is None:
            self._transport.set_write_buffer_limits(high=1, low=0)
        _keep_little_in_the_kernel(self._transport)
        self._talk.outlet = self._take_frames
        self._connections.add(self)
        self._enter()
        self._nudge()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._leave(self.GONE)
        self._connections.discard(self)
        self._rest = None

    def pause_writing(self) -> None:
        """The client does not keep up: frames wait from here on."""
        self._paused_at = time.monotonic()

    def resume_writing(self) -> None:
        """The client has caught up with the transport."""
        self._paused_at = None
        self._nudge()

    def shutdown(self) -> None:
        """The server stops: leave now."""
        if self._stage == self.OPEN:
            self.close(CloseCode.DRAIN)
        else:
            self._transport.close()

    # In.

    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole, keep the rest."""
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._need:
                return
            data, self._rest = bytes(self._rest), None
        at = self._read(data) if self._stage == self.OPEN else self._listen_for_close(data)
        if at < len(data) and self._stage == self.OPEN:
            self._rest = bytearray(data[at:])

    def _read(self, data: bytes) -> int:
        at = 0
        while self._stage == self.OPEN:
            begin, end = frame_span(data, at)
            if end > len(data) and not _is_hopeless(data, at, end):
                self._need = end - at
                return at
            if data[at] == WHOLE_TEXT and self._rare is None and end <= len(data) and data[at + 1] & MASKED:
                self._take_text(apply_mask(data[begin:end], data[begin - 4 : begin]))
            else:
                self._take_rare(data[at:end])
            at = end
        return at

    def _take_text(self, text: bytes) -> None:
        if is_utf8(text):
            self._hear(text)
        else:
            self._end(RareFrames().fail(CloseCode.BAD_FRAME, "text is not UTF-8"))

    def _take_rare(self, data: bytes) -> None:
        rare = self._rare = self._rare or RareFrames()
        for message in rare.feed(data):
            self._hear(message)
        if rare.ended:
            self.flush()
            return self._end(rare.output)
        if rare.output:
            self._transport.write(rare.output)
        now = time.monotonic()
        while rare.empty and self._talk.count(now):
            rare.empty -= 1
        self._nudge()
        if rare.idle and self._stage == self.OPEN:
            self._rare = None

    def _listen_for_close(self, data: bytes) -> int:
        if self._stage == self.CLOSING and self._rare is not None:
            self._rare.feed(data)
            if self._rare.ended:
                self._transport.close()
        return len(data)

    def _carry_out(self, command: Command) -> None:
        super()._carry_out(command)
        if self._orders is not None and self._orders.is_full:
            self._transport.pause_reading()

    def _answer(self, cmd_id: str, status: int, body: bytes) -> None:
        super()._answer(cmd_id, status, body)
        if not self._transport.is_reading() and not self._transport.is_closing():
            self._transport.resume_reading()

    # Out.

    def deliver(self, stream: str, batch: Batch) -> None:
        """Live entries: the bytes everyone is sent, if this client stands where everyone does."""
        if self._paused_at is not None or not self._talk.advance(stream, batch):
            return super().deliver(stream, batch)
        self._out = self._out + batch.wire if self._out else batch.wire
        if not self._is_due:
            self._is_due = True
            self._house.turn.add(self)

    def _take_frames(self, frames: Sequence[Frame]) -> bool:
        """Take frames into what this turn writes, unless they must wait for the client."""
        if self._paused_at is not None or len(self._out) > CHUNK_BYTES:
            return False
        self._out += b"".join([frame.wire for frame in frames])
        return True

    def _nudge(self) -> None:
        """Be due at the end of this turn, if there is something to write."""
        if not self._is_due and (self._out or self._talk.has_output):
            self._is_due = True
            self._house.turn.add(self)

    def flush(self) -> int:
        """Write what is due; returns how many bytes."""
        self._is_due = False
        if self._stage != self.OPEN:
            return 0
        written = 0
        while self._paused_at is None and (data := self._next_bytes()):
            self._transport.write(data)
            written += len(data)
        if self._talk.closing is not None:
            self._say_goodbye()
        return written

    def _next_bytes(self) -> bytes:
        data, self._out = self._out, b""
        if not self._talk.waiting:
            return data
        parts, size = [data], len(data)
        while size < CHUNK_BYTES and (frame := self._talk.next_frame()) is not None:
            parts.append(frame.wire)
            size += len(frame.wire)
        return b"".join(parts)

    # The end.

    def tick(self, now: float, at: datetime) -> None:
        """A second has passed."""
        if self._paused_at is not None and now - self._paused_at >= STALL_SECONDS:
            self._talk.close(CloseCode.SLOW, "stalled")
        super().tick(now, at)

    def _say_goodbye(self) -> None:
        """Say the close; wait 3 s at most for what must go before it, and for the client's answer."""
        closing = self._talk.closing
        assert closing is not None
        rare = self._rare = self._rare or RareFrames()
        self._house.metrics.slow_closes += closing.code is CloseCode.SLOW
        last = b"".join(frame.wire for frame in iter(self._talk.next_frame, None))
        self._transport.write(self._out + last + rare.close(closing.code, closing.reason))
        self._leave(self.CLOSING)
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def _end(self, last: bytes) -> None:
        """Write the last bytes and hang up; what still comes is read away, so that the last bytes arrive.

        A client that does not hang up within 3 s is cut off.
        """
        self._transport.write(last)
        self._leave(self.CLOSING)
        self._rare = None
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def _leave(self, stage: int) -> None:
        if self._stage == self.OPEN:
            self._part()
            self._talk.outlet = None
            self._out = b""
        self._stage = max(self._stage, stage)


def _is_hopeless(data: bytes, at: int, end: int) -> bool:
    """Whether the frame that began will never be taken: too large, or not masked."""
    return len(data) >= at + 2 and (end - at > MAX_FRAME_BYTES + 14 or not data[at + 1] & MASKED)


def _keep_little_in_the_kernel(transport: asyncio.Transport) -> None:
    """Left alone, the kernel takes some 4 MB for a client that reads nothing, and its stall shows only then."""
    line = transport.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
