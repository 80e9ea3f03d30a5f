"""One cell never stops a file, and a spreadsheet that opens a CSV keeps every digit."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest

from events.exports.commas import CsvWriter, safe
from events.exports.sheets import LONGEST, SheetWriter
from events.exports.tables import Column, Kind, Table
from events.feeds.cells import bare

pytestmark = pytest.mark.field


def written(*values: Any, locale: str = "zh-CN") -> Any:
    table = Table(
        "提问", [Column("内容", "Text", lambda row, _: row), Column("数", "Number", str, Kind.NUMBER)], locale
    )
    file = io.BytesIO()
    writer = SheetWriter(table, file)
    writer.add([(value, 1) for value in values])
    writer.close()
    return openpyxl.load_workbook(file)


@pytest.mark.parametrize("text", ["长" * 34_016, "🎉" * 20_000, "a" * 32_768])
def test_cell_too_long_for_a_sheet_is_shortened_with_a_mark_and_named(text: str) -> None:
    book = written("短", text)
    cell = str(book.worksheets[0]["A3"].value)
    notes = [[str(value) for value in row] for row in book.worksheets[-1].iter_rows(values_only=True)]

    assert (len(cell.encode("utf-16-le")) // 2 <= LONGEST, cell[:5], "已截短" in cell) == (True, text[:5], True)
    assert any("提问!A3" in row[1] for row in notes)


@pytest.mark.parametrize("text", ["a" * LONGEST, "\x01\x0b甲\x1f", "\ufffe甲", "_x0041_甲"])
def test_cell_that_fits_is_written_whole(text: str) -> None:
    book = written(text)

    assert "甲" in str(book.worksheets[0]["A2"].value) or book.worksheets[0]["A2"].value == text
    assert len(list(book.worksheets[-1].iter_rows())) <= 1


def test_number_larger_than_a_sheet_keeps_exactly_is_written_as_text() -> None:
    assert written(10**400).worksheets[0]["A2"].value == str(10**400)


@pytest.mark.parametrize("digits", ["914201003000000123", "02787654321", "12E10", "420106199001011234"])
def test_long_digits_in_csv_are_kept_from_a_spreadsheet_and_come_back(digits: str) -> None:
    assert safe(digits) == f"'{digits}"
    assert bare(safe(digits)) == digits


@pytest.mark.parametrize("plain", ["13971200000", "2026", "0", "甲公司"])
def test_short_digits_and_words_in_csv_stay_as_they_are(plain: str) -> None:
    assert safe(plain) == plain


@pytest.mark.parametrize("sign", ["\u202e", "\u202d", "\u2066", "\u2067\u2069"])
def test_text_of_an_older_row_turns_no_cell_round(sign: str) -> None:
    cell = f"王总{sign}方"

    assert written(cell).worksheets[0]["A2"].value == "王总方"
    assert in_csv(cell) == "王总方"


@pytest.mark.parametrize("name", ["张𮯰", "🫨", "שלום\u200f!", "👩\u200d🔬", "\U0003134a"])
def test_sign_the_machine_does_not_know_is_kept_in_every_file(name: str) -> None:
    assert written(name).worksheets[0]["A2"].value == name
    assert in_csv(name) == name


def in_csv(cell: str) -> str:
    """The cell as a spreadsheet gets it."""
    file = io.BytesIO()
    writer = CsvWriter(Table("提问", [Column("内容", "Text", lambda row, _: row)], "zh-CN"), file)
    writer.add([(cell,)])
    writer.close()
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))[1][0]
