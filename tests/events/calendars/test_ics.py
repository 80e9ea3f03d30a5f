"""Whatever people write into titles and places, a calendar stays one calendar with exactly its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.calendars.ics import Item, Status, calendar, line, words

START = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
ITEM = Item(
    id="01JD3V0000000000000000000A",
    sequence=2,
    title="光电子信息专场",
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    timezone="Asia/Shanghai",
    status=Status.CONFIRMED,
    url="https://roadshow.example.org/r/01JD3V0000000000000000000A",
    changed_at=datetime(2026, 11, 20, 1, 2, 3, 456, tzinfo=UTC),
    location="长江路演厅 武汉市",
    description="十个项目，\n二十家机构",
    categories=("一月一链",),
)
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\0\t;,:\\\"'\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e\ufeff路演🎉"),
    ),
    max_size=200,
)
INJECTIONS = ["\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n", "\nATTENDEE:mailto:evil@example.net", "\u2028BEGIN:VALARM", "=1+1"]


def parsed(content: bytes) -> list[icalendar.Event]:
    whole = icalendar.Calendar.from_ical(content)
    return [part for part in whole.walk("VEVENT") if isinstance(part, icalendar.Event)]


def test_calendar_carries_the_whole_event() -> None:
    (event,) = parsed(calendar("一月一链", [ITEM]))

    assert {name: event[name].to_ical().decode() for name in event} == {
        "UID": "01JD3V0000000000000000000A@roadshow",
        "SEQUENCE": "2",
        "DTSTAMP": "20261120T010203Z",
        "LAST-MODIFIED": "20261120T010203Z",
        "SUMMARY": "光电子信息专场",
        "DTSTART": "20261124T143000",
        "DTEND": "20261124T163000",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "URL": "https://roadshow.example.org/r/01JD3V0000000000000000000A",
        "LOCATION": "长江路演厅 武汉市",
        "DESCRIPTION": "十个项目，\\n二十家机构",
        "CATEGORIES": "一月一链",
    }
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"


def test_calendar_embeds_every_zone_it_names() -> None:
    content = calendar("两地", [ITEM, replace(ITEM, id="B", timezone="Europe/Berlin")])

    zones = [str(zone["TZID"]) for zone in icalendar.Calendar.from_ical(content).walk("VTIMEZONE")]

    assert zones == ["Asia/Shanghai", "Europe/Berlin"]
    assert {event["DTSTART"].dt.astimezone(UTC) for event in parsed(content)} == {START}


@pytest.mark.parametrize("month", range(1, 13))
def test_local_time_holds_through_summer_time(month: int) -> None:
    start = datetime(2026, month, 15, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    item = replace(ITEM, timezone="Europe/Berlin", starts_at=start, ends_at=start + timedelta(hours=1))

    (event,) = parsed(calendar("Berlin", [item]))

    assert (event["DTSTART"].dt.hour, event["DTSTART"].dt.astimezone(UTC)) == (9, start.astimezone(UTC))


def test_same_items_give_same_bytes_in_any_order() -> None:
    other = replace(ITEM, id="B", starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1))

    assert calendar("甲", [ITEM, other]) == calendar("甲", [other, ITEM])


def test_cancelled_item_stays_and_frees_the_time() -> None:
    (event,) = parsed(calendar("甲", [replace(ITEM, status=Status.CANCELLED)]))

    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_empty_calendar_is_a_calendar() -> None:
    whole = icalendar.Calendar.from_ical(calendar("", []))

    assert (whole["X-WR-CALNAME"], whole["REFRESH-INTERVAL"].dt) == ("天天有路演", timedelta(hours=1))


@settings(max_examples=500, deadline=None)
@given(name=HOSTILE, title=HOSTILE, location=HOSTILE, description=HOSTILE, category=HOSTILE)
@example(*INJECTIONS, "BEGIN:VEVENT")
@example("\ud800", "a" * 74 + "路" * 40, "\\n\\", '";,', "\r\n ")
def test_text_of_any_kind_breaks_nothing(name: str, title: str, location: str, description: str, category: str) -> None:
    item = replace(ITEM, title=title, location=location, description=description, categories=(category,))
    content = calendar(name, [ITEM, replace(item, id="B")])

    events = {str(event["UID"]): event for event in parsed(content)}
    lines = content.split(b"\r\n")

    assert set(events) == {"01JD3V0000000000000000000A@roadshow", "B@roadshow"}
    assert set(events["B@roadshow"]) <= {*events[ITEM.uid], "CATEGORIES"}
    assert str(events["B@roadshow"]["SUMMARY"]) == (line(title) or "路演")
    assert str(events["B@roadshow"].get("LOCATION", "")) == line(location)
    assert str(events["B@roadshow"].get("DESCRIPTION", "")) == words(description).strip()
    assert max(map(len, lines)) <= 75
    assert all(part.decode() is not None and b"\n" not in part and b"\r" not in part for part in lines)


def by_the_library(item: Item) -> bytes:
    """The event as icalendar writes it."""
    zone = ZoneInfo(item.timezone)
    event = icalendar.Event()
    for name, value in (
        ("uid", item.uid), ("sequence", item.sequence), ("dtstamp", item.changed_at.replace(microsecond=0)),
        ("last-modified", item.changed_at.replace(microsecond=0)), ("summary", line(item.title) or "路演"),
        ("dtstart", item.starts_at.astimezone(zone)), ("dtend", item.ends_at.astimezone(zone)),
        ("status", item.status.value), ("transp", "OPAQUE"), ("url", item.url), ("location", line(item.location)),
        ("description", words(item.description).strip()), ("categories", [line(name) for name in item.categories]),
    ):  # fmt: skip
        if value not in ("", [""]):
            event.add(name, value)
    return bytes(event.to_ical())


ESCAPES = st.text(st.sampled_from("路a\\,;^n\n🎉"), max_size=400)


@given(title=HOSTILE | ESCAPES, location=HOSTILE | ESCAPES, description=HOSTILE | ESCAPES, category=HOSTILE | ESCAPES)
@settings(max_examples=200, deadline=None)
@example(title="a" * 67, location="a" * 66 + "\\", description="路" * 300, category="x" * 63 + ";" * 40)
def test_event_is_written_as_the_library_writes_it(title: str, location: str, description: str, category: str) -> None:
    given_ = [text.replace("\\N", "n") for text in (title, location, description, category)]
    item = replace(ITEM, title=given_[0], location=given_[1], description=given_[2], categories=(given_[3],))

    content = calendar("路演", [item])

    begin = content.index(b"BEGIN:VEVENT")
    assert content[begin : content.index(b"END:VCALENDAR")] == by_the_library(item)


def test_backslash_and_large_n_stay_what_they_are() -> None:
    """A path on a disk is no line end."""
    (event,) = parsed(calendar("路演", [replace(ITEM, location="C:\\Neu")]))

    assert b"LOCATION:C:\\\\Neu" in calendar("路演", [replace(ITEM, location="C:\\Neu")])
    assert event["SUMMARY"] == ITEM.title


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_event_begins_when_it_begins_in_every_zone(zone: str) -> None:
    (event,) = parsed(calendar("路演", [replace(ITEM, timezone=zone)]))

    assert event["DTSTART"].dt.astimezone(UTC) == START
