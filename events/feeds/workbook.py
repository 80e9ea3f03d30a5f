"""XLSX: every sheet with whether it can be seen, and the lines of one; formulas by their last value."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from events.feeds import sources
from events.feeds.refusals import FileTooLarge, FileUnreadable
from events.feeds.sources import Grid, Line

LARGEST_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; the rest of a longer one are zeros that nobody typed."""
MOST_SHEETS = 50
HEAD = 10

Weigh = Callable[[Sequence[Line]], int]


def refuse_bomb(source: Path) -> None:
    """An XLSX is a zip: look at what it claims to hold before anything opens it.

    Refuses: file_too_large, file_unreadable.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileUnreadable(row=1, reason=str(error)) from None
    if len(parts) > sources.MOST_PARTS or sum(part.file_size for part in parts) > sources.MOST_SHEET_BYTES:
        raise FileTooLarge(what="解压后 / unpacked", limit=f"{sources.MOST_SHEET_BYTES // sources.MIB} MiB")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise FileUnreadable(row=1, reason="not an XLSX workbook / 不是 XLSX 工作簿")


def grid_of(source: Path, weigh: Weigh, chosen: str | None) -> Grid:
    """The chosen sheet, else the visible one whose first lines say most. Refuses: file_unreadable."""
    import openpyxl

    refuse_bomb(source)
    with warnings.catch_warnings(action="ignore"):
        book: Any = openpyxl.load_workbook(
            io.BytesIO(source.read_bytes()), read_only=True, data_only=True, keep_links=False
        )
    sheets = {sheet.title: sheet for sheet in book.worksheets[:MOST_SHEETS]}
    if not sheets:
        raise FileUnreadable(row=1, reason="no sheet / 没有工作表")
    seen = {name: SheetLines(book, sheet) for name, sheet in sheets.items()}
    visible = [name for name, sheet in sheets.items() if sheet.sheet_state == "visible"] or list(sheets)
    name = chosen if chosen in seen else max(visible, key=lambda each: weigh(list(islice(seen[each], HEAD))))
    told = [{"name": each, "is_hidden": sheet.sheet_state != "visible"} for each, sheet in sheets.items()]
    next(iter(seen[name]), None)
    return Grid(seen[name], sheet=name, sheets=told, hidden_columns=seen[name].hidden_columns)


class SheetLines:
    """The rows of a sheet that hold something, with their numbers, read anew at each iteration."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._book, self._sheet = book, sheet
        self.hidden_columns: set[int] = set()

    def __iter__(self) -> Iterator[Line]:
        from openpyxl.worksheet._reader import WorkSheetParser

        with self._sheet._get_source() as file, warnings.catch_warnings(action="ignore"):
            parser = WorkSheetParser(
                file, self._sheet._shared_strings, data_only=True, epoch=self._book.epoch,
                date_formats=self._book._date_formats, timedelta_formats=self._book._timedelta_formats,
            )  # fmt: skip
            for number, cells in parser.parse():
                self._note_columns(parser.column_dimensions)
                facts = parser.row_dimensions.pop(str(number), {})
                is_hidden = facts.get("hidden") in {"1", "true"} or facts.get("ht") == "0"
                row = _row(cells)
                if any(row):
                    yield Line(number, row, is_hidden)

    def _note_columns(self, dimensions: dict[str, dict[str, str]]) -> None:
        while dimensions:
            _, facts = dimensions.popitem()
            if facts.get("hidden") in {"1", "true"}:
                first, last = int(facts["min"]), min(int(facts["max"]), sources.MOST_COLUMNS)
                self.hidden_columns |= set(range(first - 1, last))


def _row(cells: Sequence[dict[str, Any]]) -> list[str]:
    row: list[str] = []
    for cell in cells:
        text = text_of(cell["value"])
        place = cell["column"] - 1
        if not text:
            continue
        if place >= sources.MOST_COLUMNS:
            raise FileTooLarge(what="列 / columns", limit=sources.MOST_COLUMNS)
        row.extend([""] * (place + 1 - len(row)))
        row[place] = text
    return row


def text_of(value: Any) -> str:
    """As a person would type it: whole numbers without a point, days without a midnight.

    A number beyond what a spreadsheet keeps exactly is written as 9.14E+17, so that nobody takes its zeros for digits.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _number(value: float) -> str:
    try:
        exact = float(value)
    except OverflowError:
        return "#NUM!"
    if not math.isfinite(exact):
        return "#NUM!"
    if abs(exact) >= LARGEST_EXACT:
        return f"{exact:.14E}"
    return str(int(value)) if value == int(value) else str(value)
