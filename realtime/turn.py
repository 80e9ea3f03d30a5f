"""What leaves at the end of a loop turn: each socket that has something to say writes it all at once.

Nothing waits for a clock: the flush is the next thing the loop does, so that a lone frame leaves at once,
and frames that came while a room was being written leave together.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from realtime.metrics import Metrics


class Writer(Protocol):
    """Something with frames to write."""

    def flush(self) -> int:
        """Write them, in one go, without waiting; returns how many bytes, and never raises."""


class Turn:
    """The writers that are due in this loop turn."""

    __slots__ = ("_due", "_metrics")

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._due: list[Writer] = []

    def add(self, writer: Writer) -> None:
        """Let `writer` flush when this turn ends; what becomes due while others flush is flushed with them."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._flush)
        self._due.append(writer)

    def _flush(self) -> None:
        written = 0
        for writer in self._due:
            written += writer.flush()
        self._metrics.bytes_out += written
        self._metrics.writes += len(self._due)
        self._due.clear()
