"""Columns find their fields, cells become values, and a row that cannot be taken says which cell and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.feeds.fields import check_mapping, guess
from events.feeds.models import ImportKind
from events.feeds.reader import Reader, Row
from events.feeds.refusals import MappingInvalid, RowRefused
from tests.world import new_credit_code

COMPANIES, INSTITUTIONS = ImportKind.COMPANIES, ImportKind.INSTITUTIONS


def read(kind: ImportKind, /, **cells: str) -> Row:
    columns = list(cells)
    return Reader(kind, columns, guess(kind, columns)).read(7, list(cells.values()))


def refused(kind: ImportKind, /, **cells: str) -> tuple[str, str, str]:
    with pytest.raises(RowRefused) as caught:
        read(kind, **cells)
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code, caught.value.column, caught.value.value


@pytest.mark.parametrize(
    ("kind", "columns", "mapping"),
    [
        (COMPANIES, ["企业名称", "统一社会信用代码", "所属行业", "成立日期", "省份", "城市", "备注"],
         {"企业名称": "name", "统一社会信用代码": "credit_code", "所属行业": "industries", "成立日期": "founded_on",
          "省份": "state", "城市": "city"}),
        (COMPANIES, ["company", "name", "category", "founded_at"],
         {"company": "key", "name": "name", "category": "industries", "founded_at": "founded_on"}),
        (COMPANIES, ["Company", "Credit Code", "E-mail"],
         {"Company": "name", "Credit Code": "credit_code", "E-mail": "contact_email"}),
        (INSTITUTIONS, ["investor", "name", "kind", "candidate"], {"investor": "key", "name": "name", "kind": "kind"}),
        (INSTITUTIONS, ["机构名称*", "机构类型", "基金管理人登记编号"],
         {"机构名称*": "name", "机构类型": "kind", "基金管理人登记编号": "registration_no"}),
        (INSTITUTIONS, ["其他"], {}),
    ],
)  # fmt: skip
def test_columns_find_their_fields_by_name(kind: ImportKind, columns: list[str], mapping: dict[str, str]) -> None:
    assert guess(kind, columns) == mapping


def test_company_row_becomes_values() -> None:
    code = new_credit_code()

    row = read(COMPANIES, 企业名称=" 示例 光子 ", 信用代码=code, 行业="半导体、人工智能,养殖", 成立时间="2020年3月5日",
               省份="湖北省", 城市="武汉市", 阶段="成长期", 电话="+86 138")  # fmt: skip

    assert row == Row(7, code, {
        "name": "示例 光子", "credit_code": code, "industries": ["semiconductor", "ai", "other"],
        "founded_on": date(2020, 3, 5), "region": "湖北省 武汉市", "stage": "growth", "contact_phone": "+86 138",
    })  # fmt: skip


def test_institution_row_becomes_values() -> None:
    row = read(INSTITUTIONS, investor="/f/1", name="示例创投", country="USA", state="NY", region="New York",
               city="New York", kind="financial-organization", registration_no="p1012345")  # fmt: skip

    assert row == Row(7, "/f/1", {
        "name": "示例创投", "kind": "vc", "region": "USA NY New York", "registration_no": "P1012345",
    }, True)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "ours"), [("company", "other"), ("person", "angel"), ("银行", "bank"), ("?", "other")]
)
def test_kinds_of_investors_are_known_by_many_names(kind: str, ours: str) -> None:
    assert read(INSTITUTIONS, name="甲", kind=kind).values["kind"] == ours


def test_row_without_key_goes_by_its_name() -> None:
    assert read(COMPANIES, name="甲").key == "name:甲"
    assert len(read(COMPANIES, name="甲" * 200).key) <= 200


def test_blank_cells_and_unknown_places_say_nothing() -> None:
    assert read(COMPANIES, name="甲", founded_at="", category=" ", region="unknown").values == {"name": "甲"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2012-06-01", date(2012, 6, 1)), ("2012/6/1", date(2012, 6, 1)), ("2012.6.1", date(2012, 6, 1)),
        ("2012年6月", date(2012, 6, 1)), ("2012", date(2012, 1, 1)), ("20120601", date(2012, 6, 1)),
        ("2012-06-01 00:00:00", date(2012, 6, 1)),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(text: str, day: date) -> None:
    assert read(COMPANIES, name="甲", founded=text).values["founded_on"] == day


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"name": "#NAME?"}, "spreadsheet_error", "name"),
        ({"name": "甲", "city": "#n/a"}, "spreadsheet_error", "city"),
        ({"name": " "}, "name_missing", "name"),
        ({"name": "甲" * 201}, "too_long", "name"),
        ({"name": "甲", "id": "k" * 201}, "too_long", "id"),
        ({"name": "甲", "region": "地" * 81}, "too_long", "region"),
        ({"name": "甲\0"}, "control_character", "name"),
        ({"name": "甲\x1b[31m"}, "control_character", "name"),
        ({"name": "甲", "founded": "去年"}, "date_unreadable", "founded"),
        ({"name": "甲", "founded": "2012-02-30"}, "date_unreadable", "founded"),
        ({"name": "甲", "founded": "0012-02-03"}, "date_unreadable", "founded"),
        ({"name": "甲", "email": "a@b"}, "email_format", "email"),
        ({"name": "甲", "email": "a@b.cn, c@d.cn"}, "email_format", "email"),
        ({"name": "甲", "信用代码": "91420100MA000000"}, "credit_code_length", "信用代码"),
        ({"name": "甲", "信用代码": "9.14201E+17"}, "digits_lost", "信用代码"),
    ],
)
def test_cell_that_cannot_be_taken_refuses_the_row_by_name(cells: dict[str, str], code: str, column: str) -> None:
    assert refused(COMPANIES, **cells)[:2] == (code, column)


def test_registration_number_of_another_form_is_refused() -> None:
    assert refused(INSTITUTIONS, name="甲", 登记编号="1012345") == ("registration_no_format", "登记编号", "1012345")


def test_row_with_more_cells_than_columns_is_refused() -> None:
    reader = Reader(COMPANIES, ["name"], {"name": "name"})

    with pytest.raises(RowRefused) as caught:
        reader.read(2, ["甲", "", "乙"])

    assert (caught.value.code, caught.value.value) == ("extra_cells", "乙")
    assert reader.read(2, ["甲", "", " "]).values == {"name": "甲"}


def test_row_with_fewer_cells_has_blanks() -> None:
    assert Reader(COMPANIES, ["name", "city"], {"name": "name", "city": "city"}).read(2, ["甲"]).values == {
        "name": "甲"
    }


@pytest.mark.parametrize(
    "mapping",
    [{}, {"b": "city"}, {"nowhere": "name"}, {"a": "no_field"}, {"a": "name", "b": "name"}, {"a": "kind"}],
)
def test_mapping_must_name_columns_fields_and_the_name_once(mapping: dict[str, Any]) -> None:
    with pytest.raises(MappingInvalid):
        check_mapping(COMPANIES, ["a", "b"], mapping)


def test_mapping_that_fits_is_kept() -> None:
    assert check_mapping(COMPANIES, ["a", "b"], {"a": "name"}) == {"a": "name"}
