"""One stream open in this process: its tail, who is live on it, and who still waits to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from realtime.frames import RESUME_MAX_ENTRIES, Frame, encode_snapshot
from realtime.metrics import Metrics
from realtime.stream import Batch, Tail

SNAPSHOT_SECONDS: Final = 1.0


class Follower(Protocol):
    """Who hears a stream; the calls are synchronous and never fail."""

    def begin_snapshot(self, stream: str, epoch: str, snapshot: Frame, missed: Batch) -> None:
        """Start from this state and the entries since."""

    def begin_resumed(self, stream: str, epoch: str, missed: Batch) -> None:
        """Go on: exactly these entries were missed."""

    def deliver(self, stream: str, batch: Batch) -> None:
        """Live entries."""

    def deliver_lossy(self, stream: str, batch: Batch) -> None:
        """Live entries that may be lost."""

    def ephemeral(self, key: str, frame: Frame) -> None:
        """A frame that may be lost."""

    def restart(self, stream: str) -> None:
        """The stream broke off; a snapshot will come."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last snapshot read: good for a second, as long as the tail holds what came after it."""

    epoch: str
    seq: int
    frame: Frame
    at: float


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where a waiting follower stands, if it stands anywhere."""

    epoch: str | None = None
    seq: int | None = None


class Feed:
    """A follower is either waiting or live; whoever is live is sent everything up to `tail.top` when the turn ends.

    Of a `lossy` stream nothing is kept: everyone begins at its top, with an empty state, and may miss entries.
    """

    __slots__ = (
        "_filled", "_fresh", "_idle_since", "_kept", "_live", "_metrics", "_waiting",
        "alias", "held", "key", "lossy", "tail", "task", "wanted",
    )  # fmt: skip

    def __init__(self, key: str, alias: str, metrics: Metrics, *, lossy: bool = False) -> None:
        self._metrics = metrics
        self.key = key
        self.alias = alias
        self.lossy = lossy
        self.tail: Tail | None = None
        self.wanted = 0
        self.task: asyncio.Task[None] | None = None
        self.held: asyncio.TimerHandle | None = None
        self._waiting: dict[Follower, _Wish] = {}
        self._live: dict[Follower, None] = {}
        self._kept: _Kept | None = None
        self._idle_since: float | None = None
        self._filled = False
        self._fresh: tuple[Frame, ...] = ()

    @property
    def has_work(self) -> bool:
        """Whether something must be read: the tail behind a ring, or a state for those who wait."""
        behind = self.tail is not None and self.wanted > self.tail.top
        return behind or bool(self._waiting)

    @property
    def wants_older(self) -> bool:
        """Whether someone could resume if the tail were filled with what the log had before it was opened."""
        return self.tail is not None and any(self._could_resume(self.tail, wish) for wish in self._waiting.values())

    def _could_resume(self, tail: Tail, wish: _Wish) -> bool:
        reach = range(max(0, tail.top - RESUME_MAX_ENTRIES), tail.floor)
        return not self.lossy and not self._filled and wish.epoch == tail.epoch and wish.seq in reach

    def follow(self, follower: Follower, epoch: str | None, seq: int | None, now: float) -> None:
        """Let `follower` wait to begin at (`epoch`, `seq`), or at a snapshot."""
        self._live.pop(follower, None)
        self._waiting[follower] = wish = _Wish(epoch, seq)
        self._idle_since = None
        if self._kept is not None and now - self._kept.at > SNAPSHOT_SECONDS:
            self._kept = None
        self._want(wish)
        if self.tail is not None and self.wanted <= self.tail.top:
            self._serve(self.tail, follower, wish)

    def leave(self, follower: Follower, now: float) -> None:
        """Forget `follower`."""
        self._live.pop(follower, None)
        self._waiting.pop(follower, None)
        if not self._live and not self._waiting:
            self._idle_since = now

    def nudge(self, key: str, frame: Frame) -> None:
        """Send a frame that may be lost to all who are live."""
        for follower in list(self._live):
            follower.ephemeral(key, frame)

    @property
    def crowd(self) -> int:
        """How many are live."""
        return len(self._live)

    def idle_before(self, horizon: float) -> bool:
        """Whether nobody has followed since `horizon`."""
        return self._idle_since is not None and self._idle_since <= horizon and self.task is None

    def wants(self, seq: int) -> bool:
        """Note that entry `seq` exists; whether the tail does not have it yet."""
        self.wanted = max(self.wanted, seq)
        return self.tail is not None and seq > self.tail.top

    def open(self, epoch: str, top: int) -> None:
        """Start where the log stands."""
        self.tail = Tail(epoch, top, keeps=not self.lossy)
        self._filled = False
        for wish in self._waiting.values():
            self._want(wish)

    def fill(self, tail: Tail, older: Sequence[tuple[int, Frame]]) -> None:
        """Let clients resume from before the stream was opened here; done once."""
        tail.fill(older)
        self._filled = True

    def retract(self, tail: Tail, seq: int) -> None:
        """Entry `seq` took something back: what was said before it, snapshot included, is not repeated."""
        tail.cut(seq)
        self._filled = True
        if self._kept is not None and self._kept.seq < seq:
            self._kept = None

    def reset(self) -> None:
        """The stream broke off: everyone waits for a snapshot."""
        live, self._live = self._live, {}
        self._waiting.update((follower, _Wish()) for follower in live)
        self.tail = self._kept = None
        self._fresh = ()
        self.wanted = 0
        for follower in live:
            follower.restart(self.alias)

    def forget_ring(self, wanted: int) -> None:
        """The log does not have what was rung for; believe the log."""
        if self.tail is None:
            return
        if self.wanted == wanted:
            self.wanted = self.tail.top
        if self._kept is not None and self._kept.seq > self.tail.top:
            self._reopen_at(self._kept)

    def keep_snapshot(self, epoch: str, seq: int, frame: Frame, now: float) -> None:
        """Serve those who wait from this state; the tail catches up with it first."""
        kept = _Kept(epoch, seq, frame, now)
        if self.tail is None or self.tail.epoch != epoch:
            self._reopen_at(kept)
        self._kept = kept
        self.wants(seq)

    def _reopen_at(self, kept: _Kept) -> None:
        self.reset()
        self.open(kept.epoch, kept.seq)
        self._kept = kept

    def _want(self, wish: _Wish) -> None:
        """A client that comes from a faster process may be ahead of this tail: read on before judging."""
        if self.tail is not None and wish.seq is not None and wish.epoch == self.tail.epoch and not self.lossy:
            self.wants(wish.seq)

    def serve_from_tail(self) -> None:
        """Begin for everyone who can: missed entries if the tail has them all, else the kept snapshot."""
        if self.tail is None or self.wanted > self.tail.top:
            return
        for follower, wish in list(self._waiting.items()):
            self._serve(self.tail, follower, wish)

    def _serve(self, tail: Tail, follower: Follower, wish: _Wish) -> None:
        self.fan_out()
        if self._begin(tail, follower, wish):
            del self._waiting[follower]
            self._live[follower] = None

    def _begin(self, tail: Tail, follower: Follower, wish: _Wish) -> bool:
        if self.lossy:
            follower.begin_snapshot(self.alias, tail.epoch, self._head(tail), Batch(tail.top + 1, ()))
            return True
        missed = tail.since(wish.epoch, wish.seq)
        if isinstance(missed, Batch):
            follower.begin_resumed(self.alias, tail.epoch, missed)
            return True
        return not self._could_resume(tail, wish) and self._begin_from_kept(tail, follower)

    def _head(self, tail: Tail) -> Frame:
        """The empty state of a lossy stream at its top."""
        if self._kept is None or (self._kept.epoch, self._kept.seq) != (tail.epoch, tail.top):
            frame = encode_snapshot(self.alias, tail.epoch, tail.top, {})
            self._kept = _Kept(tail.epoch, tail.top, frame, 0.0)
        return self._kept.frame

    def _begin_from_kept(self, tail: Tail, follower: Follower) -> bool:
        if self._kept is None:
            return False
        missed = tail.since(self._kept.epoch, self._kept.seq)
        if not isinstance(missed, Batch):
            self._kept = None
            return False
        follower.begin_snapshot(self.alias, tail.epoch, self._kept.frame, missed)
        return True

    def hold(self, batch: Batch) -> bool:
        """Keep live entries until the turn ends; whether they are the first of it."""
        is_first = bool(batch.frames) and not self._fresh
        self._fresh += batch.frames
        return is_first

    def fan_out(self) -> None:
        """Send the live entries of this turn to all who are live."""
        fresh, self._fresh = self._fresh, ()
        if self.tail is None or not fresh:
            return
        batch = Batch(self.tail.top + 1 - len(fresh), fresh)
        live = tuple(self._live)
        if self.lossy:
            for follower in live:
                follower.deliver_lossy(self.alias, batch)
        else:
            for follower in live:
                follower.deliver(self.alias, batch)
        self._metrics.frames_out += len(live) * len(fresh)
