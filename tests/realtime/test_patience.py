"""A large room is written once for two commits; nobody waits for longer than the writing takes, or for nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.turn import LEARNT_FROM, Turn
from tests.realtime.test_hub import ROOM
from tests.realtime.worlds import FakeLog, Follower, settle, until

COSTLY, CHEAP = 0.02, 0.000_001


class Counting(Follower):
    """How many entries came with each fan-out."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def deliver(self, stream: str, batch: Any) -> None:
        self.batches.append(len(batch.frames))
        super().deliver(stream, batch)


class Hall:
    def __init__(self, seconds_a_write: float) -> None:
        self.log, self.follower = FakeLog(), Counting()
        self.hub = Hub(self.log)
        self.hub.turn.seconds_a_write = seconds_a_write

    async def opened(self) -> Hall:
        self.hub.follow(ROOM, "public", self.follower, None, None)
        await until(lambda: self.follower.snapshots)
        return self

    def commit(self, word: str, *, more: bool) -> None:
        self.log.append(ROOM, word)
        self.hub.offer(ROOM, self.log.entries[ROOM][-1:], more=more)


async def test_two_commits_in_a_row_are_one_fan_out() -> None:
    hall = await Hall(COSTLY).opened()

    hall.commit("a", more=True)
    await settle()
    waited = list(hall.follower.batches)
    hall.commit("b", more=True)
    await settle()

    assert (waited, hall.follower.batches) == ([], [2])


async def test_commit_that_was_waited_for_and_wrote_nothing_holds_nobody_up() -> None:
    hall = await Hall(COSTLY).opened()

    hall.commit("a", more=True)
    await until(lambda: hall.follower.batches)

    assert hall.follower.words == ["a"]


@pytest.mark.parametrize(("seconds", "more"), [(CHEAP, True), (COSTLY, False)])
async def test_small_rooms_and_lone_commits_are_written_in_their_turn(seconds: float, more: bool) -> None:
    hall = await Hall(seconds).opened()

    hall.commit("a", more=more)
    await settle()

    assert hall.follower.batches == [1]


async def test_newcomer_while_entries_wait_hears_each_of_them_once() -> None:
    hall, late = await Hall(COSTLY).opened(), Follower()

    hall.commit("a", more=True)
    hall.hub.follow(ROOM, "public", late, None, None)
    hall.commit("b", more=False)
    await until(lambda: late.seq == 2)

    assert (late.words, late.faults, hall.follower.words) == (["a", "b"], [], ["a", "b"])


async def test_cost_is_learnt_from_whole_rooms_only() -> None:
    class Slow:
        def flush(self) -> int:
            return 0

    turn = Turn(Metrics())
    turn.add(Slow())
    await asyncio.sleep(0)
    after_one = turn.seconds_a_write
    for _ in range(LEARNT_FROM):
        turn.add(Slow())
    await asyncio.sleep(0)

    assert after_one == 0 < turn.seconds_a_write
