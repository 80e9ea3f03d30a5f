"""What the engine counts, as plain numbers that the server exports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Metrics:
    """Counters since the start of the process, and three gauges of the present."""

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
    loop_lag_seconds: float = 0.0
