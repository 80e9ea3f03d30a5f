"""Working days, holidays and make-up days (调休) of mainland China, pure; an unannounced year is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import Holiday, constants

_CHINESE: dict[str, str] = {holiday.value: holiday.chinese for holiday in Holiday}  # type: ignore[attr-defined]
KNOWN_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)


@dataclass(frozen=True, slots=True)
class Day:
    """`workday` is None in a year unknown to the calendar; then nothing is said of holidays either."""

    date: date
    workday: bool | None
    make_up: bool = False
    holiday_zh: str | None = None
    holiday_en: str | None = None


def day(on: date) -> Day:
    """What this date is: a working day or not, make-up or not, and the holiday it belongs to."""
    if on.year not in KNOWN_YEARS:
        return Day(on, None)
    if on in constants.workdays:
        return Day(on, True, True, *_names(constants.workdays[on]))
    if on in constants.holidays:
        return Day(on, False, False, *_names(constants.holidays[on]))
    return Day(on, on.weekday() < 5)


def days(first: date, last: date) -> list[Day]:
    """Every date from `first` to `last`, both included."""
    return [day(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def unknown_years(first: date, last: date) -> list[int]:
    """The years between these dates of which the calendar knows nothing."""
    return [year for year in range(first.year, last.year + 1) if year not in KNOWN_YEARS]


def _names(holiday: str) -> tuple[str, str]:
    """(zh, en) of a holiday by the calendar's own name."""
    return _CHINESE[holiday], holiday
