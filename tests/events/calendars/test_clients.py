"""The feed as real calendar programs read it: khal imports it, vdirsyncer fetches it over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import icalendar
import pytest

from events.calendars.ics import Item, Status, calendar
from tests.e2e.readers import seen_by_ical_js, seen_by_icalendar, seen_by_khal
from tests.events.calendars.test_ics import INJECTIONS, ITEM

BIN = Path(sys.executable).parent
TITLES = ["光电子信息专场", "坏\r\nEND:VEVENT\r\nBEGIN:VEVENT", *INJECTIONS, "\u2028;,\\", "🎉" * 60]


def item(day: int, title: str) -> Item:
    """`title` everywhere, `day` days after the first; the second is called off."""
    return replace(
        ITEM,
        id=f"N{day}",
        title=title,
        description=title,
        location=title,
        starts_at=ITEM.starts_at + timedelta(days=day),
        ends_at=ITEM.ends_at + timedelta(days=day),
        status=Status.CANCELLED if day == 1 else Status.CONFIRMED,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A temporary HOME with khal and vdirsyncer set up in it."""
    (tmp_path / "calendars" / "road").mkdir(parents=True)
    (tmp_path / "khal").write_text(
        f"[calendars]\n[[road]]\npath = {tmp_path}/calendars/road\n"
        "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        "local_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n"
        f"[sqlite]\npath = {tmp_path}/khal.db\n"
    )
    return tmp_path


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed with every kind of bad title, and one that is called off."""
    items = [item(n, title) for n, title in enumerate(TITLES)]
    (tmp_path / "www").mkdir()
    path = tmp_path / "www" / "feed.ics"
    path.write_bytes(calendar("一月一链", items))
    return path


@pytest.fixture
def server(feed: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(feed.parent))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/feed.ics"
        server.shutdown()


def run(home: Path, *command: str) -> str:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
    environment |= {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def khal_list(home: Path) -> list[str]:
    out = run(home, "khal", "-c", str(home / "khal"), "list", "--format", "{start-long}|{title}", "2026-11-24", "30d")
    return [line for line in out.splitlines() if "|" in line]


def test_khal_prints_the_feed(home: Path, feed: Path) -> None:
    out = run(home, "khal", "-c", str(home / "khal"), "printics", "--format", "{start-long}|{title}", str(feed))

    assert out.count("|") >= len(TITLES)
    assert "2026-11-24 14:30|光电子信息专场" in out


def test_khal_imports_every_event_and_keeps_their_times(home: Path, feed: Path) -> None:
    run(home, "khal", "-c", str(home / "khal"), "import", "--batch", "-a", "road", str(feed))

    lines = khal_list(home)

    assert len(lines) == len(TITLES)
    assert lines[0] == "2026-11-24 14:30|光电子信息专场"


def test_vdirsyncer_fetches_the_feed_over_http_and_khal_reads_it(home: Path, server: str) -> None:
    config = home / "vdirsyncer"
    config.write_text(
        f'[general]\nstatus_path = "{home}/status"\n'
        '[pair road]\na = "web"\nb = "disk"\ncollections = null\n'
        f'[storage web]\ntype = "http"\nurl = "{server}"\n'
        f'[storage disk]\ntype = "filesystem"\npath = "{home}/calendars/road"\nfileext = ".ics"\n'
    )

    run(home, "vdirsyncer", "-c", str(config), "discover")
    run(home, "vdirsyncer", "-c", str(config), "sync")

    assert len(list((home / "calendars" / "road").glob("*.ics"))) == len(TITLES)
    assert len(khal_list(home)) == len(TITLES)


TWICE = {  # zone: the instant at which clocks go back, and by how much
    "Europe/London": (datetime(2027, 10, 31, 1, tzinfo=UTC), timedelta(hours=1)),
    "America/New_York": (datetime(2027, 11, 7, 6, tzinfo=UTC), timedelta(hours=1)),
    "Australia/Lord_Howe": (datetime(2027, 4, 3, 15, tzinfo=UTC), timedelta(minutes=30)),
}


@pytest.mark.field
@pytest.mark.parametrize("zone", TWICE)
async def test_hour_that_comes_twice_is_the_same_instant_to_every_reader(zone: str, tmp_path: Path) -> None:
    back, by = TWICE[zone]
    starts = [back + by * step / 4 for step in range(-12, 13)]
    items = [replace(ITEM, id=f"N{n:02}", timezone=zone, starts_at=at, ends_at=at + by) for n, at in enumerate(starts)]
    path = tmp_path / "feed.ics"
    path.write_bytes(calendar("两次", items))

    seen = seen_by_icalendar(path)

    assert [one.starts_at for one in seen] == starts
    assert await seen_by_ical_js(path) == seen
    assert [one.starts_at for one in await seen_by_khal(path, tmp_path / "khal")] == [
        at.replace(second=0) for at in starts
    ]
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert {event.decoded("dtend").astimezone(UTC) - event.decoded("dtstart").astimezone(UTC) for event in events} == {
        by
    }
