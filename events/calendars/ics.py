"""Calendars as text (RFC 5545, 7986): the same things always give the same bytes. Pure.

icalendar writes the frame and the zones; events are written here, and tests hold them equal to what it would write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from events.calendars.lines import content_line, escaped
from events.text import lines
from events.wallclock import comes_twice

if TYPE_CHECKING:  # it loads slowly, and is not needed before somebody asks for a calendar
    from icalendar import Timezone

PRODID = "-//天天有路演//Roadshow 1//ZH"
REFRESH = timedelta(hours=1)
LOCAL = "%Y%m%dT%H%M%S"
BEGIN_EVENT, END_EVENT, END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"END:VCALENDAR\r\n"


class Status(StrEnum):
    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a calendar. `id` and `sequence` are what calendars recognize a changed thing by."""

    id: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    status: Status
    url: str
    changed_at: datetime
    location: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()

    @property
    def uid(self) -> str:
        return f"{self.id}@roadshow"


def calendar(name: str, items: Iterable[Item], *, timezone: str = "Asia/Shanghai") -> bytes:
    """A published calendar without attendees, with a VTIMEZONE for every zone it names."""
    found = sorted(items, key=lambda item: (item.starts_at, item.id))
    years = [item.starts_at.year for item in found] or [2026]
    zones = sorted({timezone} | {item.timezone for item in found})
    frame = _frame(name, timezone, [_zone(zone, min(years) - 1, max(years) + 3) for zone in zones])
    return b"".join((frame.removesuffix(END), *map(_event, found), END))


def _frame(name: str, timezone: str, zones: Sequence[Timezone]) -> bytes:
    """The calendar without an event."""
    from icalendar import Calendar

    whole = Calendar()
    whole.add("prodid", PRODID)
    whole.add("version", "2.0")
    for label in ("name", "x-wr-calname"):
        whole.add(label, line(name) or "天天有路演")
    whole.add("x-wr-timezone", timezone)
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT1H")
    for zone in zones:
        whole.add_component(zone)
    return bytes(whole.to_ical())


def line(text: str) -> str:
    """The text on one line, without what no calendar can hold."""
    return " ".join(words(text).split())


def words(text: str) -> str:
    """The text with plain line ends and without control characters."""
    return lines(text)


def _event(item: Item) -> bytes:
    """One VEVENT, written line by line: a feed has hundreds, and a library's objects cost ten times as much."""
    zone, changed = _zone_of(item), _utc(item.changed_at)
    categories = ",".join(escaped(name) for name in map(line, item.categories) if name)
    lines_ = (
        ("SUMMARY", escaped(line(item.title)) or "路演"),
        _moment("DTSTART", item.starts_at, zone),
        _moment("DTEND", item.ends_at, zone),
        ("DTSTAMP", changed),
        ("UID", escaped(item.uid)),
        ("SEQUENCE", str(item.sequence)),
        ("CATEGORIES", categories),
        ("DESCRIPTION", escaped(words(item.description).strip())),
        ("LAST-MODIFIED", changed),
        ("LOCATION", escaped(line(item.location))),
        ("STATUS", item.status.value),
        ("TRANSP", "TRANSPARENT" if item.status is Status.CANCELLED else "OPAQUE"),
        ("URL", item.url),
    )
    return b"".join((BEGIN_EVENT, *(content_line(name, value) for name, value in lines_ if value), END_EVENT))


def _moment(name: str, at: datetime, zone: tzinfo) -> tuple[str, str]:
    if zone is UTC:
        return name, _utc(at)
    return f"{name};TZID={zone}", at.astimezone(zone).strftime(LOCAL)


def _zone_of(item: Item) -> tzinfo:
    """The place's zone, or UTC when a wall time of the event comes twice: a calendar's local time cannot say which."""
    is_unclear = comes_twice(item.starts_at, item.timezone) or comes_twice(item.ends_at, item.timezone)
    return UTC if is_unclear or item.timezone == "UTC" else ZoneInfo(item.timezone)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime(LOCAL) + "Z"


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> Timezone:
    """The zone's rules between two years; each costs tens of milliseconds, and a house has few."""
    from icalendar import Timezone

    return Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(last, 1, 1))
