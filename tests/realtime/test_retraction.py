"""What a retracting entry took back is never sent again: not by resume, not by a kept snapshot."""

from __future__ import annotations

import pytest

from realtime.frames import LogEntry
from realtime.hub import Hub
from tests.realtime.worlds import AT, FakeLog, Follower, until

ROOM = "room:1:public"


def say(log: FakeLog, hub: Hub, word: str, kind: str = "said") -> None:
    entries = log.entries.setdefault(ROOM, [])
    entries.append(LogEntry(seq=len(entries) + 1, kind=kind, at=AT, data={"word": word}))
    hub.ring(ROOM, len(entries))


def one_at(seq: int) -> Follower:
    follower = Follower()
    follower.epoch, follower.seq, follower.words = "e1", seq, ["kept"] * seq
    return follower


async def open_room(log: FakeLog, hub: Hub) -> None:
    """Somebody is live, so that the tail is open and a snapshot is kept."""
    first = Follower()
    hub.follow(ROOM, "public", first, None, None)
    await until(lambda: first.snapshots)
    say(log, hub, "secret")
    await until(lambda: first.seq == log.entries[ROOM][-1].seq)
    say(log, hub, "taken back", kind="removed")
    await until(lambda: first.seq == log.entries[ROOM][-1].seq)


@pytest.mark.parametrize(("retracting", "told"), [({"removed"}, False), (set[str](), True)])
async def test_resuming_from_before_a_retraction(retracting: set[str], told: bool) -> None:
    log = FakeLog()
    hub = Hub(log, retracting=retracting)
    say(log, hub, "hello")
    await open_room(log, hub)

    late = one_at(1)
    hub.follow(ROOM, "public", late, "e1", 1)
    await until(lambda: late.snapshots or late.resumes)

    assert any("secret" in str(frame.get("data")) for frame in late.frames) is told
    assert late.snapshots == (0 if told else 1)


async def test_resuming_from_just_before_the_retraction_hears_of_it() -> None:
    log = FakeLog()
    hub = Hub(log, retracting={"removed"})
    await open_room(log, hub)

    late = one_at(1)
    hub.follow(ROOM, "public", late, "e1", 1)
    await until(lambda: late.resumes)

    assert [frame["data"]["word"] for frame in late.frames if frame["type"] == "entry"] == ["taken back"]


@pytest.mark.parametrize(("retracting", "snapshots"), [({"removed"}, 2), (set[str](), 1)])
async def test_a_snapshot_kept_from_before_is_not_used(retracting: set[str], snapshots: int) -> None:
    log = FakeLog()
    hub = Hub(log, retracting=retracting)
    await open_room(log, hub)

    newcomer = Follower()
    hub.follow(ROOM, "public", newcomer, None, None)
    await until(lambda: newcomer.snapshots)

    assert log.snapshots == snapshots


async def test_a_tail_filled_from_the_log_begins_at_the_retraction() -> None:
    log = FakeLog()
    hub = Hub(log, retracting={"removed"})
    for word, kind in (("hello", "said"), ("secret", "said"), ("taken back", "removed"), ("later", "said")):
        say(log, hub, word, kind)

    late = one_at(1)
    hub.follow(ROOM, "public", late, "e1", 1)
    await until(lambda: late.snapshots or late.resumes)

    assert late.snapshots == 1
    assert not any("secret" in str(frame.get("data")) for frame in late.frames)
