"""The tests under a moved clock: `python -m tests.clock [NAME …] [-- what pytest is given]`.

Every process that a run starts sees the moved time (libfaketime, Debian's package `faketime`). Each clock is moved by
a constant number of seconds, so durations stay what they are. The monotonic clock moves along: left alone, waits for
Python's interpreter lock return at once and every run takes ten times as long.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIBRARIES = ("/usr/lib", "/usr/local/lib", "/lib")
EVERYWHERE = ("tests/events", "tests/server", "tests/security", "tests/contract", "tests/realtime")


def next_weekday(now: datetime, weekday: int) -> datetime:
    """The same time on the next such day, Monday being 0."""
    return now + timedelta(days=(weekday - now.weekday() - 1) % 7 + 1)


MOMENTS: dict[str, Callable[[datetime], datetime]] = {
    "in-three-days": lambda now: now + timedelta(days=3),
    "in-four-hundred-days": lambda now: now + timedelta(days=400),
    "new-year": lambda now: datetime(2027, 1, 1, 0, 30, tzinfo=SHANGHAI),
    "leap-day": lambda now: datetime(2028, 2, 29, 14, 0, tzinfo=SHANGHAI),
    "before-midnight": lambda now: datetime(2027, 12, 31, 23, 58, tzinfo=SHANGHAI),
    "sunday": lambda now: next_weekday(now, 6),
    "summer": lambda now: datetime(now.year + 1, 7, 14, 10, 0, tzinfo=SHANGHAI),
}
"""By name, each from the present moment."""


def library() -> Path:
    """Where libfaketime stands. Raises `SystemExit` with what to install."""
    for folder in LIBRARIES:
        for path in sorted(Path(folder).glob("**/libfaketime.so.1")):
            return path
    raise SystemExit("libfaketime was not found. Please install: faketime")


def environment(moment: datetime, now: datetime) -> dict[str, str]:
    """The environment of a process that shall see `moment` in place of `now`. File times stay real."""
    seconds = round((moment - now).total_seconds())
    return os.environ | {"LD_PRELOAD": str(library()), "FAKETIME": f"{seconds:+d}s", "NO_FAKE_STAT": "1"}


def run(name: str, arguments: list[str]) -> int:
    """pytest at the moment of this name. Returns its exit status."""
    now = datetime.now(UTC)
    moment = MOMENTS[name](now)
    print(f"— {name}: {moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M %A}, in Shanghai", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not full", "-n", "2", "--dist", "loadfile", *arguments]
    return subprocess.run(command, env=environment(moment, now), check=False).returncode


def main() -> int:
    given = sys.argv[1:]
    names, arguments = given, list(EVERYWHERE)
    if "--" in given:
        names, arguments = given[: given.index("--")], given[given.index("--") + 1 :]
    failed = [name for name in names or MOMENTS if run(name, arguments)]
    if failed:
        print(f"Failed at: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
