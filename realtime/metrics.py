"""What the engine counts, as plain numbers that the server exports."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

LAG_BOUNDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, float("inf"))


@dataclass(slots=True)
class Metrics:
    """Counters since the start of the process, and gauges of the present."""

    entries: int = 0
    encodes: int = 0
    snapshots: int = 0
    log_reads: int = 0
    frames_in: int = 0
    frames_out: int = 0
    """Entries times the followers they were given to."""
    writes: int = 0
    """How often a socket was written to."""
    bytes_out: int = 0
    drops: int = 0
    slow_closes: int = 0
    rings_lost: int = 0

    connections: int = 0
    streams: int = 0
    waiting_frames: int = 0
    """Frames that wait because their clients do not read, all sockets together."""
    slow_sockets: int = 0
    """Sockets with frames that wait."""
    loop_lag_seconds: float = 0.0
    loop_lag: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LAG_BOUNDS, 0))
    """How often the loop was late by at most so much, and by more than the bound before."""
    loop_lag_sum: float = 0.0

    def note_lag(self, seconds: float) -> None:
        """The loop came back this much later than it should have."""
        self.loop_lag_seconds = seconds
        self.loop_lag_sum += seconds
        self.loop_lag[LAG_BOUNDS[bisect_left(LAG_BOUNDS, seconds)]] += 1
