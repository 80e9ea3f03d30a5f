"""The clock and the forecast: no two slots overlap, nobody loses time, and carrying twice is carrying once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.live.stage import rules
from events.live.stage.rules import CarryMode, ClockState, Leg, Span

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def leg(name: str, start: float, length: float = 20, **more: object) -> Leg:
    return Leg(name, AT + minutes(start), AT + minutes(start + length), **more)  # type: ignore[arg-type]


@st.composite
def evenings(draw: st.DrawFn) -> tuple[list[Leg], datetime]:
    """A running order with breaks, the first few slots begun one after another, and a moment in it."""
    count = draw(st.integers(1, 6))
    begun = draw(st.integers(0, count))
    legs, start, actual = [], 0, AT + minutes(draw(st.integers(-10, 30)))
    for number in range(count):
        start += draw(st.integers(0, 30))
        length = draw(st.integers(5, 40))
        extra = draw(st.sampled_from([0, 60, 300, -60]))
        one = leg(str(number), start, length, extra_seconds=extra)
        if number < begun:
            took = minutes(draw(st.integers(1, 60)))
            ended = actual + took if number < begun - 1 else None
            one = leg(str(number), start, length, extra_seconds=extra, started_at=actual, ended_at=ended)
            actual += took
        legs.append(one)
        start += length
    return legs, actual + minutes(draw(st.integers(0, 60)))


def overlaps(spans: list[Span]) -> list[tuple[str, str]]:
    return [(a.slot_id, b.slot_id) for a, b in pairwise(spans) if b.start < a.end]


@given(evenings(), st.sampled_from(CarryMode))
def test_no_two_slots_overlap_and_every_length_is_kept(evening: tuple[list[Leg], datetime], mode: CarryMode) -> None:
    legs, now = evening
    waiting = {one.slot_id: one.length for one in legs if one.started_at is None}

    spans, carried = rules.forecast(legs, now), rules.carry(legs, mode, now)

    assert overlaps(spans) == []
    assert {span.slot_id: span.end - span.start for span in spans if span.slot_id in waiting} == waiting
    assert {span.slot_id: span.end - span.start for span in carried} == waiting
    assert mode is CarryMode.PLAN or overlaps(carried) == []


@given(evenings())
def test_absorbed_breaks_and_what_is_left_add_up_to_the_overrun(evening: tuple[list[Leg], datetime]) -> None:
    legs, now = evening
    legs = [one if one.started_at else Leg(one.slot_id, one.start, one.end) for one in legs]
    spans = rules.carry(legs, CarryMode.ABSORB, now)
    planned = {one.slot_id: one.start for one in legs}
    shifts = [span.start - planned[span.slot_id] for span in spans]

    assert all(shift >= timedelta() for shift in shifts)
    assert shifts == sorted(shifts, reverse=True), "a break only ever takes up, never adds"
    assert not shifts or shifts[0] <= rules.overrun(legs, now) + timedelta()


@given(evenings())
def test_moving_keeps_every_break(evening: tuple[list[Leg], datetime]) -> None:
    legs, now = evening
    legs = [one if one.started_at else Leg(one.slot_id, one.start, one.end) for one in legs]
    late = rules.overrun(legs, now)
    planned = {one.slot_id: one.start for one in legs}

    spans = rules.carry(legs, CarryMode.MOVE, now)

    assert [span.start - planned[span.slot_id] for span in spans] == [late] * len(spans)


@given(evenings(), st.sampled_from(CarryMode))
def test_carrying_twice_is_carrying_once(evening: tuple[list[Leg], datetime], mode: CarryMode) -> None:
    legs, now = evening
    once = rules.carry(legs, mode, now)
    starts = {span.slot_id: span.start for span in once}
    again = [one if one.started_at else Leg(one.slot_id, one.start, one.end, starts[one.slot_id]) for one in legs]
    again = [
        one if one.started_at else Leg(one.slot_id, one.start, one.end, one.carried, extra_seconds=old.extra_seconds)
        for one, old in zip(again, legs, strict=True)
    ]

    assert rules.carry(again, mode, now) == once


def test_overrun_is_absorbed_by_a_break() -> None:
    legs = [leg("a", 0, started_at=AT), leg("b", 30), leg("c", 50)]

    spans = rules.carry(legs, CarryMode.ABSORB, AT + minutes(26))

    assert [(span.slot_id, span.start) for span in spans] == [("b", AT + minutes(30)), ("c", AT + minutes(50))]


def test_overrun_moves_all_later_slots() -> None:
    legs = [leg("a", 0, started_at=AT), leg("b", 30), leg("c", 50)]

    spans = rules.carry(legs, CarryMode.MOVE, AT + minutes(26))

    assert [(span.slot_id, span.start) for span in spans] == [("b", AT + minutes(36)), ("c", AT + minutes(56))]


def test_pause_and_extra_time_push_the_expected_end() -> None:
    paused = leg("a", 0, started_at=AT, paused_at=AT + minutes(5), paused_seconds=30, extra_seconds=60)

    assert rules.expected_end(paused, AT + minutes(7)) == AT + minutes(20 + 1 + 2.5)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ((False, False, False), ClockState.IDLE),
        ((True, False, False), ClockState.RUNNING),
        ((True, True, False), ClockState.PAUSED),
        ((True, False, True), ClockState.OVER),
    ],
)
def test_clock_state(flags: tuple[bool, bool, bool], state: ClockState) -> None:
    started, paused, ended = flags

    assert rules.clock_state(started=started, paused=paused, ended=ended) is state


def test_clock_set_back_shortens_no_pause() -> None:
    assert rules.pause_ended(AT, 10, AT - minutes(5)) == 10


@pytest.mark.parametrize("seconds", [7201, -1141])
def test_extra_time_has_bounds(seconds: int) -> None:
    with pytest.raises(rules.ExtraTooLong):
        rules.extra_after(leg("a", 0), seconds)


def test_small_moves_are_not_worth_a_letter() -> None:
    assert not rules.is_worth_telling(AT, AT + minutes(9.9))
    assert rules.is_worth_telling(AT, AT + minutes(10))
    assert rules.is_worth_telling(AT, AT - minutes(10))


@pytest.mark.parametrize("days", [-1, 0, 30.01])
def test_screen_link_ends_in_the_future_within_a_month(days: float) -> None:
    with pytest.raises(rules.ScreenTooLong):
        rules.screen_end(AT + timedelta(days=days), AT)
