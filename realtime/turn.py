"""What leaves at the end of a loop turn: first streams fan out, then each socket writes all it has at once.

Nothing waits for a clock: the flush is the next thing the loop does, so that a lone frame leaves at once,
and frames that came while a room was being written leave together. It learns what a write costs, so that
a stream of which more is under way can tell whether it pays to wait for that.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final, Protocol

from realtime.metrics import Metrics

LEARNT_FROM: Final = 50
log = logging.getLogger(__name__)


class Stream(Protocol):
    """Something with entries to hand to its followers."""

    def fan_out(self) -> None:
        """Hand them on; never raises."""


class Writer(Protocol):
    """Something with frames to write."""

    def flush(self) -> int:
        """Write them, in one go, without waiting; returns how many bytes, and never raises."""


class Turn:
    """Who is due in this loop turn."""

    __slots__ = ("_metrics", "_streams", "_writers", "seconds_a_write")

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._streams: list[Stream] = []
        self._writers: list[Writer] = []
        self.seconds_a_write = 0.0

    def spread(self, stream: Stream) -> None:
        """Let `stream` fan out when this turn ends."""
        self._schedule()
        self._streams.append(stream)

    def add(self, writer: Writer) -> None:
        """Let `writer` flush when this turn ends; what becomes due while others flush is flushed with them."""
        self._schedule()
        self._writers.append(writer)

    def _schedule(self) -> None:
        if not self._streams and not self._writers:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        written = 0
        began = time.perf_counter()
        for stream in self._streams:
            stream.fan_out()
        for writer in self._writers:
            try:
                written += writer.flush()
            except Exception:
                log.exception("a socket could not be written to")
        self._metrics.bytes_out += written
        self._metrics.writes += len(self._writers)
        self._learn(len(self._writers), time.perf_counter() - began)
        self._writers.clear()
        self._streams.clear()

    def _learn(self, writes: int, seconds: float) -> None:
        """What a write costs while rooms are written; a few writes alone say little."""
        if writes >= LEARNT_FROM:
            self.seconds_a_write = seconds / writes
