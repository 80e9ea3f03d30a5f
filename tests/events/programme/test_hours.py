"""Opening hours: what is refused, what is open, and which starts lie nearest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.programme.hours import ALWAYS, checked_hours, checked_timezone, is_open, nearest_starts

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = {"0": [["09:00", "12:00"], ["14:00", "18:00"]]}
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"0": []},
        {"7": [["09:00", "18:00"]]},
        {"0": [["18:00", "09:00"]]},
        {"0": [["09:00", "09:00"]]},
        {"0": [["9:00", "18:00"]]},
        {"0": [["09:00", "25:00"]]},
        {"0": [["09:01", "18:00"]]},
        {"0": [["09:00"]]},
        {"0": [["09:00", "12:00"], ["11:00", "18:00"]]},
    ],
)
def test_bad_hours_are_refused(hours: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_hours(hours)


def test_hours_come_back_in_order_without_closed_days() -> None:
    assert checked_hours({"2": [], "1": [["14:00", "24:00"], ["09:00", "12:00"]], "0": [["09:00", "18:00"]]}) == {
        "0": [["09:00", "18:00"]],
        "1": [["09:00", "12:00"], ["14:00", "24:00"]],
    }


def test_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars"):
        checked_timezone("Mars/Olympus")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((9, 0), (12, 0), True),
        ((14, 0), (18, 0), True),
        ((8, 55), (10, 0), False),
        ((17, 0), (18, 5), False),
        ((11, 0), (15, 0), False),
        ((12, 0), (14, 0), False),
    ],
    ids=["morning", "afternoon", "before it opens", "after it closes", "over the break", "in the break"],
)
def test_hall_is_open_within_one_window(start: tuple[int, int], end: tuple[int, int], expected: bool) -> None:
    starts_at = MONDAY.replace(hour=start[0], minute=start[1])
    ends_at = MONDAY.replace(hour=end[0], minute=end[1])

    assert is_open(OFFICE, "Asia/Shanghai", starts_at.astimezone(UTC), ends_at.astimezone(UTC)) is expected


def test_midnight_is_no_break() -> None:
    late = {"0": [["20:00", "24:00"]], "1": [["00:00", "02:00"]]}

    assert is_open(late, "Asia/Shanghai", MONDAY.replace(hour=22), MONDAY + timedelta(days=1, hours=2))
    assert not is_open(late, "Asia/Shanghai", MONDAY.replace(hour=22), MONDAY + timedelta(days=1, hours=3))


def test_hours_follow_the_wall_clock_over_daylight_saving() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday = {"6": [["09:00", "18:00"]]}
    before, after = datetime(2027, 3, 21, 9, tzinfo=berlin), datetime(2027, 3, 28, 9, tzinfo=berlin)

    assert (before.astimezone(UTC).hour, after.astimezone(UTC).hour) == (8, 7)
    assert is_open(sunday, "Europe/Berlin", before, before + timedelta(hours=9))
    assert is_open(sunday, "Europe/Berlin", after, after + timedelta(hours=9))
    assert not is_open(sunday, "Europe/Berlin", after - timedelta(minutes=5), after)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(1, 24 * 60))
def test_a_venue_that_never_closes_is_always_open(start: datetime, minutes: int) -> None:
    starts_at = start.replace(tzinfo=UTC)

    assert is_open(ALWAYS, "Europe/Berlin", starts_at, starts_at + timedelta(minutes=minutes))


def test_nearest_starts_come_from_both_sides_and_never_from_the_past() -> None:
    wanted = datetime(2026, 11, 23, 6, tzinfo=UTC)
    busy = {wanted + timedelta(minutes=30), wanted - timedelta(minutes=30)}

    found = nearest_starts(wanted, wanted - timedelta(hours=1), lambda start: start not in busy)

    assert found == [wanted + timedelta(minutes=minutes) for minutes in (60, 90, 120)]


def test_no_start_is_found_when_nothing_fits() -> None:
    wanted = datetime(2026, 11, 23, 6, tzinfo=UTC)

    assert nearest_starts(wanted, wanted - timedelta(days=30), lambda start: False) == []
