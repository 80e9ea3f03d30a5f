"""Those who follow the room: light ones by the thousand who check numbers, and a scribe who keeps the whole state."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from events.live.fold import fold
from tests.faults.link import Link
from tests.faults.nodes import Node

SEQ = re.compile(rb'"seq":(\d+)')
AT = re.compile(rb'"at":"([^"]+)"')
ENTRY = b'{"type":"entry","stream":"public"'
TIMED = 20
DRAIN = 1012


class Said:
    """What anyone was ever sent under a number; everybody must be sent the same."""

    def __init__(self) -> None:
        self._entries: dict[int, bytes] = {}

    def differs(self, seq: int, entry: bytes) -> bool:
        first = self._entries.setdefault(seq, entry)
        return first != entry and json.loads(first) != json.loads(entry)

    def begin_anew(self) -> None:
        """Another history: its numbers mean something else."""
        self._entries.clear()


class Reader:
    """Follows `public` from any node, and goes on after every drop where it stood."""

    def __init__(self, number: int, nodes: Sequence[Node], roadshow_id: str, said: Said, dice: random.Random) -> None:
        self.number = number
        self.nodes = nodes
        self.path = f"/api/v1/roadshows/{roadshow_id}/live/socket"
        self.epoch: str | None = None
        self.seq: int | None = None
        self.gaps = self.reordered = self.apart = self.drops = self.snapshots = self.late_resumes = 0
        self.lags: list[tuple[float, float]] = []
        self.away: list[float] = []
        self.codes: list[tuple[float, int | None]] = []
        self.jitter = 0.4
        self.receive_buffer = 0
        self.link: Link | None = None
        self._said = said
        self._dice = dice
        self._gone_at: float | None = None
        self._gone = asyncio.Event()
        self._is_over = False

    async def follow(self, wait: float = 0) -> None:
        """Come after a while, and read until cancelled."""
        await asyncio.sleep(wait)
        while True:
            try:
                await self._once()
            except asyncio.CancelledError:
                self._is_over = True
                raise
            except (OSError, TimeoutError):
                await asyncio.sleep(self._dice.uniform(0.05, 0.3))
            else:
                await asyncio.sleep(self._dice.uniform(0, self.jitter))

    async def _once(self) -> None:
        self._gone.clear()
        node = self._node()
        self.link = await Link.dial(node.port, self.path, {}, self.hear, self._left, receive_buffer=self.receive_buffer)
        try:
            self._subscribe()
            await self._gone.wait()
        finally:
            link, self.link = self.link, None
            asyncio.get_running_loop().call_soon(link.transport.abort)

    def _node(self) -> Node:
        return self._dice.choice([node for node in self.nodes if node.takes_more] or list(self.nodes))

    def _subscribe(self) -> None:
        where = {} if self.epoch is None else {"epoch": self.epoch, "seq": self.seq}
        assert self.link is not None
        self.link.say(json.dumps({"type": "subscribe", "stream": "public"} | where))

    def _left(self, code: int | None) -> None:
        if self._is_over:
            return
        self.drops += 1
        self.codes.append((time.monotonic(), code))
        if self._gone_at is None:
            self._gone_at = time.monotonic()
        self._gone.set()

    # What comes.

    def hear(self, text: bytes) -> None:
        if text.startswith(ENTRY):
            self.take(text)
        elif text.startswith((b'{"type":"snapshot"', b'{"type":"resumed"')):
            self._begin(json.loads(text))
        elif text.startswith(b'{"type":"heartbeat"'):
            self._beat(json.loads(text))

    def take(self, text: bytes) -> None:
        match = SEQ.search(text)
        assert match is not None
        seq = int(match[1])
        if self.seq is None or seq <= self.seq:
            self.reordered += 1
            return
        self.gaps += seq - self.seq - 1
        self.seq = seq
        self.apart += self._said.differs(seq, text)
        if self.number < TIMED and (at := AT.search(text)):
            said_at = datetime.fromisoformat(at[1].decode()).timestamp()
            self.lags.append((time.monotonic(), time.time() - said_at))

    def _begin(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.snapshots += 1
            self.reordered += self.epoch == frame["epoch"] and frame["seq"] < (self.seq or 0)
            self.epoch, self.seq = frame["epoch"], frame["seq"]
            self.replace(frame["state"])
        if self._gone_at is not None:
            self.away.append(time.monotonic() - self._gone_at)
            self._gone_at = None

    def _beat(self, frame: dict[str, Any]) -> None:
        """Answer; a top that is not ours after all means that something passed us by."""
        if self.link is None:
            return
        self.link.say('{"type":"ping"}')
        top, at = frame["tops"].get("public", 0), self.seq
        asyncio.get_running_loop().call_later(5, self._resume_if_behind, top, at)

    def _resume_if_behind(self, top: int, seq: int | None) -> None:
        if self.link is not None and self.seq == seq and seq is not None and top > seq:
            self.late_resumes += 1
            self._subscribe()

    def replace(self, state: dict[str, Any]) -> None:
        """A snapshot came."""

    # What a fault does to them.

    def cut(self) -> None:
        if self.link is not None:
            self.link.cut()

    def stall(self) -> None:
        if self.link is not None:
            with suppress(RuntimeError):
                self.link.transport.pause_reading()

    def wake(self) -> None:
        if self.link is not None:
            with suppress(RuntimeError):
                self.link.transport.resume_reading()


class Scribe(Reader):
    """Keeps the state as the reference fold does."""

    state: dict[str, Any]

    def replace(self, state: dict[str, Any]) -> None:
        self.state = state

    def take(self, text: bytes) -> None:
        before = self.seq
        super().take(text)
        if self.seq != before:
            entry = json.loads(text)
            self.state = fold(self.state, entry["kind"], entry["data"])


def lags_between(readers: Sequence[Reader], begin: float, end: float) -> list[float]:
    """How late entries reached the timed readers in this span of time."""
    return [lag for reader in readers for at, lag in reader.lags if begin <= at <= end]


def gathered(readers: Sequence[Reader], what: Callable[[Reader], int]) -> int:
    return sum(what(reader) for reader in readers)
