"""Opening hours of a venue, pure: when it is open, and which starts near a wanted one are free."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

Hours = dict[str, list[list[str]]]
ALWAYS: Hours = {str(weekday): [["00:00", "24:00"]] for weekday in range(7)}
STEP = timedelta(minutes=30)
SEARCH = timedelta(days=14)
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5][05]$|^24:00$")


def checked_hours(hours: Hours) -> Hours:
    """The same hours, in order. Raises ValueError naming the first thing that is wrong."""
    if not any(hours.values()):
        raise ValueError("at least one opening time is needed")
    for weekday, windows in hours.items():
        if weekday not in ALWAYS:
            raise ValueError(f"weekday {weekday!r} is not one of 0 (Monday) to 6 (Sunday)")
        _check_day(windows)
    return {weekday: sorted(hours[weekday]) for weekday in sorted(hours) if hours[weekday]}


def _check_day(windows: list[list[str]]) -> None:
    for window in windows:
        if len(window) != 2 or not all(_CLOCK.match(clock) for clock in window) or window[0] >= window[1]:
            raise ValueError(f"{window} is not [opens, closes] such as 09:00 and 18:00, in whole 5 minutes")
    ordered = sorted(windows)
    for earlier, later in pairwise(ordered):
        if later[0] < earlier[1]:
            raise ValueError(f"{earlier} and {later} overlap")


def checked_timezone(name: str) -> str:
    """The same name. Raises ValueError when no such time zone is known."""
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone")
    return name


def is_open(hours: Hours, timezone: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the venue is open from `starts_at` to `ends_at` without a break; midnight is not one."""
    zone = ZoneInfo(timezone)
    reach = starts_at
    for opens, closes in _windows(hours, zone, starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()):
        if opens <= reach < closes:
            reach = closes
    return reach >= ends_at


def _windows(hours: Hours, zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for n in range((last - first).days + 1):
        on = first + timedelta(days=n)
        for opens, closes in hours.get(str(on.weekday()), []):
            yield _instant(on, opens, zone), _instant(on, closes, zone)


def _instant(on: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        on, clock = on + timedelta(days=1), "00:00"
    return datetime.combine(on, time.fromisoformat(clock), zone).astimezone(UTC)


def nearest_starts(
    wanted: datetime, earliest: datetime, fits: Callable[[datetime], bool], count: int = 3
) -> list[datetime]:
    """The `count` starts nearest to `wanted` that fit, half an hour apart, within 14 days, none before `earliest`."""
    found: list[datetime] = []
    for n in range(1, SEARCH // STEP + 1):
        for start in (wanted + n * STEP, wanted - n * STEP):
            if start > earliest and fits(start):
                found.append(start)
        if len(found) >= count:
            break
    return found[:count]
