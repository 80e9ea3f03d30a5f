"""The streams open in this process: woken by the doorbell, read once, encoded once, sent to every follower.

The log is the truth and belongs to someone else; the hub is given three functions to read it. Each open
stream has one task at most, and only while there is something to read: it opens the tail, reads what
was rung for, and takes snapshots, one at a time, for all who wait. Everything else is synchronous, so a
follower is attached to the tail in the same loop turn in which it is told where the tail stands (P6).

Entries of a retracting kind take something back. What was said before one is never sent again: who asks
to resume from there takes a snapshot instead.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count
from typing import Final, Protocol

from realtime.feed import Feed, Follower
from realtime.frames import RESUME_MAX_ENTRIES, Frame, LogEntry, Moved, encode, encode_entry, encode_snapshot
from realtime.metrics import Metrics
from realtime.stream import Batch, Gap, Tail
from realtime.turn import Turn

OPENED_AT_ONCE: Final = 1000
RECHECK_SECONDS: Final = 2.0
READ_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 60.0
STEPS_AT_ONCE: Final = 100
PAUSE_SECONDS: Final = 0.05
LEAST_PATIENCE: Final = 0.001
MOST_PATIENCE: Final = 0.05

log = logging.getLogger(__name__)


class Log(Protocol):
    """How the hub reads what is committed. Streams are opaque keys."""

    async def read(self, stream: str, after_seq: int, limit: int) -> Sequence[LogEntry]:
        """The entries after `after_seq` in order, at most `limit`."""

    async def top(self, streams: Sequence[str]) -> Mapping[str, tuple[str, int]]:
        """Epoch and last seq (0 before the first entry) of each stream, in one query."""

    async def snapshot(self, stream: str) -> tuple[str, int, object]:
        """Epoch, seq and the state at exactly that seq, read in one transaction."""


class Hub:
    """All streams open here and who follows them."""

    def __init__(
        self,
        source: Log,
        *,
        retracting: Collection[str] = (),
        lossy: Collection[str] = (),
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = source
        self._retracting = frozenset(retracting)
        self._lossy = frozenset(lossy)
        self._feeds: dict[str, Feed] = {}
        self._unopened: dict[str, Feed] = {}
        self._opener: asyncio.Task[None] | None = None
        self._clock = clock
        self.metrics = metrics or Metrics()
        self.turn = Turn(self.metrics)

    # Following.

    def follow(self, key: str, alias: str, follower: Follower, epoch: str | None, seq: int | None) -> None:
        """Attach `follower` to the stream `key`, which clients know as `alias`.

        It hears `begin_resumed` when all it missed after `seq` is at hand, else `begin_snapshot`, at once
        or when it has been read, and from then on `deliver`.
        """
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(key, alias, self.metrics, lossy=alias in self._lossy)
            self.metrics.streams = len(self._feeds)
        if feed.alias != alias:
            raise ValueError(f"{key} is known to clients as {feed.alias}, not {alias}")
        feed.follow(follower, epoch, seq, self._clock())
        self._attend(feed)

    def leave(self, key: str, follower: Follower) -> None:
        """Detach; a stream nobody follows is kept a minute for those who come back."""
        feed = self._feeds.get(key)
        if feed is not None:
            feed.leave(follower, self._clock())

    def ring(self, key: str, seq: int) -> None:
        """The stream has an entry `seq`: read it, if the stream is open here."""
        feed = self._feeds.get(key)
        if feed is not None and feed.wants(seq):
            self._attend(feed)

    def offer(self, key: str, entries: Sequence[LogEntry], *, more: bool = False) -> None:
        """The stream has these entries, committed by this process: sent on unread, if none is missing before.

        With `more`, whoever wrote them has begun to commit more.
        """
        feed = self._feeds.get(key)
        if feed is None or not entries:
            return
        tail = feed.tail
        if tail is not None and entries[0].seq <= tail.top + 1:
            self._take(feed, tail, entries, more=more)
            self._attend(feed)
        else:
            self.ring(key, entries[-1].seq)

    def move(self, key: str, cmd_id: str) -> None:
        """Tell the devices of the person whose stream this is that their command is committed."""
        feed = self._feeds.get(key)
        if feed is not None and feed.crowd:
            feed.nudge(f"moved {cmd_id}", encode(Moved(cmd_id=cmd_id)))

    def top(self, key: str) -> int | None:
        """The last seq known here, or None while the stream is not open."""
        feed = self._feeds.get(key)
        return None if feed is None or feed.tail is None else feed.tail.top

    # One task per stream that has something to read.

    def _attend(self, feed: Feed) -> None:
        if feed.tail is None and feed.has_work:
            self._unopened[feed.key] = feed
            if self._opener is None:
                self._opener = asyncio.create_task(self._open_all(), name="opening feeds")
        elif feed.task is None and feed.has_work:
            feed.task = asyncio.create_task(self._work(feed), name=f"feed {feed.key}")

    async def _open_all(self) -> None:
        """Learn where the streams stand that were asked for in the same turn, in one query."""
        try:
            while self._unopened:
                await asyncio.sleep(0)
                feeds = list(self._unopened.values())[:OPENED_AT_ONCE]
                async with asyncio.timeout(READ_SECONDS):
                    tops = await self._log.top([feed.key for feed in feeds])
                for feed in feeds:
                    self._unopened.pop(feed.key, None)
                    self._open(feed, *tops.get(feed.key, ("", 0)))
        except Exception:
            log.exception("streams could not be opened; trying again")
            self._unopened.clear()
        finally:
            self._opener = None

    def _open(self, feed: Feed, epoch: str, top: int) -> None:
        if feed.tail is None:
            feed.open(epoch, top)
        feed.serve_from_tail()
        self._attend(feed)

    async def _work(self, feed: Feed) -> None:
        try:
            for step in count():
                if feed.tail is None or not feed.has_work:
                    return
                await asyncio.sleep(0 if step < STEPS_AT_ONCE else PAUSE_SECONDS)
                async with asyncio.timeout(READ_SECONDS):
                    await self._step(feed, feed.tail)
        except Exception:
            log.exception("stream %s could not be read; trying again", feed.key)
        finally:
            feed.task = None
            if feed.tail is None:
                self._attend(feed)

    async def _step(self, feed: Feed, tail: Tail) -> None:
        if feed.wanted > tail.top:
            await self._pull(feed, tail)
        elif feed.wants_older:
            await self._fill(feed, tail)
        else:
            await self._snapshot(feed)
        feed.serve_from_tail()

    async def _fill(self, feed: Feed, tail: Tail) -> None:
        after_seq = max(0, tail.top - RESUME_MAX_ENTRIES)
        entries = await self._read(feed, after_seq, tail.floor - after_seq)
        since = self._last_retraction(entries)
        older = [entry for entry in entries if since <= entry.seq <= tail.floor]
        feed.fill(tail, [(entry.seq, self._encode(feed, entry)) for entry in older])

    async def _pull(self, feed: Feed, tail: Tail) -> None:
        wanted = feed.wanted
        entries = await self._read(feed, tail.top, RESUME_MAX_ENTRIES)
        if feed.tail is tail and not self._take(feed, tail, entries):
            feed.forget_ring(wanted)

    def _take(self, feed: Feed, tail: Tail, entries: Sequence[LogEntry], *, more: bool = False) -> int:
        """Send on what is new of these entries; returns how many. A hole among them breaks the stream off (P4)."""
        try:
            batch = tail.extend((entry.seq, self._encode(feed, entry)) for entry in entries if entry.seq > tail.top)
        except Gap as gap:
            log.error("stream %s has a hole in its log: %s", feed.key, gap)
            feed.reset()
            return len(entries)
        self.metrics.entries += len(batch.frames)
        self._spread(feed, batch, more=more)
        if since := self._last_retraction(entries):
            feed.retract(tail, since)
        return len(batch.frames)

    def _spread(self, feed: Feed, batch: Batch, *, more: bool) -> None:
        """Send when the turn ends, or with the next commit if that is under way and writing the room is what lasts.

        Entries then come faster than the room can be written. They wait once, and no longer than one writing takes.
        """
        is_first = feed.hold(batch)
        patience = feed.crowd * self.turn.seconds_a_write if more else 0.0
        if is_first and patience >= LEAST_PATIENCE:
            feed.held = asyncio.get_running_loop().call_later(min(patience, MOST_PATIENCE), self._let_go, feed)
        elif is_first:
            self.turn.spread(feed)
        elif feed.held is not None:
            feed.held.cancel()
            self._let_go(feed)

    def _let_go(self, feed: Feed) -> None:
        feed.held = None
        self.turn.spread(feed)

    def _last_retraction(self, entries: Sequence[LogEntry]) -> int:
        """The seq of the newest entry that takes something back, 0 without one."""
        return max((entry.seq for entry in entries if entry.kind in self._retracting), default=0)

    async def _read(self, feed: Feed, after_seq: int, limit: int) -> Sequence[LogEntry]:
        self.metrics.log_reads += 1
        return await self._log.read(feed.key, after_seq, limit)

    def _encode(self, feed: Feed, entry: LogEntry) -> Frame:
        self.metrics.encodes += 1
        return encode_entry(feed.alias, entry)

    async def _snapshot(self, feed: Feed) -> None:
        self.metrics.snapshots += 1
        epoch, seq, state = await self._log.snapshot(feed.key)
        frame = encode_snapshot(feed.alias, epoch, seq, state)
        feed.keep_snapshot(epoch, seq, frame, self._clock())

    # P7: what a lost ring would have said.

    async def watch(self) -> None:
        """Recheck every 2 s until cancelled; a log that cannot be read is asked again."""
        failing = False
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await self.recheck()
                failing = False
            except Exception:
                if not failing:
                    log.exception("the log cannot be read; live entries wait")
                failing = True

    async def recheck(self) -> None:
        """Ask for the top of every open stream in one query, and read what no ring told of."""
        self._close_idle()
        known = {key: (feed.tail, self.top(key) or 0) for key, feed in self._feeds.items()}
        if not known:
            return
        async with asyncio.timeout(READ_SECONDS):
            tops = await self._log.top(list(known))
        for key, feed in list(self._feeds.items()):
            if key in known and key in tops:
                self._compare(feed, *known[key], *tops[key])

    def _compare(self, feed: Feed, tail: Tail | None, was: int, epoch: str, seq: int) -> None:
        if tail is not None and feed.tail is tail:
            if tail.epoch != epoch or seq < was:
                feed.reset()
            elif feed.wants(seq) and feed.task is None:
                self.metrics.rings_lost += 1
        self._attend(feed)

    async def close(self) -> None:
        """Stop reading."""
        tasks = [feed.task for feed in self._feeds.values() if feed.task is not None]
        tasks += [self._opener] if self._opener is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _close_idle(self) -> None:
        horizon = self._clock() - IDLE_SECONDS
        for feed in [feed for feed in self._feeds.values() if feed.idle_before(horizon)]:
            del self._feeds[feed.key]
        self.metrics.streams = len(self._feeds)
