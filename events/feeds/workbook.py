"""Reads one XLSX in a process of its own: `python -m events.feeds.workbook SOURCE TARGET`. Errors stay visible."""

from __future__ import annotations

import resource
import sys
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from events.feeds.refusals import FileTooLarge
from events.feeds.sources import write_plain

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 600


def rows_of(source: Path) -> Iterator[list[str]]:
    """The first sheet's cells as text, row by row; formulas by their last value, errors as `#NAME?`."""
    with source.open("rb") as file:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [text_of(value) for value in row]


def text_of(value: Any) -> str:
    """As a person would type it: whole numbers without a point, days without a midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def main(source: Path, target: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        with target.open("w", encoding="utf-8", newline="", errors="replace") as file:
            write_plain(rows_of(source), file)
    except FileTooLarge as refusal:
        sys.stderr.write(f"too_large {refusal.details['what']}\n")
        return 2
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
