"""An exported sheet in a real spreadsheet program: LibreOffice opens it, sees no formula, and saves the same text."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from events.exports.commas import CsvWriter
from events.exports.sheets import SheetWriter
from events.exports.tables import Column, Kind, Table, Value

TEXTS = [
    "=1+1", "+8613800000000", "-1", "@SUM(A1)", "＝1+1", "＋1", " =1", "'=1", "=HYPERLINK(\"http://evil.example\")",
    "=cmd|' /C calc'!A0", "\t=1", "韩梅梅", "两\n行", "_x0041_", "0012", "1e5", "2026-11-21", "a;b,c\"d", "🎉",
]  # fmt: skip
KINDS = (Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.TIME)
AT = datetime(2026, 11, 21, 14, 30, 5)


@pytest.fixture(scope="module")
def office() -> str:
    """LibreOffice; its absence is a failure in plain words, since nothing else shows what a sheet really does."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.fail("LibreOffice is missing: install libreoffice-calc (apt-get install libreoffice-calc)")
    return program


def table() -> Table:
    columns = [Column(f"列{n}", f"Column {n}", lambda row, _locale: row, kind) for n, kind in enumerate(KINDS)]
    return Table("意向", columns, "zh-CN", [("范围", "=1+1")])


def export(kind: type[SheetWriter] | type[CsvWriter], path: Path) -> None:
    rows: list[list[Value]] = [[text, n, Decimal("3000.000001"), AT] for n, text in enumerate(TEXTS)]
    with path.open("wb") as file:
        writer = kind(table(), file)
        writer.add(rows)
        writer.close()


def convert(office: str, source: Path, target: str, *more: str) -> Path:
    """`source` opened and saved again as `target` (such as `xlsx` or a filter with options)."""
    out = source.parent / "out"
    command = [
        office, f"-env:UserInstallation=file://{source.parent}/profile", "--headless", *more, "--convert-to", target,
        "--outdir", str(out), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    found = list(out.glob(f"{source.stem}*"))
    assert found, done.stdout + done.stderr
    return found[0]


def formulas(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_sheet_opens_in_libreoffice_with_the_same_text_types_and_no_formula(office: str, tmp_path: Path) -> None:
    export(SheetWriter, tmp_path / "export.xlsx")

    saved = convert(office, tmp_path / "export.xlsx", "xlsx")
    sheet = openpyxl.load_workbook(saved).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]

    assert [row[0] for row in rows] == TEXTS
    assert [row[1:] for row in rows] == [[n, 3000.000001, AT] for n in range(len(TEXTS))]
    assert formulas(saved) == []
    assert sheet.auto_filter.ref == f"A1:D{len(TEXTS) + 1}"
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


def test_csv_opens_in_libreoffice_without_a_formula(office: str, tmp_path: Path) -> None:
    export(CsvWriter, tmp_path / "export.csv")

    saved = convert(office, tmp_path / "export.csv", "xlsx", "--infilter=CSV:44,34,76,1,,0,false,true,false,false")

    assert formulas(saved) == []


def test_sheet_prints_its_header_on_every_page(office: str, tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with path.open("wb") as file:
        writer = SheetWriter(table(), file)
        writer.add([[f"第 {n} 行", n, Decimal(n), AT] for n in range(200)])
        writer.close()

    saved = convert(office, path, "pdf")

    assert saved.read_bytes().startswith(b"%PDF")


def test_csv_reads_back_the_same(tmp_path: Path) -> None:
    export(CsvWriter, tmp_path / "export.csv")

    with (tmp_path / "export.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))

    assert [row[1] for row in rows[1:]] == [str(n) for n in range(len(TEXTS))]
