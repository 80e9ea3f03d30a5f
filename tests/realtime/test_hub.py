"""The hub tells every follower everything, once, in order, however rings, reads and snapshots interleave."""

from __future__ import annotations

import asyncio
import random

import pytest

from realtime.frames import LogEntry
from realtime.hub import Hub
from realtime.metrics import Metrics
from tests.realtime.worlds import AT, FakeLog, Follower, settle, until

ROOM = "room:1:public"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def say(log: FakeLog, hub: Hub, *words: str, ring: bool = True) -> None:
    for word in words:
        seq = log.append(ROOM, word)
        if ring:
            hub.ring(ROOM, seq)


async def test_follower_without_a_position_gets_a_snapshot_then_entries() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, "a", "b")

    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.snapshots)
    say(log, hub, "c")
    await until(lambda: follower.seq == 3)

    assert follower.frames == [
        {"type": "snapshot", "stream": "public", "epoch": "e1", "seq": 2, "state": {"words": ["a", "b"]}},
        {
            "type": "entry",
            "stream": "public",
            "seq": 3,
            "kind": "said",
            "at": "2026-03-02T01:00:00Z",
            "data": {"word": "c"},
        },
    ]


async def test_follower_with_a_position_gets_exactly_what_it_missed() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, *"abcde")
    follower.epoch, follower.seq, follower.words = "e1", 3, list("abc")

    hub.follow(ROOM, "public", follower, "e1", 3)
    await until(lambda: follower.seq == 5)

    assert (follower.resumes, follower.snapshots, follower.words) == (1, 0, list("abcde"))
    assert log.snapshots == 0


async def test_newcomer_to_a_quiet_stream_costs_two_queries_and_one_at_the_top_costs_one() -> None:
    log = FakeLog()
    fresh, back = Follower(), Follower()
    back.epoch = "e1"

    first, second = Hub(log), Hub(log)
    first.follow(ROOM, "user", fresh, None, None)
    await until(lambda: fresh.snapshots)
    after_first = (log.tops, log.reads, log.snapshots)
    second.follow(ROOM, "user", back, "e1", 0)
    await until(lambda: back.resumes)

    assert after_first == (1, 0, 1)
    assert (log.tops, log.reads, log.snapshots) == (2, 0, 1)


async def test_log_is_filled_once_for_all_who_come_from_before() -> None:
    log = FakeLog()
    hub, followers = Hub(log), [Follower() for _ in range(4)]
    say(log, hub, *"abcdef")

    for number, follower in enumerate(followers):
        follower.epoch, follower.seq, follower.words = "e1", number, list("abcdef"[:number])
        hub.follow(ROOM, "public", follower, "e1", number)
        await until(lambda: follower.seq == 6)  # noqa: B023

    assert [follower.words for follower in followers] == [list("abcdef")] * 4
    assert (log.reads, log.snapshots) == (1, 0)


async def test_log_whose_beginning_is_retired_still_resumes_from_what_is_left() -> None:
    log = FakeLog()
    hub, old, recent = Hub(log), Follower(), Follower()
    say(log, hub, *"abcdef")
    del log.entries[ROOM][:2]
    for follower, seq in ((old, 1), (recent, 3)):
        follower.epoch, follower.seq, follower.words = "e1", seq, list("cdef"[: seq - 2])

    hub.follow(ROOM, "public", recent, "e1", 3)
    hub.follow(ROOM, "public", old, "e1", 1)
    await until(lambda: old.seq == 6 and recent.seq == 6)

    assert (recent.resumes, recent.snapshots, recent.words) == (1, 0, list("cdef"))
    assert (old.resumes, old.snapshots, old.faults) == (0, 1, [])


async def test_entry_no_ring_told_of_does_not_spoil_a_resume() -> None:
    log = FakeLog()
    hub, fresh, back = Hub(log), Follower(), Follower()
    say(log, hub, *"abcdef")
    del log.entries[ROOM][:2]
    hub.follow(ROOM, "public", fresh, None, None)
    await until(lambda: fresh.snapshots)
    log.entries[ROOM].append(LogEntry(seq=7, kind="said", at=AT, data={"word": "g"}))
    back.epoch, back.seq, back.words = "e1", 3, ["c"]

    hub.follow(ROOM, "public", back, "e1", 3)
    await until(lambda: back.seq == 6)
    await hub.recheck()
    await until(lambda: back.seq == fresh.seq == 7)

    assert (back.resumes, back.snapshots, back.words, fresh.faults) == (1, 0, list("cdefg"), [])


async def test_newcomers_snapshot_does_not_keep_others_from_resuming() -> None:
    log = FakeLog()
    hub, fresh, back = Hub(log), Follower(), Follower()
    say(log, hub, *"abc")
    hub.follow(ROOM, "public", fresh, None, None)
    await until(lambda: fresh.snapshots)
    back.epoch, back.seq, back.words = "e1", 1, ["a"]

    hub.follow(ROOM, "public", back, "e1", 1)
    await until(lambda: back.seq == 3)

    assert (back.resumes, back.snapshots, back.words) == (1, 0, list("abc"))


async def test_snapshot_ahead_of_the_tail_waits_for_the_tail_and_is_read_once() -> None:
    log = FakeLog()
    hub, early, late = Hub(log), Follower(), Follower()
    hub.follow(ROOM, "public", early, None, None)
    await until(lambda: early.snapshots)
    hub._feeds[ROOM]._kept = None
    say(log, hub, "a", "b", ring=False)

    hub.follow(ROOM, "public", late, None, None)
    await until(lambda: late.snapshots)

    assert (log.snapshots, late.seq, early.words, early.faults) == (2, 2, ["a", "b"], [])


async def test_snapshot_of_a_new_epoch_restarts_everyone_before_any_recheck() -> None:
    log = FakeLog()
    hub, early, late = Hub(log), Follower(), Follower()
    say(log, hub, "a", "b")
    hub.follow(ROOM, "public", early, None, None)
    await until(lambda: early.snapshots)
    hub._feeds[ROOM]._kept = None
    log.epoch, log.entries[ROOM] = "e2", log.entries[ROOM][:1]

    hub.follow(ROOM, "public", late, None, None)
    await until(lambda: early.epoch == late.epoch == "e2")

    assert (early.words, late.words, log.snapshots) == (["a"], ["a"], 2)


async def test_entries_that_are_retired_before_they_are_read_cost_a_snapshot() -> None:
    log = FakeLog()
    hub, early, late = Hub(log), Follower(), Follower()
    say(log, hub, "a", "b", "c")
    hub.follow(ROOM, "public", early, None, None)
    await until(lambda: early.snapshots)
    hub._feeds[ROOM]._kept = None
    say(log, hub, "d", "e", ring=False)
    log.retired = True

    hub.follow(ROOM, "public", late, None, None)
    await until(lambda: early.seq == late.seq == 5)

    assert (early.words, late.words, early.faults, log.snapshots) == (list("abcde"), list("abcde"), [], 2)


async def test_each_entry_is_read_and_encoded_once_for_all_followers() -> None:
    log, metrics = FakeLog(), Metrics()
    hub = Hub(log, metrics=metrics)
    followers = [Follower() for _ in range(50)]
    for follower in followers:
        hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: all(follower.snapshots for follower in followers))
    reads = log.reads

    say(log, hub, "a", "b", "c")
    await until(lambda: all(follower.seq == 3 for follower in followers))

    assert log.reads == reads + 1
    assert metrics.encodes == 3
    assert log.snapshots == 1


async def test_entries_between_snapshot_and_its_delivery_are_not_lost() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, "a")
    hub.follow(ROOM, "public", Follower(), None, None)
    await until(lambda: hub.top(ROOM) == 1 and log.snapshots == 1)
    await asyncio.sleep(0)
    hub._feeds[ROOM]._kept = None
    log.gate = asyncio.Event()

    hub.follow(ROOM, "public", follower, None, None)
    await settle()
    say(log, hub, "b", "c")
    log.open_gate()
    await until(lambda: follower.seq == 3)

    assert (follower.words, follower.faults) == (list("abc"), [])


async def test_lost_ring_is_recovered_by_recheck_in_one_query() -> None:
    log, metrics = FakeLog(), Metrics()
    hub = Hub(log, metrics=metrics)
    followers = {key: Follower() for key in (ROOM, "room:2:public", "room:3:public")}
    for key, follower in followers.items():
        hub.follow(key, "public", follower, None, None)
    await until(lambda: all(follower.snapshots for follower in followers.values()))
    tops = log.tops
    for key in followers:
        log.append(key, "unheard")

    await hub.recheck()
    await until(lambda: all(follower.words == ["unheard"] for follower in followers.values()))

    assert (log.tops - tops, metrics.rings_lost) == (1, 3)


async def test_new_epoch_gives_everyone_a_snapshot() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, *"abc")
    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.seq == 3)

    log.epoch, log.entries[ROOM] = "e2", log.entries[ROOM][:1]
    await hub.recheck()
    await until(lambda: follower.epoch == "e2")
    say(log, hub, "z")
    await until(lambda: follower.seq == 2)

    assert (follower.words, follower.faults, follower.snapshots) == (["a", "z"], [], 2)


async def test_hole_in_the_log_is_never_passed() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, "a")
    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.seq == 1)

    say(log, hub, "b", "c", ring=False)
    del log.entries[ROOM][1]
    hub.ring(ROOM, 3)
    await until(lambda: follower.snapshots == 2)

    assert (follower.words, follower.faults, follower.seq) == (["a", "c"], [], 3)


async def test_ring_for_an_entry_the_log_does_not_have_is_forgotten() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.snapshots)

    hub.ring(ROOM, 2**53)
    await settle(100)
    say(log, hub, "a")
    await until(lambda: follower.seq == 1)

    assert follower.words == ["a"]


async def test_client_ahead_of_this_process_makes_it_read_on() -> None:
    log = FakeLog()
    hub, behind, ahead = Hub(log), Follower(), Follower()
    hub.follow(ROOM, "public", behind, None, None)
    await until(lambda: behind.snapshots)
    say(log, hub, "a", "b", ring=False)
    ahead.epoch, ahead.seq, ahead.words = "e1", 2, ["a", "b"]

    hub.follow(ROOM, "public", ahead, "e1", 2)
    await until(lambda: ahead.resumes)

    assert (ahead.snapshots, behind.words) == (0, ["a", "b"])


async def test_client_from_the_future_gets_a_snapshot() -> None:
    log = FakeLog()
    hub, follower = Hub(log), Follower()
    say(log, hub, "a")

    hub.follow(ROOM, "public", follower, "e1", 999)
    await until(lambda: follower.snapshots)

    assert (follower.seq, follower.words) == (1, ["a"])


async def test_storm_of_newcomers_costs_one_snapshot_a_second() -> None:
    log, clock = FakeLog(), Clock()
    hub = Hub(log, clock=clock)
    say(log, hub, "a")

    followers = [Follower() for _ in range(300)]
    for number, follower in enumerate(followers):
        clock.now = number / 100
        hub.follow(ROOM, "public", follower, None, None)
        say(log, hub, f"w{number}")
        await settle()
    await until(lambda: all(follower.seq == 301 for follower in followers))

    assert [follower.faults for follower in followers] == [[]] * 300
    assert {tuple(follower.words) for follower in followers} == {tuple(followers[0].words)}
    assert log.snapshots <= 4


async def test_log_that_is_away_delays_and_loses_nothing() -> None:
    log = FakeLog()
    hub, early, late = Hub(log), Follower(), Follower()
    hub.follow(ROOM, "public", early, None, None)
    await until(lambda: early.snapshots)
    log.down = True

    hub.follow(ROOM, "public", late, None, None)
    say(log, hub, "a", "b")
    await settle()
    with pytest.raises(ConnectionError):
        await hub.recheck()
    log.down = False
    await hub.recheck()
    await until(lambda: early.seq == 2 and late.seq == 2)

    assert (early.words, late.words, early.faults, late.faults) == (["a", "b"], ["a", "b"], [], [])


async def test_stream_nobody_follows_is_closed_after_a_minute() -> None:
    log, clock, metrics = FakeLog(), Clock(), Metrics()
    hub, follower = Hub(log, clock=clock, metrics=metrics), Follower()
    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.snapshots)
    hub.leave(ROOM, follower)

    clock.now = 59
    await hub.recheck()
    kept = hub.top(ROOM)
    clock.now = 61
    await hub.recheck()

    assert (kept, hub.top(ROOM), metrics.streams) == (0, None, 0)


async def test_one_stream_has_one_name_for_clients() -> None:
    hub = Hub(FakeLog())
    hub.follow(ROOM, "public", Follower(), None, None)

    with pytest.raises(ValueError, match="known to clients as public"):
        hub.follow(ROOM, "staff", Follower(), None, None)
    await hub.close()


@pytest.mark.parametrize("seed", range(20))
async def test_any_interleaving_gives_every_follower_the_whole_log(seed: int) -> None:
    chance, log = random.Random(seed), FakeLog()
    hub, followers = Hub(log), [Follower() for _ in range(6)]
    hub.turn.seconds_a_write = chance.choice([0, 0.001])

    for number in range(200):
        await _disturb(chance, log, hub, followers, number)
    log.open_gate()
    for follower in followers:
        hub.follow(ROOM, "public", follower, follower.epoch, follower.seq)
    await settle()
    await hub.recheck()
    await until(lambda: all(follower.seq == len(log.entries[ROOM]) for follower in followers))

    whole = [entry.data["word"] for entry in log.entries[ROOM]]  # type: ignore[index]
    assert [follower.words for follower in followers] == [whole] * 6
    assert [follower.faults for follower in followers] == [[]] * 6


async def _disturb(chance: random.Random, log: FakeLog, hub: Hub, followers: list[Follower], number: int) -> None:
    follower = chance.choice(followers)
    match chance.randrange(6):
        case 0 | 1:
            say(log, hub, f"w{number}", ring=chance.random() < 0.4)
            if chance.random() < 0.5:
                hub.offer(ROOM, log.entries[ROOM][-1:], more=chance.random() < 0.5)
        case 2:
            known = chance.random() < 0.7
            hub.follow(ROOM, "public", follower, follower.epoch if known else None, follower.seq if known else None)
        case 3:
            hub.leave(ROOM, follower)
        case 4:
            if log.gate is None:
                log.gate = asyncio.Event()
            else:
                log.open_gate()
        case 5:
            if log.gate is None:
                await hub.recheck()
    await settle(chance.randrange(4))
