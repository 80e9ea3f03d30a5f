"""The live protocol over plain HTTP: every request is a short socket that begins where its client stands.

A request carries the client's positions, so any process can answer it, and what got lost on the way is given
again. The engine serves it as it serves a WebSocket, through a pipe shaped like ASGI's: the rules, limits and
close codes are the same because they are the same code. A close is the last frame, of type `closed`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from realtime.admission import Admission, Seat
from realtime.connection import Message
from realtime.engine import Engine
from realtime.frames import MAX_FRAME_BYTES, BadFrame, CloseCode, Command, Frame, Subscribe, decode
from realtime.protocol import BURST_SECONDS, Bucket

STREAM_SECONDS: Final = 40.0
"""How long one response streams: a client that has vanished does not come back for the next one."""
POLL_SECONDS: Final = 25.0
POLL_LEAST_SECONDS: Final = 0.25
STAY_SECONDS: Final = 15.0
KEEP_ALIVE_SECONDS: Final = 10.0
EXCHANGE_SECONDS: Final = 60.0
RETRY_MS: Final = 1000
NEWS: Final = frozenset({"snapshot", "entry", "error", "moved"})

Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client stands in a stream: `STREAM:SEQ:EPOCH`, or `STREAM` when it has nothing of it yet."""

    stream: str
    seq: int | None = None
    epoch: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a client sent; `ValueError` when it is neither form."""
        stream, *rest = text.split(":", 2)
        if not rest:
            return cls(stream)
        seq, epoch = rest
        return cls(stream, int(seq), epoch)

    def subscribe(self) -> bytes:
        """The frame that asks for what comes next."""
        return msgspec.json.encode(Subscribe(stream=self.stream, epoch=self.epoch, seq=self.seq))


class Closed(Struct, tag_field="type", tag="closed", frozen=True):
    """The last frame over HTTP: what a WebSocket would have been closed with."""

    code: int
    reason: str


class _Head(Struct):
    """What a pipe must know of a frame that passes through."""

    type: str
    stream: str = ""
    seq: int = 0
    epoch: str = ""
    count: int = 0


_head = msgspec.json.Decoder(_Head).decode


class _Pipe:
    """A socket's two ends for the engine: plays the client's frames, then is silent until it hangs up."""

    def __init__(self, frames: Iterable[bytes]) -> None:
        self._frames = deque(frames)
        self._over = asyncio.Event()
        self.ready = asyncio.Event()

    async def receive(self) -> Message:
        """ASGI's receive."""
        if self._frames:
            return {"type": "websocket.receive", "bytes": self._frames.popleft()}
        await self._over.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Message) -> None:
        """ASGI's send."""
        if message["type"] == "websocket.close":
            await self.say(closed_frame(message["code"], message.get("reason", "")).text)
        elif message["type"] == "websocket.send":
            await self.say(message["text"])

    async def say(self, text: str) -> None:
        """Pass a frame on to the client."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """The request has what it came for, or its client is gone."""
        self._over.set()


class Events(_Pipe):
    """Frames as server-sent events. Each durable one says in its `id` where its stream stands after it."""

    def __init__(self, frames: Iterable[bytes], write: Write, *, greets: bool) -> None:
        super().__init__(frames)
        self._write = write
        self._greets = greets
        self._epochs: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._wrote_at = -math.inf

    async def say(self, text: str) -> None:
        head = _head(text)
        if head.type == "welcome" and not self._greets:
            return
        await self.write(f"{self._id(head)}data: {text}\n\n".encode())

    async def write(self, data: bytes) -> None:
        """Write to the response, one at a time."""
        async with self._lock:
            await self._write(data)
            self._wrote_at = time.monotonic()

    async def keep_alive(self) -> None:
        """A comment whenever nothing else was written for 10 s, until cancelled."""
        while True:
            quiet = time.monotonic() - self._wrote_at
            if quiet >= KEEP_ALIVE_SECONDS:
                await self.write(b":\n\n")
            await asyncio.sleep(max(0.01, KEEP_ALIVE_SECONDS - max(0.0, time.monotonic() - self._wrote_at)))

    def _id(self, head: _Head) -> str:
        if head.epoch:
            self._epochs[head.stream] = head.epoch
        if head.type not in {"snapshot", "resumed", "entry"} or head.stream not in self._epochs:
            return ""
        seq = head.seq - head.count if head.type == "resumed" else head.seq
        return f"id: {head.stream}:{seq}:{self._epochs[head.stream]}\n"


class Answer(_Pipe):
    """Frames as one JSON array: ready when every stream has begun and there is news, or when closed."""

    def __init__(self, frames: Sequence[bytes], *, greets: bool) -> None:
        super().__init__(frames)
        self.texts: list[str] = []
        self._greets = greets
        self._beginning = len(frames)
        self._news = greets

    async def say(self, text: str) -> None:
        head = _head(text)
        if head.type == "welcome" and not self._greets:
            return
        self.texts.append(text)
        self._beginning -= head.type in {"snapshot", "resumed", "error"}
        self._news |= head.type in NEWS or (head.type == "resumed" and head.count > 0)
        if head.type == "closed" or (self._news and self._beginning <= 0):
            self.ready.set()


class Acks(_Pipe):
    """The answers of a client's frames: ready when each command has its own, or when closed."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        super().__init__(frames)
        self.texts: list[str] = []
        self._expected = _commands_in(frames)
        if self._expected == 0:
            self.ready.set()

    async def say(self, text: str) -> None:
        head = _head(text)
        if head.type == "welcome":
            return
        self.texts.append(text)
        self._expected -= head.type == "ack"
        if self._expected <= 0 or head.type == "closed":
            self.ready.set()


def _commands_in(frames: Sequence[bytes]) -> float:
    """How many answers to wait for; a frame that breaks the rules is answered with the close."""
    try:
        breaks = any(len(frame) > MAX_FRAME_BYTES for frame in frames)
        return math.inf if breaks else sum(isinstance(decode(frame), Command) for frame in frames)
    except BadFrame:
        return math.inf


class _Chair:
    """Keeps a member counted between two requests; hears nothing."""

    def ephemeral(self, key: str, frame: Frame) -> None:
        """A frame that may be lost."""


class Lines:
    """Everybody who follows a room over HTTP in this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._leaving: dict[Seat, asyncio.TimerHandle] = {}
        self._chairs: dict[Seat, _Chair] = {}
        self._buckets: dict[str, Bucket] = {}

    async def events(
        self, admission: Admission, places: Sequence[Place], *, greets: bool, gone: Awaitable[Any], write: Write
    ) -> None:
        """Stream frames as events until `gone`, closed, or 40 s have passed."""
        pipe = Events([place.subscribe() for place in places], write, greets=greets)
        await pipe.write(b"retry: %d\n\n" % RETRY_MS)
        if not self._may_open(admission, places, greets=greets):
            return await pipe.say(closed_frame(CloseCode.RATE).text)
        leaving = asyncio.ensure_future(gone)
        leaving.add_done_callback(lambda _: pipe.ready.set())
        keeping = asyncio.create_task(pipe.keep_alive())
        try:
            await self._serve(pipe, admission, STREAM_SECONDS)
        finally:
            for task in (leaving, keeping):
                task.cancel()
            await asyncio.gather(leaving, keeping, return_exceptions=True)

    async def poll(self, admission: Admission, places: Sequence[Place], *, greets: bool, seconds: float) -> bytes:
        """A JSON array of frames: what is new, as soon as there is something, else what `seconds` have brought."""
        if not self._may_open(admission, places, greets=greets):
            return answer_of([closed_frame(CloseCode.RATE).text])
        began = time.monotonic()
        pipe = Answer([place.subscribe() for place in places], greets=greets)
        least = 0.0 if greets else min(POLL_LEAST_SECONDS, seconds)
        await self._serve(pipe, admission, min(seconds, POLL_SECONDS), least=least, began=began)
        return answer_of(pipe.texts)

    async def exchange(self, admission: Admission, frames: Sequence[bytes]) -> bytes:
        """A JSON array of answers to a client's frames, in their order."""
        bucket = self._bucket(admission)
        allowed = list(takewhile(lambda _: bucket.take(time.monotonic()), frames))
        pipe = Acks(allowed)
        alone = replace(admission, streams={}, owner=None, seat=None)
        await self._serve(pipe, alone, EXCHANGE_SECONDS)
        if len(allowed) < len(frames):
            pipe.texts.append(closed_frame(CloseCode.RATE).text)
        return answer_of(pipe.texts)

    async def _serve(
        self, pipe: _Pipe, admission: Admission, seconds: float, *, least: float = 0.0, began: float = 0.0
    ) -> None:
        apart = replace(admission, owner=admission.owner and f"{admission.owner}/http")
        serving = asyncio.create_task(self._engine.serve(pipe.receive, pipe.send, apart))
        serving.add_done_callback(lambda _: pipe.ready.set())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await pipe.ready.wait()
                    if not serving.done():
                        await asyncio.sleep(began + least - time.monotonic() if least else 0)
        finally:
            self._stay(admission.seat)
            pipe.hang_up()
            await serving

    # Rates.

    def _may_open(self, admission: Admission, places: Sequence[Place], *, greets: bool) -> bool:
        """Going on from where one stands is free: it is paced by what there is to say."""
        goes_on = not greets and all(place.seq is not None for place in places)
        return goes_on or self._bucket(admission).take(time.monotonic())

    def _bucket(self, admission: Admission) -> Bucket:
        rate, now = admission.frames_per_second, time.monotonic()
        fresh = Bucket(rate, tokens=rate * BURST_SECONDS, at=now)
        if admission.owner is None:
            return fresh
        if len(self._buckets) >= 1000:
            self._buckets = {
                owner: bucket for owner, bucket in self._buckets.items() if now - bucket.at < BURST_SECONDS
            }
        return self._buckets.setdefault(admission.owner, fresh)

    # Presence between two requests.

    def _stay(self, seat: Seat | None) -> None:
        """Count the member for another 15 s: the next request is on its way."""
        if seat is None:
            return
        if timer := self._leaving.pop(seat, None):
            timer.cancel()
        else:
            self._chairs[seat] = _Chair()
            self._engine.presence.join(seat.room, seat.member, self._chairs[seat])
        self._leaving[seat] = asyncio.get_running_loop().call_later(STAY_SECONDS, self._leave, seat)

    def _leave(self, seat: Seat) -> None:
        del self._leaving[seat]
        self._engine.presence.leave(seat.room, self._chairs.pop(seat))


def closed_frame(code: int, reason: str = "") -> Frame:
    """The frame that stands for a close."""
    return Frame(msgspec.json.encode(Closed(code=int(code), reason=reason)))


def answer_of(texts: Iterable[str]) -> bytes:
    """Frames as a JSON array."""
    return f"[{','.join(texts)}]".encode()
