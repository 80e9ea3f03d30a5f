"""Until when a promised answer is due, and when its owner is reminded; pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.programme.workdays import day

WORKING_DAYS = 3
CLOSE_OF_BUSINESS = time(18)
SOON = timedelta(days=1)


def default_due(now: datetime, timezone: str) -> datetime:
    """18:00 on the third working day after today, where the roadshow is; weekdays where the calendar is unknown."""
    zone = ZoneInfo(timezone)
    on, left = now.astimezone(zone).date(), WORKING_DAYS
    while left:
        on += timedelta(days=1)
        workday = day(on).workday
        left -= on.weekday() < 5 if workday is None else workday
    return datetime.combine(on, CLOSE_OF_BUSINESS, zone)


def reminder(due_at: datetime, now: datetime, last: str) -> str:
    """The reminder that is due now: "soon" from a day before, "late" from the deadline on, else none.

    `last` is the one written before; a reminder never comes twice, and never after a later one.
    """
    if now >= due_at:
        return "" if last == "late" else "late"
    if now >= due_at - SOON:
        return "" if last else "soon"
    return ""
