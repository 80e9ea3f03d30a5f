"""The wire: every frame that may cross a live socket, its limits, and what each close code asks for.

Frames are JSON text, told apart by `type`. A client that sends anything else is shown out with 1007.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Raw, Struct

MAX_FRAME_BYTES: Final = 64 * 1024
RESUME_MAX_ENTRIES: Final = 300
RESUME_MAX_BYTES: Final = 256 * 1024
HEARTBEAT_SECONDS: Final = 20
DEADMAN_SECONDS: Final = 45

At = Annotated[datetime, Meta(tz=True)]
"""A moment with its offset; the server's are UTC."""


# From the client.


class Subscribe(Struct, tag_field="type", tag="subscribe", frozen=True):
    """Follow a stream: from a snapshot, or, when `epoch` and `seq` are given, from the entry after `seq`."""

    stream: Annotated[str, Meta(min_length=1, max_length=32)]
    epoch: Annotated[str, Meta(max_length=64)] | None = None
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Command(Struct, tag_field="type", tag="command", frozen=True):
    """Do something, once: a repeat with the same `cmd_id` and body gets the first answer again (P3)."""

    cmd_id: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    body: Raw


class Ping(Struct, tag_field="type", tag="ping", frozen=True):
    """I am still here. Send one for each heartbeat received; at most one heartbeat in 5 s answers it."""


Inbound = Subscribe | Command | Ping


# From the server.


class Welcome(Struct, tag_field="type", tag="welcome", frozen=True):
    """First frame of every socket: the server's clock, the beat, and the streams this client may follow."""

    server_at: At
    heartbeat_seconds: int
    deadman_seconds: int
    streams: list[str]


class Snapshot(Struct, tag_field="type", tag="snapshot", frozen=True):
    """The whole state at `seq`; entries `seq + 1`, `seq + 2`… follow. Replaces whatever the client held."""

    stream: str
    epoch: str
    seq: int
    state: Any


class Resumed(Struct, tag_field="type", tag="resumed", frozen=True):
    """Nothing was missed but the `count` entries that follow; after them the stream stands at `seq`."""

    stream: str
    epoch: str
    seq: int
    count: int


class Entry(Struct, tag_field="type", tag="entry", frozen=True):
    """One durable fact of a stream. Ignore `seq` ≤ the last one; on a jump, subscribe again (P4)."""

    stream: str
    seq: int
    kind: str
    at: At
    data: Any


class Ack(Struct, tag_field="type", tag="ack", frozen=True):
    """The answer to a command, after commit: the status and body its HTTP twin would have."""

    cmd_id: str
    status: int
    body: Any


class Heartbeat(Struct, tag_field="type", tag="heartbeat", frozen=True):
    """The server's clock and the top `seq` of each followed stream; a higher top than yours means resume."""

    at: At
    tops: dict[str, int]


class Presence(Struct, tag_field="type", tag="presence", frozen=True):
    """How many are here. Ephemeral: only the latest counts."""

    count: int


class Moved(Struct, tag_field="type", tag="moved", frozen=True):
    """Something you did was committed under this `cmd_id`: another of your devices reads your own state anew.

    Ephemeral, and sent to the person alone; whoever sent the command knows already.
    """

    cmd_id: str


class Drain(Struct, tag_field="type", tag="drain", frozen=True):
    """The server is leaving: reconnect at a random moment within `jitter_seconds`."""

    jitter_seconds: float


class ErrorCode(StrEnum):
    """Why a frame was not acted upon; the socket stays open."""

    UNKNOWN_STREAM = "unknown_stream"


class Error(Struct, tag_field="type", tag="error", frozen=True):
    """A frame was understood and refused."""

    code: ErrorCode
    message: str


Outbound = Welcome | Snapshot | Resumed | Entry | Ack | Heartbeat | Presence | Moved | Drain | Error


# How a socket ends.


class CloseCode(IntEnum):
    """Every code this server closes a socket with (P10)."""

    BAD_FRAME = 1007
    TOO_BIG = 1009
    DRAIN = 1012
    AUTH = 4401
    ROOM = 4403
    SLOW = 4408
    SUPERSEDED = 4409
    OVER = 4410
    RATE = 4429


Next = Literal["retry", "resume", "stop"]


@dataclass(frozen=True, slots=True)
class CloseRule:
    """What a close code asks of the client, and whether what was queued is still sent before it."""

    next: Next
    meaning: str
    flushes: bool = False


CLOSE_RULES: Final[dict[CloseCode, CloseRule]] = {
    CloseCode.BAD_FRAME: CloseRule("stop", "a frame was not valid JSON of a known type"),
    CloseCode.TOO_BIG: CloseRule("stop", "a frame was larger than 64 KiB"),
    CloseCode.DRAIN: CloseRule("resume", "the server is restarting; nothing is lost", flushes=True),
    CloseCode.AUTH: CloseRule("stop", "not signed in, or no longer; sign in again"),
    CloseCode.ROOM: CloseRule("stop", "this room is not, or no longer, open to you"),
    CloseCode.SLOW: CloseRule("resume", "the client did not keep up or fell silent"),
    CloseCode.SUPERSEDED: CloseRule("stop", "too many sockets of the same login; a newer one took over"),
    CloseCode.OVER: CloseRule("stop", "the room is over", flushes=True),
    CloseCode.RATE: CloseRule("retry", "too many frames; wait at least 5 s before the next try"),
}


# Encoding: once per frame and process.


def text_frame(data: bytes) -> bytes:
    """`data` as one whole text frame of a server: FIN set, not masked (RFC 6455, 5.2)."""
    size = len(data)
    if size < 126:
        return b"\x81%c%b" % (size, data)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), data)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), data)


class Frame:
    """One outbound frame, encoded once: `data` for byte transports, `text` for ASGI, `wire` for a bare socket."""

    __slots__ = ("_text", "_wire", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._text: str | None = None
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """The same frame with its WebSocket header, joined once for all sockets."""
        if self._wire is None:
            self._wire = text_frame(self.data)
        return self._wire

    @property
    def text(self) -> str:
        """The same frame as text, decoded once for all sockets."""
        if self._text is None:
            self._text = self.data.decode()
        return self._text


class LogEntry(Struct, frozen=True):
    """One entry as the log holds it; `data` is anything JSON can carry, or `msgspec.Raw`."""

    seq: int
    kind: str
    at: At
    data: object


class BadFrame(ValueError):
    """The client's bytes are not a frame of this wire."""


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Inbound] = msgspec.json.Decoder(Subscribe | Command | Ping)


def decode(data: bytes) -> Inbound:
    """The client's frame; refuses anything else with `BadFrame`."""
    try:
        frame = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadFrame(str(error)[:100]) from None
    if b"\\u0000" in data and isinstance(frame, Command) and "\0" in frame.cmd_id + frame.name:
        raise BadFrame("a name holds no NUL")
    return frame


def encode(push: Outbound) -> Frame:
    """The frame of one push or ack."""
    return Frame(_encoder.encode(push))


def encode_entry(stream: str, entry: LogEntry) -> Frame:
    """The frame of a log entry, under the name its followers know the stream by."""
    return encode(Entry(stream=stream, seq=entry.seq, kind=entry.kind, at=entry.at, data=entry.data))


def encode_snapshot(stream: str, epoch: str, seq: int, state: object) -> Frame:
    """The frame of a whole state; `state` is anything JSON can carry, or `msgspec.Raw`."""
    return encode(Snapshot(stream=stream, epoch=epoch, seq=seq, state=state))
