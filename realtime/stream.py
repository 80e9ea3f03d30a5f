"""The tail of one stream: its epoch, its last seq, and the newest entries, encoded and without a gap.

The tail is what a resuming client is served from (P5), and it is the buffer of P6: whoever waits for
a snapshot at N gets N + 1… from here, so that no subscriber needs a buffer of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from realtime.frames import RESUME_MAX_BYTES, RESUME_MAX_ENTRIES, Frame


@dataclass(slots=True)
class Batch:
    """Entries `first`…`last` in order, none missing; empty when `last < first`. Shared by all it is sent to."""

    first: int
    frames: tuple[Frame, ...]
    last: int = field(init=False)
    """The seq of the last entry."""
    _wire: bytes | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.last = self.first + len(self.frames) - 1

    @property
    def wire(self) -> bytes:
        """All frames as they leave on a bare socket, joined once for everyone who stands right before them."""
        if self._wire is None:
            self._wire = b"".join([frame.wire for frame in self.frames])
        return self._wire

    def after(self, seq: int) -> Batch:
        """The part of this batch that comes after `seq`."""
        if seq < self.first:
            return self
        return Batch(seq + 1, self.frames[seq + 1 - self.first :])


class TakeSnapshot:
    """The tail cannot say what was missed: only a snapshot can."""


TAKE_SNAPSHOT = TakeSnapshot()


class Gap(Exception):
    """An entry came that is not the next one; nothing after it may be sent (P4)."""


class Tail:
    """The newest entries of one stream, at most 300 and 256 KiB of them; with `keeps` off, only where it stands."""

    __slots__ = ("_bytes", "_keeps", "_ring", "epoch", "top")

    def __init__(self, epoch: str, top: int, *, keeps: bool = True) -> None:
        self.epoch = epoch
        self.top = top
        self._keeps = keeps
        self._ring: deque[Frame] | None = None
        self._bytes = 0

    @property
    def floor(self) -> int:
        """The oldest seq from which a client can resume."""
        return self.top - len(self._ring or ())

    def extend(self, entries: Iterable[tuple[int, Frame]]) -> Batch:
        """Take the entries that are new and return them; `Gap` if one between is missing."""
        first = self.top + 1
        fresh: list[Frame] = []
        for seq, frame in entries:
            if seq <= self.top:
                continue
            if seq != self.top + 1:
                raise Gap(f"after {self.top} came {seq}")
            self._push(frame)
            fresh.append(frame)
        return Batch(first, tuple(fresh))

    def fill(self, entries: Sequence[tuple[int, Frame]]) -> None:
        """Take older entries, those that end where the ring begins, as far as there is room."""
        for seq, frame in reversed(entries):
            size = len(frame.data)
            full = self.top - self.floor == RESUME_MAX_ENTRIES or self._bytes + size > RESUME_MAX_BYTES
            if full or seq != self.floor:
                return
            self._kept().appendleft(frame)
            self._bytes += size

    def cut(self, seq: int) -> None:
        """Forget the entries before `seq`, which took something back: nobody is sent them again."""
        while self._ring and self.floor < seq - 1:
            self._bytes -= len(self._ring.popleft().data)

    def since(self, epoch: str | None, seq: int | None) -> Batch | TakeSnapshot:
        """All entries after `seq`, or `TAKE_SNAPSHOT`: never a part of them (P5)."""
        if seq is None or epoch != self.epoch or not self.floor <= seq <= self.top:
            return TAKE_SNAPSHOT
        return Batch(seq + 1, self._newest(self.top - seq))

    def _newest(self, count: int) -> tuple[Frame, ...]:
        ring = self._ring or ()
        return tuple(islice(ring, len(ring) - count, None))

    def _kept(self) -> deque[Frame]:
        """The ring, made when it first holds something: most streams of a room are quiet ones."""
        if self._ring is None:
            self._ring = deque()
        return self._ring

    def _push(self, frame: Frame) -> None:
        self.top += 1
        if not self._keeps:
            return
        ring = self._kept()
        ring.append(frame)
        self._bytes += len(frame.data)
        while len(ring) > RESUME_MAX_ENTRIES or self._bytes > RESUME_MAX_BYTES:
            self._bytes -= len(ring.popleft().data)
