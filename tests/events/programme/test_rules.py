"""Rules of time and slots, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from events.errors import Refusal
from events.programme.models import RoadshowState
from events.programme.rules import (
    AlreadyLive,
    BadTime,
    InThePast,
    Mode,
    RoadshowOver,
    SlotOutside,
    SlotsOverlap,
    Span,
    check_editable,
    check_movable,
    check_slots,
    check_time,
    mode_of,
    whole_cell,
    wire,
)

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)


def span(first: int, last: int) -> Span:
    """Minutes after noon."""
    return Span(NOON + timedelta(minutes=first), NOON + timedelta(minutes=last))


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (span(60, 60), BadTime),
        (span(60, 0), BadTime),
        (span(60, 60 + 24 * 60 + 5), BadTime),
        (span(0, 60), InThePast),
        (span(-60, 60), InThePast),
    ],
)
def test_impossible_time_is_refused(wanted: Span, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_time(wanted, NOON)


def test_a_whole_day_to_come_is_possible() -> None:
    check_time(span(5, 5 + 24 * 60), NOON)


@pytest.mark.parametrize(
    ("slots", "refusal"),
    [
        ([span(0, 0)], BadTime),
        ([span(-5, 20)], SlotOutside),
        ([span(100, 125)], SlotOutside),
        ([span(0, 20), span(15, 30)], SlotsOverlap),
        ([span(20, 40), span(0, 120)], SlotsOverlap),
    ],
)
def test_slots_that_do_not_fit_are_refused(slots: list[Span], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_slots(span(0, 120), slots)


def test_adjacent_slots_fill_a_roadshow() -> None:
    check_slots(span(0, 60), [span(20, 40), span(0, 20), span(40, 60)])


@pytest.mark.parametrize("state", [RoadshowState.ENDED, RoadshowState.CANCELLED])
def test_what_is_over_stays(state: RoadshowState) -> None:
    with pytest.raises(RoadshowOver):
        check_editable(state)


def test_a_live_roadshow_does_not_move() -> None:
    check_editable(RoadshowState.LIVE)
    with pytest.raises(AlreadyLive):
        check_movable(RoadshowState.LIVE)


def test_times_are_whole_cells() -> None:
    assert whole_cell(NOON) == NOON
    for broken in (timedelta(minutes=1), timedelta(seconds=1), timedelta(microseconds=1)):
        with pytest.raises(ValueError, match="5 minutes"):
            whole_cell(NOON + broken)


def test_mode_is_where_it_happens() -> None:
    assert (mode_of("hall", None), mode_of(None, "channel"), mode_of("hall", "channel")) == (
        Mode.HALL, Mode.ONLINE, Mode.HYBRID,
    )  # fmt: skip


def test_wire_times_are_utc() -> None:
    assert wire(NOON) == "2026-12-01T04:00:00Z"
