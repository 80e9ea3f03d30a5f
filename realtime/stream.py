"""The tail of one stream: its epoch, its last seq, and the newest entries, encoded and without a gap.

The tail is what a resuming client is served from (P5), and it is the buffer of P6: whoever waits for
a snapshot at N gets N + 1… from here, so that no subscriber needs a buffer of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from realtime.frames import RESUME_MAX_BYTES, RESUME_MAX_ENTRIES, Frame


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries `first`…`last` in order, none missing; empty when `last < first`."""

    first: int
    frames: tuple[Frame, ...]

    @property
    def last(self) -> int:
        """The seq of the last entry."""
        return self.first + len(self.frames) - 1

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
    """The newest entries of one stream, at most 300 and 256 KiB of them."""

    __slots__ = ("_bytes", "_ring", "epoch", "top")

    def __init__(self, epoch: str, top: int) -> None:
        self.epoch = epoch
        self.top = top
        self._ring: deque[Frame] = deque()
        self._bytes = 0

    @property
    def floor(self) -> int:
        """The oldest seq from which a client can resume."""
        return self.top - len(self._ring)

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
            full = len(self._ring) == RESUME_MAX_ENTRIES or self._bytes + size > RESUME_MAX_BYTES
            if full or seq != self.floor:
                return
            self._ring.appendleft(frame)
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
        return tuple(islice(self._ring, len(self._ring) - count, None))

    def _push(self, frame: Frame) -> None:
        self._ring.append(frame)
        self._bytes += len(frame.data)
        self.top += 1
        while len(self._ring) > RESUME_MAX_ENTRIES or self._bytes > RESUME_MAX_BYTES:
            self._bytes -= len(self._ring.popleft().data)
