"""What the server grants a socket before the engine sees it: what it may follow, how it acts, when it must go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

RATE_PER_SECOND: Final = 10.0

Perform = Callable[[str, str, bytes], Awaitable[tuple[int, bytes]]]
"""`perform(name, cmd_id, body)` → (status, body): does the command once, after commit answers its bytes.

It answers refusals as (status, problem) and does not raise. It is never cancelled halfway."""

Done = Callable[[int, bytes], None]
"""`done(status, body)`: the answer of a command, called once in the event loop."""


Submit = Callable[[str, str, bytes, Done], bool]
"""`submit(name, cmd_id, body, done)`: takes the command and calls `done` after commit; False sends it the ordinary way.

A `perform` that has a method of this name takes commands without a task for each, for bursts."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a socket is counted: its room, and as whom."""

    room: str
    member: str


@dataclass(frozen=True, slots=True)
class Admission:
    """What the server grants a socket: stream keys by the names the client knows them by, a way to act.

    It can be closed by its `tags`; an `owner` may have 20 sockets; a `seat` is counted as present;
    more than `frames_per_second` (after a burst of six times as many) closes it with 4429.
    """

    streams: Mapping[str, str]
    perform: Perform
    tags: frozenset[str] = frozenset()
    owner: str | None = None
    seat: Seat | None = None
    frames_per_second: float = RATE_PER_SECOND
