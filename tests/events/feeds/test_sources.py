"""Files as people send them: any encoding, any separator, sheets with errors in them, and some that mean harm."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from events.feeds import sources
from events.feeds.models import ImportKind
from events.feeds.parsing import make_plain
from events.feeds.refusals import EncodingUnknown, FileEmpty, FileTooLarge, FileUnreadable
from events.feeds.sources import Choices, Line, Source, read_plain


def plain(tmp_path: Path, content: bytes, name: str = "f.csv") -> tuple[Source, list[tuple[int, list[str]]]]:
    (tmp_path / name).write_bytes(content)
    source, _ = make_plain(tmp_path / name, tmp_path / "plain.csv", ImportKind.COMPANIES, Choices())
    return source, list(read_plain(tmp_path / "plain.csv"))


def workbook(*rows: list[object], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f"企业名称{separator}城市\r\n示例光子{separator}武汉\r\n"

    source, rows = plain(tmp_path, text.encode(encoding))

    assert source == Source(["企业名称", "城市"], 1)
    assert rows == [(2, ["示例光子", "武汉"])]


def test_packed_file_is_unpacked(tmp_path: Path) -> None:
    assert plain(tmp_path, gzip.compress("name\n甲\n".encode()), "f.csv.gz")[1] == [(2, ["甲"])]


def test_rows_keep_the_numbers_a_spreadsheet_shows(tmp_path: Path) -> None:
    _, rows = plain(tmp_path, 'name,city\n\n"甲\n乙",武汉\n,\n丙,\n'.encode())

    assert rows == [(3, ["甲\n乙", "武汉"]), (5, ["丙", ""])]


def test_columns_without_or_with_the_same_name_get_their_own(tmp_path: Path) -> None:
    source, _ = plain(tmp_path, "name,,name,\n甲,1,2,\n".encode())

    assert source.columns == ["name", "#2", "name #3"]


def test_reading_can_go_on_where_it_stopped(tmp_path: Path) -> None:
    plain(tmp_path, "name\n甲\n乙\n丙\n".encode())

    assert [cells for _, cells in read_plain(tmp_path / "plain.csv", after=2)] == [["丙"]]


def test_sheet_is_read_as_typed(tmp_path: Path) -> None:
    day = datetime.date(2020, 1, 2)
    source, rows = plain(
        tmp_path, workbook([], ["名称", "日期", "数"], ["甲", day, 3.0], [], ["=1+1", None, 3.5]), "f.xlsx"
    )

    assert source == Source(["名称", "日期", "数"], 2)
    assert rows == [(3, ["甲", "2020-01-02", "3"]), (5, ["", "", "3.5"])]


def test_error_values_of_a_sheet_stay_visible(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name"])  # type: ignore[union-attr]
    book.active["A2"].value = "#NAME?"  # type: ignore[index]
    book.active["A2"].data_type = "e"  # type: ignore[index]
    book.save(tmp_path / "f.xlsx")

    make_plain(tmp_path / "f.xlsx", tmp_path / "plain.csv", ImportKind.COMPANIES, Choices())

    assert list(read_plain(tmp_path / "plain.csv")) == [(2, ["#NAME?"])]


@pytest.mark.parametrize("content", [b"", b"name\n", b"\n\n\n", b"name,city\n,\n"])
def test_file_without_rows_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileEmpty):
        plain(tmp_path, content)


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncodingUnknown):
        plain(tmp_path, b"name\n\xff\xfa\x81\xff\x00\n")


def test_quote_that_never_closes_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as caught:
        plain(tmp_path, ('name\n甲\n"乙\n' + "丙\n" * 100_000).encode())

    assert caught.value.details["row"] == 3


DAMAGED = {
    "cut gzip": gzip.compress(b"name\n" + b"a\n" * 1000)[:-20],
    "no gzip": b"\x1f\x8b" + b"x" * 100,
    "cut sheet": workbook(["name"], ["甲"])[:-30],
    "no zip": b"PK\x03\x04" + b"x" * 100,
    "old sheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 1000,
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_file_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(FileUnreadable):
        plain(tmp_path, DAMAGED[kind])


def test_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../etc/passwd", "x")

    with pytest.raises(FileUnreadable):
        plain(tmp_path, file.getvalue(), "f.xlsx")


def test_bomb_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (sources.MOST_SHEET_BYTES + 1))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *args, **options: pytest.fail("it was opened"))

    with pytest.raises(FileTooLarge):
        plain(tmp_path, file.getvalue(), "f.xlsx")


def test_archive_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for n in range(sources.MOST_PARTS + 1):
            archive.writestr(f"xl/{n}", "")

    with pytest.raises(FileTooLarge):
        plain(tmp_path, file.getvalue(), "f.xlsx")


def test_workbook_with_entities_ends_in_its_own_process(tmp_path: Path) -> None:
    """Entities that multiply ("billion laughs") stop the reader, not the server."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    good = zipfile.ZipFile(io.BytesIO(workbook(["name"], ["甲"])))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in good.namelist():
            text = good.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = f"<!DOCTYPE x [{laughs}]>" + text.replace("name", "&a11;").replace("甲", "&a11;")
                text = text.replace("<v>0</v>", "<v>&a11;</v>")
            archive.writestr(name, text)

    (tmp_path / "f.xlsx").write_bytes(file.getvalue())
    request = {"source": str(tmp_path / "f.xlsx"), "target": str(tmp_path / "plain.csv"), "kind": "companies"}
    said = subprocess.run(
        [sys.executable, "-m", "events.feeds.parsing", json.dumps(request | {"choices": {}})],
        capture_output=True, check=False,
    )  # fmt: skip

    assert json.loads(said.stdout)["refused"] in {"file_unreadable", "file_too_large"}


@pytest.mark.parametrize(("limit", "value"), [("MOST_ROWS", 2), ("MOST_COLUMNS", 1), ("MOST_TEXT_BYTES", 4)])
def test_file_beyond_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(sources, limit, value)

    with pytest.raises(FileTooLarge):
        plain(tmp_path, b"name,city\na,1\nb,2\nc,3\n")


def test_few_bytes_that_say_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_TEXT_BYTES", 1000)

    with pytest.raises(FileTooLarge):
        sources.write_plain(["name"], [Line(n, ["x" * 300]) for n in range(4)], io.StringIO())


def test_sheet_beyond_a_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge):
        plain(tmp_path, workbook(["name"], [None] * 250 + ["x"]), "f.xlsx")
