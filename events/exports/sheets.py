"""XLSX in constant memory: typed cells, never a formula, ready to filter and to print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
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
LOOKS_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
SPECIAL = re.compile(r"[&<>_\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
DAY_ZERO, FIRST_DAY, DAY = datetime(1899, 12, 30), datetime(1900, 3, 1), timedelta(days=1)
FORMATS = {Kind.NUMBER: "0", Kind.MONEY: "#,##0.00####", Kind.TIME: "yyyy-mm-dd hh:mm:ss"}


class SheetWriter:
    """Writes a table row by row into a binary file; what does not fit one sheet goes on in the next."""

    def __init__(self, table: Table, file: IO[bytes], most_rows: int = MOST_ROWS) -> None:
        self._table = table
        self._most_rows = most_rows
        import xlsxwriter  # not needed before somebody wants a sheet

        self._book: Any = xlsxwriter.Workbook(file, OPTIONS)
        self._formats: dict[Kind, Any] = {
            kind: self._book.add_format({"num_format": code}) for kind, code in FORMATS.items()
        }
        self._bold = self._book.add_format({"bold": True, "bg_color": "#E8EEF9", "bottom": 1, "text_wrap": True})
        self._styles = {kind: f' s="{style._get_xf_index()}"' for kind, style in self._formats.items()}
        self._cells = [(_letters(n), self._styles.get(column.kind, "")) for n, column in enumerate(table.columns)]
        self._sheets = 0
        self._shortened: list[str] = []
        self._begin()

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        """Rows as text of the file's own format: XlsxWriter's calls for each cell cost five times as much."""
        written: list[str] = []
        for row in rows:
            if self._row > self._most_rows:
                self._rows.write("".join(written))
                written.clear()
                self._finish()
                self._begin()
            self._row += 1
            number = self._row
            written.append(f'<row r="{number}">')
            for (letters, style), value in zip(self._cells, row, strict=True):
                if value is not None and value != "":
                    written.append(f'<c r="{letters}{number}"{self._cell(f"{letters}{number}", style, value)}</c>')
            written.append("</row>")
        self._rows.write("".join(written))

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
        self._sheet._write_single_row(1)  # the header; what follows is written below it
        self._rows = self._sheet.row_data_fh

    def _set_up_print(self) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer("&L&A&R&P / &N")

    def _finish(self) -> None:
        self._sheet.dim_rowmax = self._row - 1
        self._sheet.autofilter(0, 0, self._row - 1, len(self._table.columns) - 1)

    def _cell(self, name: str, style: str, value: str | int | Decimal | datetime) -> str:
        """The rest of a cell's element: a text is always an inline string, so that nothing in it can be a formula."""
        if isinstance(value, datetime):
            if value >= FIRST_DAY:
                return f"{self._styles[Kind.TIME]}><v>{(value - DAY_ZERO) / DAY:.16G}</v>"
            value = f"{value:%Y-%m-%d %H:%M:%S}"
        elif not isinstance(value, str):
            if -LARGEST < value < LARGEST:
                kind = Kind.MONEY if isinstance(value, Decimal) else Kind.NUMBER
                return f"{self._styles[kind]}><v>{value:.16G}</v>"
            value = str(value)
        if len(value) * 2 > LONGEST:
            value = self._fitting(name, value)
        if SPECIAL.search(value):
            value = _escaped(value)
        kept = "" if value.strip() == value else ' xml:space="preserve"'
        return f'{style} t="inlineStr"><is><t{kept}>{value}</t></is>'

    def _fitting(self, name: str, value: str) -> str:
        """The text, or as much of it as a cell holds, with a mark; then the cell is named on the notes sheet."""
        if _units(value) <= LONGEST:
            return value
        self._shortened.append(f"{self._sheet.get_name()}!{name}")
        mark = MARK.get(self._table.locale, MARK["zh-CN"])
        room = (LONGEST - len(mark)) * 2
        return value.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + mark

    def _note_on_cells(self) -> list[tuple[str, str]]:
        if not self._shortened:
            return []
        named = ", ".join(self._shortened[:MOST_NAMED]) + (" …" if len(self._shortened) > MOST_NAMED else "")
        return [(SHORTENED.get(self._table.locale, SHORTENED["zh-CN"]), f"{len(self._shortened)}: {named}")]


def _escaped(value: str) -> str:
    """A text within an element of the file: markup, and signs that only an escape of the format can hold."""
    value = LOOKS_ESCAPED.sub(r"_x005F\1", text(value))
    value = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _letters(column: int) -> str:
    """The letters of a column: A for 0, AA for 26."""
    left, last = divmod(column, 26)
    return (_letters(left - 1) if left else "") + chr(65 + last)


def _units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2
