"""The engine of one process: hub, bus, registry and presence, wired, started and stopped together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from realtime.admission import Admission
from realtime.bus import Bus, redis_layer
from realtime.connection import Connection, Message
from realtime.fastpath import Handover
from realtime.frames import CloseCode, LogEntry
from realtime.hub import Hub, Log
from realtime.metrics import Metrics
from realtime.participant import House
from realtime.presence import MemoryLeases, Presence, RedisLeases
from realtime.registry import DRAIN_SECONDS, Registry, Revoked

log = logging.getLogger(__name__)


class Engine:
    """What the server starts once per process.

    `log` reads what is committed. `revoked(tags)` says which of these tags must be closed, and how; it
    is asked every 4 s. Without `redis_url` the process is alone; installations that share a Redis are kept
    apart by `namespace`. What came before an entry of a `retracting` kind is never sent again. Streams that
    clients know by a `lossy` name promise order and nothing else: no state, no resume, oldest dropped first.
    """

    def __init__(
        self,
        log: Log,
        *,
        redis_url: str | None = None,
        revoked: Revoked | None = None,
        namespace: str = "realtime",
        retracting: Collection[str] = (),
        lossy: Collection[str] = (),
    ) -> None:
        self.metrics = Metrics()
        self.hub = Hub(log, retracting=retracting, lossy=lossy, metrics=self.metrics)
        self.registry = Registry(metrics=self.metrics, revoked=revoked)
        layer = redis_layer(redis_url, namespace) if redis_url else None
        self.bus = Bus(self.hub.ring, self.registry.close, layer=layer, alone=layer is None, on_move=self.hub.move)
        leases = RedisLeases(redis_url, namespace) if redis_url else MemoryLeases()
        self.presence = Presence(leases)
        self.house = House(self.hub, self.registry, self.presence)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def healthy(self) -> bool:
        """Whether other processes are heard promptly; if not, their entries come by recheck within 2 s."""
        return self.bus.healthy and self.presence.healthy

    async def start(self) -> None:
        """Begin to listen and to watch; a Redis that is away delays nothing."""
        watches = (
            self.hub.watch(),
            self.presence.watch(),
            self.registry.watch_clock(),
            self.registry.watch_lag(),
            self.registry.watch_tags(),
        )
        self._tasks = [asyncio.create_task(watch) for watch in watches]
        for task in self._tasks:
            task.add_done_callback(_report)
        await self.bus.start()

    def ring(self, stream: str, seq: int) -> None:
        """`stream` has an entry `seq`. Call after commit; returns at once and never raises."""
        self.bus.ring(stream, seq)

    def offer(self, stream: str, entries: Sequence[LogEntry], *, more: bool = False) -> None:
        """`stream` has these entries, in order, committed by this process; as `ring`, but nothing is read here.

        `more` says that the next commit is under way: a large room may then be written once for both.
        """
        if entries:
            self.hub.offer(stream, entries, more=more)
            self.bus.ring(stream, entries[-1].seq)

    def move(self, stream: str, cmd_id: str) -> None:
        """A command of the person who follows `stream` is committed: their other devices are told. May be lost."""
        self.bus.move(stream, cmd_id)

    def close(self, tag: str, code: int) -> None:
        """Close every socket that carries `tag`, in all processes, with a code of `CloseCode`."""
        self.bus.close(tag, CloseCode(code))

    async def serve(
        self,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        admission: Admission,
        handover: Handover | None = None,
    ) -> None:
        """Serve one accepted WebSocket until either side leaves; at once done where the socket can be handed over."""
        if handover is not None:
            return handover(self.house, admission)
        await Connection(receive, send, admission, self.house).run()

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Show everyone out over `seconds` (P8); whoever comes meanwhile is sent elsewhere at once."""
        await self.registry.drain(seconds)

    async def stop(self) -> None:
        """Finish what was begun and let go of every connection."""
        await self.registry.finished()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.close()
        await self.bus.stop()
        await self.presence.close()


def _report(watch: asyncio.Task[None]) -> None:
    if not watch.cancelled() and (error := watch.exception()) is not None:
        log.critical("a watch of the live engine has died", exc_info=error)
