"""One client's conversation, without I/O: frames in, calls and frames out; time is passed in.

A stream the client follows is WAITING (asked for; live entries pass by, the shared tail keeps them) or
LIVE at a position. Only the entry after the position is ever sent (P4): anything older is dropped, and
anything beyond a gap makes the conversation ask again from where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Raw

from realtime.admission import RATE_PER_SECOND
from realtime.backlog import Backlog, Overflow
from realtime.frames import (
    CLOSE_RULES,
    DEADMAN_SECONDS,
    HEARTBEAT_SECONDS,
    MAX_FRAME_BYTES,
    Ack,
    BadFrame,
    CloseCode,
    Command,
    Drain,
    Error,
    ErrorCode,
    Frame,
    Heartbeat,
    Inbound,
    Outbound,
    Resumed,
    Subscribe,
    Welcome,
    decode,
    encode,
)
from realtime.stream import Batch

Outlet = Callable[[Sequence[Frame]], bool]
"""Sends frames at once, as long as nothing waits; False when they must wait too."""

BURST_SECONDS: Final = 6.0
PING_ANSWER_SECONDS: Final = 5.0


@dataclass(slots=True)
class Bucket:
    """Tokens for inbound frames: `rate` a second, and what 6 s of silence have saved up."""

    rate: float
    tokens: float
    at: float

    def take(self, now: float) -> bool:
        """Whether one more frame is within the rate."""
        self.tokens = min(self.rate * BURST_SECONDS, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class _Subscription:
    epoch: str
    position: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How this conversation ends."""

    code: CloseCode
    reason: str


class Conversation:
    """What one client may hear, has heard, and has yet to be sent. `now` is a monotonic clock in seconds."""

    __slots__ = (
        "_backlog", "_beat_at", "_bucket", "_dropped", "_followed", "_heard_at",
        "beat_due_at", "closing", "outlet", "streams",
    )  # fmt: skip

    def __init__(self, streams: Collection[str], *, now: float, rate: float = RATE_PER_SECOND) -> None:
        self.streams = streams
        self._backlog: Backlog | None = None
        self._dropped = 0
        self.outlet: Outlet | None = None
        self.closing: Closing | None = None
        self._followed: dict[str, _Subscription | None] = {}
        self._bucket = Bucket(rate, tokens=rate * BURST_SECONDS, at=now)
        self._heard_at = now
        self._beat_at = now
        self.beat_due_at = now + HEARTBEAT_SECONDS

    @property
    def backlog(self) -> Backlog:
        """What has yet to be sent; made when something has to wait."""
        if self._backlog is None:
            self._backlog = Backlog()
        return self._backlog

    # In.

    def receive(self, data: bytes, now: float) -> Subscribe | Command | None:
        """The call this frame asks for, if any; a frame that breaks the rules closes the conversation."""
        if self.closing is not None:
            return None
        self._heard_at = now
        breach = self._breach(data, now)
        if breach is not None:
            self.close(breach)
            return None
        try:
            frame = decode(data)
        except BadFrame as bad:
            self.close(CloseCode.BAD_FRAME, str(bad))
            return None
        return self._call(frame, now)

    def count(self, now: float) -> bool:
        """Count a frame that says nothing, such as a ping; closes the conversation when there are too many."""
        if self.closing is None and not self._bucket.take(now):
            self.close(CloseCode.RATE)
        return self.closing is None

    def _breach(self, data: bytes, now: float) -> CloseCode | None:
        if len(data) > MAX_FRAME_BYTES:
            return CloseCode.TOO_BIG
        return None if self._bucket.take(now) else CloseCode.RATE

    def _call(self, frame: Inbound, now: float) -> Subscribe | Command | None:
        if isinstance(frame, Subscribe):
            return self._subscribe(frame)
        if isinstance(frame, Command):
            return frame
        if now - self._beat_at >= PING_ANSWER_SECONDS:
            self.beat_due_at = now
        return None

    def _subscribe(self, frame: Subscribe) -> Subscribe | None:
        if frame.stream not in self.streams:
            self._reply(Error(code=ErrorCode.UNKNOWN_STREAM, message="no such stream for you in this room"))
            return None
        self._followed[frame.stream] = None
        return frame

    # Out: the streams.

    def begin_snapshot(self, stream: str, epoch: str, snapshot: Frame, missed: Batch) -> None:
        """The stream starts from a state; `missed` are the entries since, from the shared tail (P6)."""
        self._start(stream, epoch, snapshot, missed)

    def begin_resumed(self, stream: str, epoch: str, missed: Batch) -> None:
        """The stream goes on where the client left it: it missed exactly `missed`."""
        head = Resumed(stream=stream, epoch=epoch, seq=missed.last, count=len(missed.frames))
        self._start(stream, epoch, encode(head), missed)

    def _start(self, stream: str, epoch: str, head: Frame, missed: Batch) -> None:
        if self.closing is None and stream in self._followed:
            self._followed[stream] = _Subscription(epoch, missed.last)
            self._queue([head, *missed.frames], push=False)

    def deliver(self, stream: str, batch: Batch) -> Subscribe | None:
        """Queue live entries; returns the subscription to ask for again when there is a gap before them."""
        subscription = self._followed.get(stream)
        if subscription is None or self.closing is not None:
            return None
        if batch.first > subscription.position + 1:
            self._followed[stream] = None
            return Subscribe(stream=stream, epoch=subscription.epoch, seq=subscription.position)
        fresh = batch.after(subscription.position)
        subscription.position = fresh.last
        self._queue(fresh.frames, push=True)
        return None

    def deliver_lossy(self, stream: str, batch: Batch) -> None:
        """Queue live entries of a stream that promises none of them; the oldest are dropped first."""
        subscription = self._followed.get(stream)
        if subscription is None or self.closing is not None:
            return
        fresh = batch.after(subscription.position)
        subscription.position = max(subscription.position, batch.last)
        for seq, frame in enumerate(fresh.frames, start=fresh.first):
            self.ephemeral(f"{stream} {seq}", frame)

    def advance(self, stream: str, batch: Batch) -> bool:
        """Count `batch` as sent, if it is exactly what comes next and nothing waits before it."""
        subscription = self._followed.get(stream)
        if subscription is None or subscription.position + 1 != batch.first or self._backlog or self.closing:
            return False
        subscription.position = batch.last
        return True

    def restart(self, stream: str) -> None:
        """The stream broke off (new epoch, or a hole in its log): a snapshot will come."""
        if stream in self._followed:
            self._followed[stream] = None

    @property
    def live(self) -> tuple[str, ...]:
        """The streams that have begun."""
        return tuple(stream for stream, subscription in self._followed.items() if subscription)

    @property
    def has_output(self) -> bool:
        """Whether there is a frame, or a close, to send."""
        return bool(self._backlog) or self.closing is not None

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._backlog) if self._backlog is not None else 0

    @property
    def dropped(self) -> int:
        """How many frames that may be lost were."""
        return self._dropped + (self._backlog.dropped if self._backlog is not None else 0)

    # Out: everything else.

    def welcome(self, at: datetime) -> None:
        """Greet: the first frame."""
        self._reply(
            Welcome(
                server_at=at,
                heartbeat_seconds=HEARTBEAT_SECONDS,
                deadman_seconds=DEADMAN_SECONDS,
                streams=list(self.streams),
            )
        )

    def ack(self, cmd_id: str, status: int, body: bytes) -> None:
        """Answer a command with the bytes of its body."""
        self._reply(Ack(cmd_id=cmd_id, status=status, body=Raw(body)))

    def ephemeral(self, key: str, frame: Frame) -> None:
        """Queue a frame that may be lost; only the latest of a key is kept."""
        if self.closing is None and not self._sent_at_once([frame]):
            self.backlog.ephemeral(key, frame)

    def drain(self, jitter_seconds: float) -> None:
        """Tell the client that the server is leaving."""
        self._reply(Drain(jitter_seconds=jitter_seconds))

    # Time.

    def tick(self, now: float, at: datetime, tops: Callable[[], dict[str, int]]) -> None:
        """Beat when a heartbeat is due; close when the client has been silent too long (P8)."""
        if self.closing is not None:
            return
        if now - self._heard_at >= DEADMAN_SECONDS:
            self.close(CloseCode.SLOW, "silent too long")
        elif now >= self.beat_due_at:
            self._beat_at = now
            self.beat_due_at = now + HEARTBEAT_SECONDS
            self.ephemeral("heartbeat", encode(Heartbeat(at=at, tops=tops())))

    # The end.

    def close(self, code: CloseCode, reason: str = "") -> None:
        """End the conversation; what is queued is still sent only where the code's rule says so."""
        if self.closing is not None:
            return
        rule = CLOSE_RULES[code]
        self.closing = Closing(code, reason or rule.meaning)
        if not rule.flushes:
            self.forget()

    def forget(self) -> None:
        """Nothing that waits will be sent."""
        self._dropped = self.dropped
        self._backlog = None

    def next_frame(self) -> Frame | None:
        """The next frame to send, or None."""
        frame = self._backlog.pop() if self._backlog is not None else None
        if frame is None:
            self.forget()
        return frame

    def _reply(self, push: Outbound) -> None:
        if self.closing is None:
            self._queue([encode(push)], push=False)

    def _sent_at_once(self, frames: Sequence[Frame]) -> bool:
        return not self._backlog and self.outlet is not None and self.outlet(frames)

    def _queue(self, frames: Sequence[Frame], *, push: bool) -> None:
        if self._sent_at_once(frames):
            return
        put = self.backlog.push if push else self.backlog.reply
        try:
            for frame in frames:
                put(frame)
        except Overflow:
            self.close(CloseCode.SLOW)
