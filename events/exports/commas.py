"""CSV that Excel opens right and that runs nothing: UTF-8 with BOM, every text quoted, risky cells prefixed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from events.exports.tables import Table, Value, text

BOM = "\ufeff"
LONG_NUMBER = re.compile(r"\d{12,}|0\d+|\d+E\d+", re.ASCII | re.IGNORECASE)
RISKY = tuple("=+-@\t\r\n\0＝＋－＠'")


def safe(cell: str) -> str:
    """A text that a sheet could take for a formula gets a leading ', and so does one that begins with '.

    So does a number so long that a sheet would round it, begin it without its zeros or write it as 1.2E+17. Nothing is
    ever removed: whoever drops one leading ' has the text back, `+86 …` too.
    """
    is_risky = cell.lstrip(" \u00a0\u3000").startswith(RISKY) or LONG_NUMBER.fullmatch(cell)
    return f"'{cell}" if is_risky else cell


class CsvWriter:
    """Writes a table row by row into a binary file, which stays open."""

    def __init__(self, table: Table, file: IO[bytes]) -> None:
        self._file = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._file.write(BOM)
        self._csv: Any = csv.writer(self._file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        self._csv.writerow(map(safe, table.header))

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        self._csv.writerows([_cell(value) for value in row] for row in rows)

    def close(self) -> None:
        self._file.flush()
        self._file.detach()


def _cell(value: Value) -> str | int | Decimal:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return Decimal(f"{value.normalize():f}")
    return safe(text(value)) if isinstance(value, str) else value
