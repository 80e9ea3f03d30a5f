"""Files other programs open: the same text comes out that went in, and nothing in it runs."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.exports.commas import CsvWriter, safe
from events.exports.sheets import SheetWriter
from events.exports.tables import Column, Kind, Table, Value, text, wan

RISKY = [
    "=1+1",
    "+8613800000000",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    " =1",
    "\u3000=1",
    "\0=1",
    "'=1",
]
TYPED: list[Value] = ['=HYPERLINK("http://evil")', 12, Decimal("3000.000001"), datetime(2026, 11, 21, 14, 30, 5), None]
CELLS = st.text(st.one_of(st.characters(), st.sampled_from("=+-@\t\r\n\0＝'\"_x0D,;")), max_size=60)


def table(*kinds: Kind) -> Table:
    columns = [Column(f"列{n}", f"Column {n}", lambda row, _locale: row, kind) for n, kind in enumerate(kinds)]
    return Table("意向", columns, "zh-CN", [("范围", "=1+1")])


def written(kind: type[SheetWriter] | type[CsvWriter], rows: list[list[Value]], *kinds: Kind, **options: Any) -> bytes:
    file = io.BytesIO()
    writer = kind(table(*kinds), file, **options)
    writer.add(rows)
    writer.close()
    return file.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def test_sheet_keeps_types_and_runs_nothing() -> None:
    content = written(SheetWriter, [TYPED], Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.TIME, Kind.TEXT)

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]

    assert [cell.value for cell in sheet[2]] == [TYPED[0], 12, 3000.000001, datetime(2026, 11, 21, 14, 30, 5), None]
    assert [cell.data_type for cell in sheet[2]][:4] == ["s", "n", "n", "d"]


def test_sheet_is_ready_to_filter_and_to_print() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(SheetWriter, [["a", 1]] * 3, Kind.TEXT, Kind.NUMBER)))

    sheet, notes = book.worksheets

    assert (sheet.title, notes.title) == ("意向", "说明")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B4")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.print_title_rows) == (
        "landscape",
        0,
        "$1:$1",
    )
    assert [cell.value for cell in sheet[1]] == ["列0", "列1"]
    assert [cell.value for cell in notes[1]] == ["范围", "=1+1"]
    assert notes["B1"].data_type == "s"


def test_rows_beyond_one_sheet_go_on_in_the_next() -> None:
    content = written(SheetWriter, [[n] for n in range(25)], Kind.NUMBER, most_rows=10)

    book = openpyxl.load_workbook(io.BytesIO(content))
    found = [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book.worksheets[:-1]]

    assert [sheet.title for sheet in book.worksheets] == ["意向", "意向 2", "意向 3", "说明"]
    assert [value for sheet in found for value in sheet] == list(range(25))


@pytest.mark.parametrize("cell", RISKY)
def test_risky_text_is_prefixed_in_csv_and_not_stripped(cell: str) -> None:
    ((found,),) = lines(written(CsvWriter, [[cell]], Kind.TEXT))

    assert found == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "韩梅梅", "a=b", "O'Neil", "1+1", "https://example.org"])
def test_plain_text_stands_in_csv_as_it_is(cell: str) -> None:
    assert safe(cell) == cell


def test_csv_is_opened_by_excel_as_chinese_with_exact_numbers() -> None:
    content = written(CsvWriter, [TYPED], Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.TIME, Kind.TEXT)

    header, row, end = content.split(b"\r\n")

    assert header.decode() == '\ufeff"列0","列1","列2","列3","列4"'
    assert row.decode() == '"\'=HYPERLINK(""http://evil"")",12,3000.000001,"2026-11-21 14:30:05",""'
    assert end == b""


@settings(max_examples=300, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_any_text_comes_back_from_csv(row: list[str]) -> None:
    (found,) = lines(written(CsvWriter, [list(row)], *[Kind.TEXT] * len(row)))

    back = [cell[safe(text(sent)) != text(sent) :] for cell, sent in zip(found, row, strict=True)]
    assert back == [text(cell) for cell in row]
    assert not any(cell.lstrip(" \u00a0\u3000").startswith(tuple("=+-@\t\r\n\0＝＋－＠")) for cell in found)


@settings(max_examples=300, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_any_text_comes_back_from_a_sheet_and_none_is_a_formula(row: list[str]) -> None:
    content = written(SheetWriter, [list(row)], *[Kind.TEXT] * len(row))

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    found = [sheet.cell(2, column + 1) for column in range(len(row))]

    assert [unescaped(cell.value or "") for cell in found] == [text(cell) for cell in row]
    assert {cell.data_type for cell in found} <= {"s", "n", "inlineStr"}


def unescaped(cell: str) -> str:
    """openpyxl leaves `_xHHHH_` (ECMA-376 22.4.2.4) to its reader."""
    from openpyxl.utils.escape import unescape

    return str(unescape(cell))


def test_money_is_exact() -> None:
    assert [wan(fen) for fen in (None, 0, 1, 3_000_000_000)] == [None, Decimal(0), Decimal("0.000001"), Decimal(3000)]


@pytest.mark.field
@pytest.mark.parametrize(
    "cell", ["<r><t>x</t></r>", "</t></is></c><c><f>1+1</f></c>", "&lt;", "_x0D_", "a\r\nb", " a ", "甲\u3000"]
)
def test_text_that_looks_like_the_files_own_markup_is_text_in_a_sheet(cell: str) -> None:
    """A whole `<r>…</r>` too, which a sheet's writer may take for markup of its own."""
    sheet = openpyxl.load_workbook(io.BytesIO(written(SheetWriter, [[cell]], Kind.TEXT))).worksheets[0]

    assert (unescaped(sheet["A2"].value), sheet["A2"].data_type) == (cell, "s")


def test_day_before_a_sheets_calendar_is_text() -> None:
    days = [datetime(1900, 2, 28, 1, 2, 3), datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59)]

    found = cells(written(SheetWriter, [[day] for day in days], Kind.TIME))

    assert [value for (value,) in found] == ["1900-02-28 01:02:03", *days[1:]]


def test_columns_beyond_z_have_two_letters() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(written(SheetWriter, [list(range(30))] * 2, *[Kind.NUMBER] * 30))
    ).worksheets[0]

    assert (sheet["Z3"].value, sheet["AA2"].value, sheet["AD3"].value) == (25, 26, 29)
    assert sheet.calculate_dimension() == "A1:AD3"
