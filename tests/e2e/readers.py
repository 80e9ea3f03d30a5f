"""Three strangers who read our calendars: icalendar, khal and ical.js."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar

from tests.e2e.measures import FRONT

NODE_PATH = FRONT.parent / "scripts" / "node-path"
SHANGHAI = ZoneInfo("Asia/Shanghai")
KHAL_CONFIG = """[calendars]
[[only]]
path = {home}/calendar
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


class Seen(NamedTuple):
    """One thing in a calendar as a reader understands it; times in UTC."""

    uid: str
    summary: str
    starts_at: datetime


def seen_by_icalendar(file: Path) -> list[Seen]:
    entries = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    return sorted(Seen(str(e["uid"]), str(e["summary"]), e.decoded("dtstart").astimezone(UTC)) for e in entries)


async def seen_by_khal(file: Path, home: Path) -> list[Seen]:
    """What the command `khal printics` prints, in a home of its own."""
    (home / "calendar").mkdir(parents=True, exist_ok=True)
    (home / "config").write_text(KHAL_CONFIG.format(home=home))
    khal = Path(sys.executable).parent / "khal"
    pattern = "{uid}\t{title}\t{start-long}"
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(home), "LC_ALL": "C.UTF-8"}
    printed = await _run(str(khal), "-c", str(home / "config"), "printics", "--format", pattern, str(file), **own)
    rows = (row.split("\t") for row in printed.splitlines() if row.count("\t") == 2)
    return sorted(Seen(uid, title, _from_shanghai(start)) for uid, title, start in rows)


async def seen_by_ical_js(file: Path) -> list[Seen]:
    node = Path((await _run(str(NODE_PATH))).strip()) / "node"
    printed = await _run(str(node), str(FRONT / "scripts" / "parse-ics.mjs"), str(file))
    rows = json.loads(printed)
    return sorted(Seen(row["uid"], row["summary"], datetime.fromisoformat(row["starts_at"])) for row in rows)


def _from_shanghai(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


async def _run(*command: str, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
