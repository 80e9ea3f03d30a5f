"""The doorbell between processes: it says *which* stream moved and how far, never *what* was said (P7).

It rides on a `channels` layer, used without a Django project: one channel per process in one group. The
layer may lose, delay or repeat; the hub's recheck recovers what was lost, so nothing here waits for it
and nothing here raises. A subscription that falls deaf does not say so: each process listens for its own
canary and joins anew after two silent ones.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

import msgspec
from channels.layers import InMemoryChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from realtime.frames import CloseCode

SEND_SECONDS: Final = 0.25
PAUSE_SECONDS: Final = 0.5
JOIN_SECONDS: Final = 2.0
CANARY_SECONDS: Final = 2.0
MISSES_ALLOWED: Final = 2
MAX_WAITING: Final = 1024
MAX_RINGS: Final = 100

log = logging.getLogger(__name__)


class Layer(Protocol):
    """What the doorbell needs of a channel layer."""

    async def new_channel(self) -> str: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: dict[str, Any]) -> None: ...
    async def receive(self, channel: str) -> dict[str, Any]: ...
    async def flush(self) -> None: ...


class Message(msgspec.Struct, frozen=True):
    """One message on the layer: rings, sockets to close, commands to tell their person of, and who sent it."""

    sender: str
    canary: int = 0
    rings: dict[str, int] = {}
    closes: dict[str, CloseCode] = {}
    moves: dict[str, list[str]] = {}


def memory_layer() -> Layer:
    """A layer inside this process."""
    layer: Layer = InMemoryChannelLayer()  # type: ignore[no-untyped-call]
    return layer


def redis_layer(url: str, namespace: str = "realtime") -> Layer:
    """A layer across processes that gives up on a silent Redis after 0.25 s."""
    logging.getLogger("channels_redis.pubsub").setLevel(logging.CRITICAL)
    host = {
        "address": url,
        "socket_timeout": SEND_SECONDS,
        "socket_connect_timeout": SEND_SECONDS,
        "health_check_interval": 5,
        "retry": Retry(NoBackoff(), 0),
    }
    layer: Layer = RedisPubSubChannelLayer(hosts=[host], prefix=namespace)
    return layer


class Bus:
    """Rings here at once, and in the other processes soon, or not at all.

    `on_ring(stream, seq)` and `on_close(tag, code)` are called in the event loop and must not block. A process
    that is `alone` rings for itself only.
    """

    def __init__(
        self,
        on_ring: Callable[[str, int], None],
        on_close: Callable[[str, CloseCode], object],
        *,
        layer: Layer | None = None,
        group: str = "doorbell",
        alone: bool = False,
        on_move: Callable[[str, str], object] = lambda stream, cmd_id: None,
    ) -> None:
        self._on_ring = on_ring
        self._on_close = on_close
        self._on_move = on_move
        self._is_alone = alone
        self._layer = layer or memory_layer()
        self._shared = isinstance(self._layer, InMemoryChannelLayer)
        self._group = group
        self._node = uuid.uuid4().hex
        self._rings: dict[str, int] = {}
        self._closes: dict[str, CloseCode] = {}
        self._moves: dict[str, list[str]] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: asyncio.Task[None] | None = None
        self._channel: str | None = None
        self._canary = self._echo = self._misses = 0
        self._failing = False
        self.dropped = 0

    @property
    def healthy(self) -> bool:
        """Whether this process still hears its own canary; if not, entries arrive by recheck alone."""
        return self._listener is not None and self._misses < MISSES_ALLOWED

    def ring(self, stream: str, seq: int) -> None:
        """Say that `stream` has an entry `seq`. Call after commit; returns at once and never raises."""
        self._on_ring(stream, seq)
        if self._is_alone:
            return
        self._rings[stream] = max(seq, self._rings.pop(stream, 0))
        if len(self._rings) > MAX_WAITING:
            del self._rings[next(iter(self._rings))]
            self.dropped += 1
        self._wake.set()

    def move(self, stream: str, cmd_id: str) -> None:
        """Tell who follows `stream` that `cmd_id` is committed, here at once and in the other processes soon."""
        self._on_move(stream, cmd_id)
        if self._is_alone:
            return
        self._moves.setdefault(stream, []).append(cmd_id)
        if len(self._moves) > MAX_WAITING:
            del self._moves[next(iter(self._moves))]
            self.dropped += 1
        self._wake.set()

    def close(self, tag: str, code: CloseCode) -> None:
        """Close the sockets that carry `tag`, here at once and in the other processes soon."""
        self._on_close(tag, code)
        self._closes[tag] = code
        self._wake.set()

    async def start(self) -> None:
        """Begin to listen; a layer that is not there is joined when it comes."""
        self._tasks = [
            asyncio.create_task(self._send_forever(), name="bus sender"),
            asyncio.create_task(self._watch_forever(), name="bus watch"),
        ]

    async def stop(self) -> None:
        """Leave the group and close the layer's connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await self._leave()

    # Sending.

    async def _send_forever(self) -> None:
        while True:
            await self._wake.wait()
            if not await self._send(self._take()):
                await asyncio.sleep(PAUSE_SECONDS)

    def _take(self) -> Message:
        streams = list(self._rings)[:MAX_RINGS]
        rings = {stream: self._rings.pop(stream) for stream in streams}
        closes, self._closes = self._closes, {}
        moves = {stream: self._moves.pop(stream) for stream in list(self._moves)[:MAX_RINGS]}
        if not self._rings and not self._moves:
            self._wake.clear()
        return Message(sender=self._node, rings=rings, closes=closes, moves=moves)

    async def _send(self, message: Message) -> bool:
        try:
            async with asyncio.timeout(4 * SEND_SECONDS):
                await self._layer.group_send(self._group, msgspec.to_builtins(message))
        except Exception as error:
            self._note_failure(error)
            return False
        self._failing = False
        return True

    def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            log.warning("the bus is down, entries of other processes arrive by recheck: %r", error)
        self._failing = True

    # Listening.

    async def _watch_forever(self) -> None:
        while True:
            self._misses = 0 if self._echo == self._canary else self._misses + 1
            if not self.healthy:
                await self._rejoin()
            self._canary += 1
            await self._send(Message(sender=self._node, canary=self._canary))
            await asyncio.sleep(CANARY_SECONDS)

    async def _rejoin(self) -> None:
        try:
            await self._leave()
            async with asyncio.timeout(JOIN_SECONDS):
                self._channel = await self._layer.new_channel()
                await self._layer.group_add(self._group, self._channel)
        except Exception as error:
            self._note_failure(error)
            return
        self._echo, self._misses = self._canary, 0
        self._listener = asyncio.create_task(self._listen_forever(self._channel), name="bus listener")

    async def _leave(self) -> None:
        listener, self._listener = self._listener, None
        async with asyncio.timeout(JOIN_SECONDS):
            if listener is not None:
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)
            if self._shared and self._channel is not None:
                await self._layer.group_discard(self._group, self._channel)
            elif not self._shared:
                await self._layer.flush()

    async def _listen_forever(self, channel: str) -> None:
        while True:
            message = await self._layer.receive(channel)
            try:
                self._hear(msgspec.convert(message, Message))
            except msgspec.ValidationError:
                log.warning("a message on the bus was not understood")

    def _hear(self, message: Message) -> None:
        if message.sender == self._node:
            self._echo = max(self._echo, message.canary)
            return
        for stream, seq in message.rings.items():
            self._on_ring(stream, seq)
        for tag, code in message.closes.items():
            self._on_close(tag, code)
        for stream, cmd_ids in message.moves.items():
            for cmd_id in cmd_ids:
                self._on_move(stream, cmd_id)
