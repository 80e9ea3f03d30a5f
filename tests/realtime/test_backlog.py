"""A client's backlog is bounded, and what may be lost goes first."""

from __future__ import annotations

import pytest

from realtime.backlog import PUSH_MAX_BYTES, PUSH_MAX_FRAMES, REPLY_MAX_FRAMES, Backlog, Overflow
from realtime.frames import RESUME_MAX_ENTRIES, Frame


def frame(name: str, size: int = 0) -> Frame:
    return Frame(name.encode().ljust(size, b"."))


def drained(backlog: Backlog) -> list[str]:
    names = []
    while (waiting := backlog.pop()) is not None:
        names.append(waiting.text.rstrip("."))
    return names


def test_frames_leave_in_order_ephemeral_last() -> None:
    backlog = Backlog()

    backlog.push(frame("1"))
    backlog.ephemeral("presence", frame("here"))
    backlog.reply(frame("ack"))
    backlog.push(frame("2"))

    assert drained(backlog) == ["1", "ack", "2", "here"]


def test_ephemeral_frames_of_a_key_are_conflated_to_the_latest() -> None:
    backlog = Backlog()

    for count in range(100):
        backlog.ephemeral("presence", frame(f"count {count}"))
    backlog.ephemeral("heartbeat", frame("beat"))

    assert (drained(backlog), backlog.dropped) == (["count 99", "beat"], 99)


def test_durable_overflow_by_frames() -> None:
    backlog = Backlog()
    for _ in range(PUSH_MAX_FRAMES):
        backlog.push(frame("x"))

    with pytest.raises(Overflow):
        backlog.push(frame("one too many"))


def test_durable_overflow_by_bytes() -> None:
    backlog = Backlog()
    backlog.push(frame("x", PUSH_MAX_BYTES - 10))

    with pytest.raises(Overflow):
        backlog.push(frame("x", 11))


def test_room_is_free_again_after_pop() -> None:
    backlog = Backlog()
    for _ in range(3 * PUSH_MAX_FRAMES):
        backlog.push(frame("x", 4096))
        backlog.pop()

    assert len(backlog) == 0


def test_oldest_ephemeral_frames_make_room_for_a_durable_one() -> None:
    backlog = Backlog()
    for number in range(PUSH_MAX_FRAMES):
        backlog.ephemeral(f"danmaku {number}", frame(f"d{number}"))

    backlog.push(frame("durable"))

    assert drained(backlog) == ["durable", *(f"d{number}" for number in range(1, PUSH_MAX_FRAMES))]
    assert backlog.dropped == 1


def test_ephemeral_frame_is_dropped_when_durable_ones_fill_the_backlog() -> None:
    backlog = Backlog()
    for _ in range(PUSH_MAX_FRAMES):
        backlog.push(frame("x"))

    backlog.ephemeral("presence", frame("here"))

    assert (len(backlog), backlog.dropped) == (PUSH_MAX_FRAMES, 1)


def test_whole_resume_leaves_room_for_live_entries() -> None:
    backlog = Backlog()
    for _ in range(3 * (RESUME_MAX_ENTRIES + 1)):
        backlog.reply(frame("missed"))

    for _ in range(PUSH_MAX_FRAMES):
        backlog.push(frame("live"))

    assert len(backlog) == 3 * (RESUME_MAX_ENTRIES + 1) + PUSH_MAX_FRAMES


def test_snapshot_larger_than_the_bound_may_wait_alone() -> None:
    backlog = Backlog()

    backlog.reply(frame("state", 5 * PUSH_MAX_BYTES))

    with pytest.raises(Overflow):
        backlog.reply(frame("state", 5 * PUSH_MAX_BYTES))


def test_replies_have_a_bound_too() -> None:
    backlog = Backlog()
    for _ in range(REPLY_MAX_FRAMES):
        backlog.reply(frame("ack"))

    with pytest.raises(Overflow):
        backlog.reply(frame("ack"))
