"""Who a row of a list means: no firm is renamed or changed by a name or a running number alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from events.directory.models import Institution, LibraryEntry, Project
from events.feeds.identity import Answer
from events.feeds.models import ImportKind, RefusedRow
from tests.server.test_importing import House, house
from tests.world import new_credit_code

__all__ = ["house"]
pytestmark = pytest.mark.field
TABLES: dict[ImportKind, Any] = {ImportKind.COMPANIES: Project, ImportKind.INSTITUTIONS: Institution}
both = pytest.mark.parametrize("kind", ImportKind)


async def stored(house: House, kind: ImportKind) -> list[tuple[str, str]]:
    rows = await house.all(select(TABLES[kind]))
    return sorted((row.name, row.contact_phone) for row in rows)


@both
async def test_same_name_without_code_is_refused_and_changes_nothing(house: House, kind: ImportKind) -> None:
    await house.bring(kind, {"name": "示例光子", "phone": "027-1"})

    counts = await house.bring(kind, {"name": "示例光子", "phone": "027-2"})
    (refused,) = await house.all(select(RefusedRow))

    assert counts == (0, 0, 1)
    assert (refused.row, refused.code, refused.column, refused.value) == (2, "same_name", "name", "示例光子")
    assert all("示例光子" in words for words in (refused.zh, refused.en))
    assert await stored(house, kind) == [("示例光子", "027-1")]


@both
@pytest.mark.parametrize(
    ("answer", "counts", "entries"),
    [
        (Answer.MERGE, (0, 1, 0), [("甲", "2")]), (Answer.APART, (1, 0, 0), [("甲", "1"), ("甲", "2")]),
        (Answer.SKIP, (0, 0, 1), [("甲", "1")]),
    ],
)  # fmt: skip
async def test_namesake_is_merged_kept_apart_or_left_out_as_chosen(
    house: House, kind: ImportKind, answer: Answer, counts: tuple[int, int, int], entries: list[tuple[str, str]]
) -> None:
    await house.bring(kind, {"name": "甲", "phone": "1"})

    assert await house.bring(kind, {"name": "甲", "phone": "2"}, answer=answer) == counts
    assert await stored(house, kind) == entries


@both
async def test_same_name_twice_in_one_file_is_asked_too(house: House, kind: ImportKind) -> None:
    counts = await house.bring(kind, {"name": "甲", "phone": "1"}, {"name": "甲", "phone": "2"})

    assert counts == (1, 0, 1)
    assert await stored(house, kind) == [("甲", "1")]


@both
async def test_running_numbers_of_two_offices_rename_nobody(house: House, kind: ImportKind) -> None:
    await house.bring(kind, {"编号": "1", "name": "甲"}, {"编号": "2", "name": "乙"}, name="光谷办2026-11.csv")

    counts = await house.bring(kind, {"编号": "1", "name": "丙"}, {"编号": "2", "name": "丁"}, name="东湖办.csv")
    again = await house.bring(kind, {"编号": "2", "name": "丁", "phone": "9"}, name="东湖办2026-12.csv")

    assert (counts, again) == ((2, 0, 0), (0, 1, 0))
    assert await stored(house, kind) == sorted([("丁", "9"), ("丙", ""), ("乙", ""), ("甲", "")])


@both
async def test_key_whose_entry_has_another_name_is_refused_with_the_cause(house: House, kind: ImportKind) -> None:
    await house.bring(kind, {"编号": "1", "name": "甲"})

    counts = await house.bring(kind, {"编号": "1", "name": "乙"})
    (refused,) = await house.all(select(RefusedRow))

    assert counts == (0, 0, 1)
    assert (refused.code, refused.column) == ("key_of_another", "编号")
    assert all(name in words for name in ("甲", "乙") for words in (refused.zh, refused.en))
    assert await stored(house, kind) == [("甲", "")]
    assert await house.bring(kind, {"编号": "1", "name": "乙"}, answer=Answer.APART) == (1, 0, 0)
    assert await stored(house, kind) == [("乙", ""), ("甲", "")]


@both
async def test_code_proves_a_firm_that_was_renamed(house: House, kind: ImportKind) -> None:
    code = new_credit_code()
    await house.bring(kind, {"编号": "1", "name": "旧名", "信用代码": code})

    counts = await house.bring(kind, {"编号": "7", "name": "新名", "信用代码": code})

    assert counts == (0, 1, 0)
    assert await stored(house, kind) == [("新名", "")]


@both
async def test_row_with_a_code_does_not_stand_beside_its_namesake_unasked(house: House, kind: ImportKind) -> None:
    code, other = new_credit_code(), new_credit_code()
    await house.bring(kind, {"name": "甲"})

    asked = await house.bring(kind, {"name": "甲", "信用代码": code})
    merged = await house.bring(kind, {"name": "甲", "信用代码": code}, answer=Answer.MERGE)
    another = await house.bring(kind, {"name": "甲", "信用代码": other})

    assert (asked, merged, another) == ((0, 0, 1), (0, 1, 0), (1, 0, 0))


@both
@pytest.mark.parametrize("name", ["示例（武汉）ABC", "示例(武汉)ABC", "示例\u200b(武汉) abc", "示例（武汉）ＡＢＣ"])
async def test_widths_brackets_and_unseen_signs_mean_the_entry_that_is_there(
    house: House, kind: ImportKind, name: str
) -> None:
    await house.bring(kind, {"name": "示例(武汉)ABC", "phone": "1"})

    counts = await house.bring(kind, {"name": name, "phone": "2"})

    assert counts == (0, 0, 1)
    assert len(await stored(house, kind)) == 1


@both
@pytest.mark.parametrize("old", ["示例 Ｃo", "ＥXAMPLE Co（武汉）"])
async def test_entry_keyed_by_its_name_as_it_was_typed_is_found_again(house: House, kind: ImportKind, old: str) -> None:
    await house.bring(kind, {"name": old, "phone": "1"})
    async with house.database.write() as session:
        await session.execute(update(LibraryEntry).values(external_key=f"name:{old}"))

    counts = await house.bring(kind, {"name": old, "phone": "1"})

    assert counts == (0, 1, 0)
    assert len(await stored(house, kind)) == 1


@both
async def test_key_stored_before_lists_were_told_apart_is_found_again(house: House, kind: ImportKind) -> None:
    await house.bring(kind, {"编号": "1", "name": "甲"})
    async with house.database.write() as session:
        await session.execute(update(LibraryEntry).values(external_key="1"))

    same = await house.bring(kind, {"编号": "1", "name": "甲", "phone": "9"})
    other = await house.bring(kind, {"编号": "1", "name": "乙"})

    assert (same, other) == ((0, 1, 0), (0, 0, 1))
    assert await stored(house, kind) == [("甲", "9")]
