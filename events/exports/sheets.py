"""XLSX in constant memory: typed cells, never a formula, ready to filter and to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from events.exports.tables import Kind, Table, Value, text

MOST_ROWS = 1_048_575
LONGEST = 32_767
"""Characters a cell of a sheet can hold, counted as the format does: beyond the first plane a sign is two."""
LARGEST = 10**15
MOST_NAMED = 50
MARK = {"zh-CN": "…（过长，已截短，全文见 CSV）", "en": "… (too long for a cell; the CSV has it whole)"}
SHORTENED = {"zh-CN": "已截短的单元格", "en": "Shortened cells"}
A4 = 9
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {Kind.NUMBER: "0", Kind.MONEY: "#,##0.00####", Kind.TIME: "yyyy-mm-dd hh:mm:ss"}


class SheetWriter:
    """Writes a table row by row into a binary file; what does not fit one sheet goes on in the next."""

    def __init__(self, table: Table, file: IO[bytes], most_rows: int = MOST_ROWS) -> None:
        self._table = table
        self._most_rows = most_rows
        import xlsxwriter  # not needed before somebody wants a sheet

        self._book: Any = xlsxwriter.Workbook(file, OPTIONS)
        self._formats = {kind: self._book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        self._bold = self._book.add_format({"bold": True, "bg_color": "#E8EEF9", "bottom": 1, "text_wrap": True})
        self._sheets = 0
        self._shortened: list[str] = []
        self._begin()

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        for row in rows:
            if self._row > self._most_rows:
                self._finish()
                self._begin()
            for column, value in enumerate(row):
                self._write(column, value)
            self._row += 1

    def close(self) -> None:
        """Add the notes and complete the file."""
        self._finish()
        notes = self._book.add_worksheet("Notes" if self._table.locale == "en" else "说明")
        notes.set_column(0, 0, 18)
        notes.set_column(1, 1, 80)
        for row, (name, value) in enumerate([*self._table.notes, *self._note_on_cells()]):
            notes.write_string(row, 0, name, self._bold)
            notes.write_string(row, 1, text(value))
        self._book.close()

    def _begin(self) -> None:
        self._sheets += 1
        name = self._table.name if self._sheets == 1 else f"{self._table.name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._row = 1
        self._set_up_print()
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._table.columns):
            self._sheet.set_column(number, number, column.width, self._formats.get(column.kind))
            self._sheet.write_string(0, number, column.title(self._table.locale), self._bold)

    def _set_up_print(self) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer("&L&A&R&P / &N")

    def _finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._table.columns) - 1)

    def _write(self, column: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            refused = self._sheet.write_string(self._row, column, self._fitting(column, text(value)))
        elif isinstance(value, datetime):
            refused = self._sheet.write_datetime(self._row, column, value, self._formats[Kind.TIME])
        elif not -LARGEST < value < LARGEST:
            refused = self._sheet.write_string(self._row, column, str(value))
        else:
            kind = Kind.MONEY if isinstance(value, Decimal) else Kind.NUMBER
            refused = self._sheet.write_number(self._row, column, value, self._formats[kind])
        if refused:
            raise ValueError("a cell does not fit the sheet")

    def _fitting(self, column: int, value: str) -> str:
        """The text, or as much of it as a cell holds, with a mark; then the cell is named on the notes sheet."""
        if len(value) * 2 <= LONGEST or _units(value) <= LONGEST:
            return value
        from xlsxwriter.utility import xl_rowcol_to_cell

        self._shortened.append(f"{self._sheet.get_name()}!{xl_rowcol_to_cell(self._row, column)}")
        mark = MARK.get(self._table.locale, MARK["zh-CN"])
        room = (LONGEST - len(mark)) * 2
        return value.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + mark

    def _note_on_cells(self) -> list[tuple[str, str]]:
        if not self._shortened:
            return []
        named = ", ".join(self._shortened[:MOST_NAMED]) + (" …" if len(self._shortened) > MOST_NAMED else "")
        return [(SHORTENED.get(self._table.locale, SHORTENED["zh-CN"]), f"{len(self._shortened)}: {named}")]


def _units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2
