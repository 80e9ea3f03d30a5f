"""Lists as offices send them: which sheet, which row, which encoding, and what a spreadsheet did to digits and days."""

# ruff: noqa: E501  (rows as offices send them are long)
from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from events.feeds.cells import day
from events.feeds.fields import guess
from events.feeds.models import ImportKind
from events.feeds.names import folded
from events.feeds.parsing import make_plain
from events.feeds.reader import Reader
from events.feeds.refusals import RowRefused
from events.feeds.sources import Choices, Source, read_plain

pytestmark = pytest.mark.field
COMPANIES = ImportKind.COMPANIES


def made(tmp_path: Path, content: bytes, **choices: Any) -> tuple[Source, dict[str, Any], list[tuple[int, list[str]]]]:
    (tmp_path / "f").write_bytes(content)
    source, reading = make_plain(tmp_path / "f", tmp_path / "plain.csv", COMPANIES, Choices(**choices))
    return source, reading, list(read_plain(tmp_path / "plain.csv"))


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def office_book() -> openpyxl.Workbook:
    """A cover, a hidden draft, and the list people see."""
    book = openpyxl.Workbook()
    cover: Any = book.active
    cover.title = "封面"
    cover.append(["某区企业名单"])
    draft = book.create_sheet("草稿", 0)
    draft.sheet_state = "hidden"
    for row in (["企业名称", "城市"], ["草稿企业", "武汉"]):
        draft.append(row)
    shown = book.create_sheet("名单")
    for row in (["企业名称", "城市", "备注"], ["甲", "武汉", "1"], ["乙", "襄阳", "2"], ["丙", "宜昌", "3"]):
        shown.append(row)
    shown.row_dimensions[3].hidden = True
    shown.column_dimensions["C"].hidden = True
    return book


def test_visible_sheet_with_the_best_header_is_read_and_hidden_things_are_said(tmp_path: Path) -> None:
    _, reading, rows = made(tmp_path, saved(office_book()))

    assert (reading["sheet"], [cells[0] for _, cells in rows]) == ("名单", ["甲", "丙"])
    assert (reading["hidden_rows"], reading["hidden_columns"]) == (1, ["备注"])
    assert [(each["name"], each["is_hidden"]) for each in reading["sheets"]] == [
        ("草稿", True), ("封面", False), ("名单", False),
    ]  # fmt: skip


def test_other_sheet_and_hidden_rows_can_be_chosen(tmp_path: Path) -> None:
    content = saved(office_book())

    _, _, draft = made(tmp_path, content, sheet="草稿")
    _, _, whole = made(tmp_path, content, with_hidden=True)

    assert [cells[0] for _, cells in draft] == ["草稿企业"]
    assert [cells[0] for _, cells in whole] == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("rows", "columns", "header"),
    [
        (
            ["某区企业名单,,", "企业名称,联系人,", ",姓名,电话", "甲,王,1"],
            ["企业名称", "联系人·姓名", "联系人·电话"],
            (2, 2),
        ),
        (["填报单位：某局", "", "公司名称,城市", "甲,武汉"], ["公司名称", "城市"], (3, 1)),
        (["企业名称,城市", "甲,武汉"], ["企业名称", "城市"], (1, 1)),
    ],
)
def test_header_is_found_below_titles_and_two_rows_are_joined(
    tmp_path: Path, rows: list[str], columns: list[str], header: tuple[int, int]
) -> None:
    source, reading, kept = made(tmp_path, "\n".join(rows).encode())

    assert (source.columns, (reading["header_row"], reading["header_rows"])) == (columns, header)
    assert [cells[0] for _, cells in kept] == ["甲"]


def test_joined_header_finds_its_fields() -> None:
    columns = ["企业信息·名称", "联系人·姓名", "联系人·电话", "法定代表人·电话"]

    assert guess(COMPANIES, columns) == {
        "企业信息·名称": "name", "联系人·姓名": "contact_name", "联系人·电话": "contact_phone",
    }  # fmt: skip


def test_header_can_be_chosen(tmp_path: Path) -> None:
    source, _, rows = made(tmp_path, "甲列,乙列\n丙列,丁列\n戊,己\n".encode(), header_row=2, header_rows=1)

    assert (source.columns, rows) == (["丙列", "丁列"], [(3, ["戊", "己"])])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["合计", "1家"], "total_row"), (["總計：", "3"], "total_row"), (["共 12 家", ""], "total_row"),
        (["Total", "5"], "total_row"), (["备注：数据截至上月", "", ""], "note_row"), (["制表人：王", ""], "note_row"),
        (["企业名称", "城市", "数"], "header_again"),
    ],
)  # fmt: skip
def test_totals_notes_and_repeated_headers_are_refused_by_their_cause(cells: list[str], code: str) -> None:
    reader = Reader(COMPANIES, ["企业名称", "城市", "数"], {"企业名称": "name", "城市": "city"})

    with pytest.raises(RowRefused) as caught:
        reader.read(9, cells)

    assert caught.value.code == code


SIMPLE = "企业名称,城市,简介\n武汉示例光电科技有限公司,武汉,研发激光雷达与传感器\n湖北样本生物医药公司,襄阳,新药\n"
TRADITIONAL = (
    "企業名稱,聯絡人,電話,簡介\n臺北示範光電股份有限公司,王大明,02-123,研發雷射與感測器\n範例生技,陳小華,1,新藥\n"
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLE, "gb18030"), (SIMPLE, "utf-16-le"), (SIMPLE, "utf-16-be"), (SIMPLE, "utf-16"), (SIMPLE, "utf-8"),
        (TRADITIONAL, "big5"), (TRADITIONAL, "cp950"), (TRADITIONAL, "gb18030"),
        ("name,city\nSociété Générale d'Électricité,Besançon\nMüller & Söhne,Köln\n", "cp1252"),
    ],
)  # fmt: skip
def test_text_is_read_right_in_whatever_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    source, _, rows = made(tmp_path, text.encode(encoding))

    lines = [line.split(",") for line in text.strip().split("\n")]
    assert source.columns == lines[0]
    assert [cells for _, cells in rows] == lines[1:]
    assert "name" in guess(COMPANIES, source.columns).values()


def test_other_readings_are_offered_and_can_be_chosen(tmp_path: Path) -> None:
    content = TRADITIONAL.encode("big5")
    _, reading, _ = made(tmp_path, content)

    assert reading["encoding"] in {"big5hkscs", "cp950"}
    assert "臺北示範光電" in reading["encodings"][0]["sample"]
    assert made(tmp_path, content, encoding="gb18030")[1]["encoding"] == "gb18030"


@pytest.mark.parametrize(("text", "code"), [("甲\ue123", "private_use"), ("甲\ufffd乙", "undecodable")])
def test_text_that_was_read_wrong_is_not_stored(text: str, code: str) -> None:
    with pytest.raises(RowRefused) as caught:
        Reader(COMPANIES, ["name"], {"name": "name"}).read(2, [text])

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("credit_code", "9.14201E+17"),
        ("credit_code", "914201003000000000"),
        ("contact_phone", "1.39712E+10"),
        ("key", "1.2e17"),
        ("credit_code", "９.14201Ｅ+17"),
    ],
)
def test_digits_lost_in_a_spreadsheet_are_refused_by_their_cause(field: str, text: str) -> None:
    with pytest.raises(RowRefused) as caught:
        Reader(COMPANIES, ["a", "b"], {"a": "name", "b": field}).read(2, ["甲", text])

    assert caught.value.code == "digits_lost"


def test_number_longer_than_a_spreadsheet_keeps_is_seen_in_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["企业名称", "信用代码"], ["甲", 914201003000000123]):
        book.active.append(row)  # type: ignore[union-attr]
    source, _, rows = made(tmp_path, saved(book))

    with pytest.raises(RowRefused) as caught:
        Reader(COMPANIES, source.columns, guess(COMPANIES, source.columns)).read(*rows[0])

    assert caught.value.code == "digits_lost"


@pytest.mark.parametrize(("text", "value"), [("'+86 138", "+86 138"), ("'13971200000", "13971200000"), ("13971200000.0", "13971200000")])  # fmt: skip
def test_what_a_spreadsheet_put_before_or_behind_a_number_is_dropped(text: str, value: str) -> None:
    reader = Reader(COMPANIES, ["a", "b"], {"a": "name", "b": "contact_phone"})

    assert reader.read(2, ["'s-Hertogenbosch BV", text]).values == {
        "name": "'s-Hertogenbosch BV",
        "contact_phone": value,
    }


@pytest.mark.parametrize("text", ["########", "###", "#REF!", "＃Ｎ／Ａ"])
def test_what_a_spreadsheet_shows_for_a_value_is_none(text: str) -> None:
    reader = Reader(COMPANIES, ["名称", "电话"], {"名称": "name", "电话": "contact_phone"})

    with pytest.raises(RowRefused, match="spreadsheet_error"):
        reader.read(2, ["甲公司", text])


@pytest.mark.parametrize(
    "text",
    [
        "2016/8/31 0:00:00", "2016/8/31", "2016.8.31", "2016年8月31日", "2016 年 8 月 31 日", "20160831", "2016-08-31T00:00:00",
        "42613", "42612.9995", "2016-08-30 23:59:17", "2016-08-30T16:00:00.000Z", "31/08/2016", "31-Aug-2016",
        "Aug 31, 2016", "二〇一六年八月三十一日", "２０１６／８／３１", "2016/8/31 14:05",
        "2016年8月31日星期三", "2016-08-31（周三）", "Wednesday, August 31, 2016", "2016/8/31 下午3:20", "2016/8/30 下午 11:59:17",
        "2016. 8. 31.", "2016、8、31", "2016–08–31", "2016 08 31", "民国105年8月31日",
    ],
)  # fmt: skip
def test_day_is_read_however_it_is_written(text: str) -> None:
    assert day(text) == date(2016, 8, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5/6/2016", "date_ambiguous"), ("2016.1", "date_ambiguous"), ("16/8/31", "date_year_short"),
        ("31-Aug-16", "date_year_short"), ("Aug-16", "date_year_short"), ("31/8/16", "date_year_short"),
        ("去年", "date_unreadable"), ("2016-02-30", "date_unreadable"), ("99999", "date_unreadable"),
    ],
)  # fmt: skip
def test_day_that_cannot_be_told_says_why(text: str, code: str) -> None:
    with pytest.raises(ValueError, match=code):
        day(text)


@pytest.mark.parametrize(
    "name",
    [
        "示例（武汉）ABC",
        "示例(武汉)ABC",
        "示例（武汉）ＡＢＣ",
        "示例（武汉） abc",
        "示例\u200b（武汉）ABC",
        "示例【武汉】ABC",
    ],
)
def test_widths_brackets_and_unseen_signs_make_no_new_firm(name: str) -> None:
    assert folded(name) == folded("示例(武汉)abc")


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("ＥＭＡＩＬ", "contact_email"), ("企业\u200b名称", "name"), ("聯絡人\u3000姓名", "contact_name"),
        ("【统一社会信用代码】", "credit_code"), ("\ufeffCompany‑Name", "name"), ("所属行业：", "industries"), ("Contact＿Phone", "contact_phone"),
    ],
)  # fmt: skip
def test_column_is_known_however_its_name_is_written(column: str, field: str) -> None:
    assert guess(ImportKind.COMPANIES, [column]) == {column: field}


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("industries", "ＡＩ／半导体", ["ai", "semiconductor"]), ("industries", "人工\u200b智能｜儲能", ["ai", "energy"]),
        ("stage", "种子\u200b期", "seed"), ("stage", "ＧＲＯＷＴＨ", "growth"),
        ("founded_on", "２０１６年８月\u200b３１日", date(2016, 8, 31)), ("region", "Ｎ／Ａ", None), ("region", "未\u200b知", None),
    ],
)  # fmt: skip
def test_value_is_known_however_it_is_written(field: str, written: str, value: object) -> None:
    reader = Reader(ImportKind.COMPANIES, ["名称", "值"], {"名称": "name", "值": field})

    assert reader.read(2, ["甲公司", written]).values.get(field) == value


@pytest.mark.parametrize("first", ["合\u200b计", "Ｔｏｔａｌ", "备注：\u3000截至", "共１２家"])
def test_totals_and_notes_are_known_however_they_are_written(first: str) -> None:
    reader = Reader(ImportKind.COMPANIES, ["名称", "城市", "地区"], {"名称": "name", "城市": "city"})

    with pytest.raises(RowRefused) as refused:
        reader.read(9, [first, "", ""])
    assert refused.value.code in {"total_row", "note_row"}
