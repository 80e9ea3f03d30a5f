"""A long list becomes a file here, in a process of its own: `python -m server.export_child`.

Standard input holds pickles of the server's own: what the list is, its rows a page at a time, at last its notes.
The file goes to standard output. Imports little, so that it is small and begins at once.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections import namedtuple
from typing import IO, Any
from zoneinfo import ZoneInfo

from events.exports.columns import LONG, cells
from events.exports.commas import CsvWriter
from events.exports.sheets import SheetWriter
from events.exports.tables import Table


def write(source: IO[bytes], target: IO[bytes]) -> None:
    """Read pages until the notes come. Raises EOFError when the other side went away before."""
    told: dict[str, Any] = _next(source)
    columns, zone, locale = LONG[told["subject"]], ZoneInfo(told["timezone"]), told["locale"]
    table = Table(told["name"], columns, locale)
    writer = (SheetWriter if told["suffix"] == "xlsx" else CsvWriter)(table, target)
    row: Any = namedtuple("row", told["names"])  # type: ignore[misc]
    while isinstance(page := _next(source), list):
        writer.add(cells(columns, [row._make(values) for values in page], zone, locale))
    table.notes = list(page)
    writer.close()


def _next(source: IO[bytes]) -> Any:
    return pickle.load(source)  # noqa: S301  (the server's own)


if __name__ == "__main__":
    try:
        with os.fdopen(os.dup(1), "wb") as target:
            write(sys.stdin.buffer, target)
    except OSError as error:
        sys.exit(error.errno)
