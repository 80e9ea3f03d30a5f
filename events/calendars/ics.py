"""Calendars as text (RFC 5545, 7986): the same things always give the same bytes. Pure; icalendar writes every line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from events.text import lines
from events.wallclock import comes_twice

if TYPE_CHECKING:  # it loads slowly, and is not needed before somebody asks for a calendar
    from icalendar import Event, Timezone

PRODID = "-//天天有路演//Roadshow 1//ZH"
REFRESH = timedelta(hours=1)


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
    from icalendar import Calendar

    whole = Calendar()
    whole.add("prodid", PRODID)
    whole.add("version", "2.0")
    for label in ("name", "x-wr-calname"):
        whole.add(label, line(name) or "天天有路演")
    whole.add("x-wr-timezone", timezone)
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT1H")
    for zone in sorted({timezone} | {item.timezone for item in found}):
        whole.add_component(_zone(zone, found))
    for item in found:
        whole.add_component(_event(item))
    return bytes(whole.to_ical())


def line(text: str) -> str:
    """The text on one line, without what no calendar can hold."""
    return " ".join(words(text).split())


def words(text: str) -> str:
    """The text with plain line ends and without control characters."""
    return lines(text)


def _event(item: Item) -> Event:
    from icalendar import Event

    zone = _zone_of(item)
    event = Event()
    event.add("uid", item.uid)
    event.add("sequence", item.sequence)
    event.add("dtstamp", _second(item.changed_at))
    event.add("last-modified", _second(item.changed_at))
    event.add("summary", line(item.title) or "路演")
    for name, at in (("dtstart", item.starts_at), ("dtend", item.ends_at)):
        event.add(name, _second(at).astimezone(zone))
    event.add("status", item.status.value)
    event.add("transp", "TRANSPARENT" if item.status is Status.CANCELLED else "OPAQUE")
    event.add("url", item.url)
    if location := line(item.location):
        event.add("location", location)
    if description := words(item.description).strip():
        event.add("description", description)
    if categories := [name for name in map(line, item.categories) if name]:
        event.add("categories", categories)
    return event


def _zone_of(item: Item) -> tzinfo:
    """The place's zone, or UTC when a wall time of the event comes twice: a calendar's local time cannot say which."""
    is_unclear = comes_twice(item.starts_at, item.timezone) or comes_twice(item.ends_at, item.timezone)
    return UTC if is_unclear else ZoneInfo(item.timezone)


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _zone(name: str, items: Sequence[Item]) -> Timezone:
    years = [item.starts_at.year for item in items] or [2026]
    from icalendar import Timezone

    return Timezone.from_tzid(name, first_date=date(min(years) - 1, 1, 1), last_date=date(max(years) + 3, 1, 1))
