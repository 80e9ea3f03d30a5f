"""Times as clocks of a place show them: when clocks go back, an hour is shown twice. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def comes_twice(at: datetime, timezone: str) -> bool:
    """Whether clocks there show this instant's time at another instant too."""
    wall = at.astimezone(ZoneInfo(timezone))
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def offset_text(at: datetime, timezone: str) -> str:
    """How far clocks there are ahead of UTC: `UTC+1`, `UTC-3:30`."""
    ahead = at.astimezone(ZoneInfo(timezone)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(ahead.total_seconds())) // 60, 60)
    rest = f":{minutes:02}" if minutes else ""
    return f"UTC{'-' if ahead < timedelta() else '+'}{hours}{rest}"
