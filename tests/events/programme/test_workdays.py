"""Workdays: holidays, make-up days, and years the calendar does not know."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from events.programme.workdays import KNOWN_YEARS, Day, day, days, unknown_years


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 10, 1), Day(date(2026, 10, 1), False, False, "国庆节", "National Day")),
        (date(2026, 10, 10), Day(date(2026, 10, 10), True, True, "国庆节", "National Day")),
        (date(2026, 2, 14), Day(date(2026, 2, 14), True, True, "春节", "Spring Festival")),
        (date(2026, 11, 20), Day(date(2026, 11, 20), True)),
        (date(2026, 11, 21), Day(date(2026, 11, 21), False)),
    ],
    ids=["holiday", "make-up Saturday", "make-up before Spring Festival", "Friday", "Saturday"],
)
def test_day_is_known_for_what_it_is(on: date, expected: Day) -> None:
    assert day(on) == expected


def test_unknown_year_says_nothing() -> None:
    beyond = date(KNOWN_YEARS.stop, 1, 4)

    assert day(beyond) == Day(beyond, None)
    assert unknown_years(date(KNOWN_YEARS.stop - 1, 12, 1), beyond) == [KNOWN_YEARS.stop]


def test_every_known_day_agrees_with_the_calendar() -> None:
    first = date(KNOWN_YEARS.start, 1, 1)

    known = days(first, date(KNOWN_YEARS.stop, 1, 1) - timedelta(days=1))

    assert [one.workday for one in known] == [chinese_calendar.is_workday(one.date) for one in known]
    assert sum(one.make_up for one in known) == len(chinese_calendar.constants.workdays)


def test_days_include_both_ends() -> None:
    assert [one.date.day for one in days(date(2026, 11, 20), date(2026, 11, 22))] == [20, 21, 22]
