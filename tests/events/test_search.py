"""Search by part of a name: what is found, and that the texts follow the columns they stand for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.base import new_id
from events.directory.models import Company, Institution, Project
from events.search import Found, Kind, SearchText
from server.database import Database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NAMES = (
    "武汉示例光子芯片有限公司",
    "示例ＡＩ视觉",
    "Graphene Labs",
    "北京示例 生物 医药",
    "光谷",
    "百分%之_一",
    "𠮷野示例",
    "云\u200b岭【昆明】Ｘ‑９",
)


def company(name: str) -> Company:
    return Company(id=new_id(), credit_code=None, name=name, created_at=NOW)


async def fill(database: Database) -> dict[str, str]:
    """A company for each name; their names by id."""
    async with database.write() as session:
        made = [company(name) for name in NAMES]
        session.add_all(made)
    return {each.id: each.name for each in made}


async def found(session: AsyncSession, q: str) -> Found:
    return await search.find(session, q, [Kind.COMPANY])


@pytest.mark.parametrize(
    ("q", "names"),
    [
        pytest.param("光子", {NAMES[0]}, id="two Chinese characters"),
        pytest.param("光", {NAMES[0], NAMES[4]}, id="one character"),
        pytest.param("示例光子芯片有限", {NAMES[0]}, id="many characters"),
        pytest.param("例ai视", {NAMES[1]}, id="mixed, another case and width"),
        pytest.param("GRAPHENE l", {NAMES[2]}, id="Latin across a space"),
        pytest.param("hen", {NAMES[2]}, id="inside of a word"),
        pytest.param("生物　医", {NAMES[3]}, id="an ideographic space"),
        pytest.param("%之_", {NAMES[5]}, id="what LIKE takes for wildcards"),
        pytest.param("𠮷野", {NAMES[6]}, id="beyond the basic plane"),
        pytest.param(
            "云岭(昆明)", {NAMES[7]}, id="stored with an unseen sign and another bracket", marks=pytest.mark.field
        ),
        pytest.param("ｘ-9", {NAMES[7]}, id="stored in full width with another hyphen", marks=pytest.mark.field),
        pytest.param(
            "Ｇraphene\u200d\u3000ＬABS ", {NAMES[2]}, id="typed in full width, unseen", marks=pytest.mark.field
        ),
        pytest.param("\ufeff示例（", set(), id="a bracket that is not there", marks=pytest.mark.field),
        pytest.param("子光", set(), id="the characters in another order"),
        pytest.param("光芯", set(), id="characters that are not neighbours"),
        pytest.param('") OR (c*', set(), id="words of the index's own language"),
    ],
)
async def test_a_part_of_a_name_is_found(database: Database, q: str, names: set[str]) -> None:
    known = await fill(database)

    async with database.read() as session:
        hits = await found(session, q)

    assert hits.complete
    assert {known[id_] for id_ in hits.ids[Kind.COMPANY]} == names


async def test_pairs_that_stand_apart_are_no_hit(database: Database) -> None:
    """ "abca" has all pairs of "cab"'s neighbours "ca" and "ab", but never in a row."""
    async with database.write() as session:
        session.add(company("甲乙丙甲"))

    async with database.read() as session:
        assert (await found(session, "丙甲乙")).ids[Kind.COMPANY] == []


async def test_texts_follow_a_changed_name_and_only_that(database: Database) -> None:
    async with database.write() as session:
        one = company("旧名")
        session.add(one)
    async with database.write() as session:
        (await session.get_one(Company, one.id)).name = "新名"

    async with database.read() as session:
        assert (await found(session, "旧")).ids[Kind.COMPANY] == []
        assert (await found(session, "新名")).ids[Kind.COMPANY] == [one.id]
        assert await session.scalar(select(func.count()).select_from(SearchText)) == 1


async def test_texts_go_with_what_is_rolled_back(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        session.add(company("从未存在"))
        await session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.transact(work)

    async with database.read() as session:
        assert (await found(session, "从未")).ids[Kind.COMPANY] == []


async def test_each_kind_is_searched_by_itself(database: Database) -> None:
    async with database.write() as session:
        owner = company("同名企业")
        session.add(owner)
        await session.flush()
        facts = {"industries": [], "labels": [], "instruments": [], "created_at": NOW, "updated_at": NOW}
        session.add(Project(id=new_id(), company_id=owner.id, name="同名项目", one_liner="同名一句话", **facts))
        lists = {"stages": [], "industries": [], "regions": [], "instruments": []}
        session.add(
            Institution(
                id=new_id(), name="同名机构", kind="vc", registration_no="P1000001", created_at=NOW, updated_at=NOW,
                **lists,
            )
        )  # fmt: skip

    async with database.read() as session:
        hits = await search.find(session, "同名", [Kind.PROJECT, Kind.COMPANY])
        number = await search.find(session, "p10000", [Kind.INSTITUTION, Kind.NUMBERS])

    assert {kind: len(ids) for kind, ids in hits.ids.items()} == {Kind.PROJECT: 1, Kind.COMPANY: 1}
    assert {kind: len(ids) for kind, ids in number.ids.items()} == {Kind.INSTITUTION: 0, Kind.NUMBERS: 1}


@pytest.mark.parametrize(
    ("few", "most"),
    [
        pytest.param(9, 9, id="read by their ids"),
        pytest.param(0, 9, id="looked for among the hits"),
        pytest.param(0, 2, id="asked row by row"),
    ],
)
async def test_however_many_hits_the_list_holds_the_same_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int, most: int
) -> None:
    known = await fill(database)
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "MOST", most)

    async with database.read() as session:
        hits = await found(session, "示例")
        assert (hits.few, hits.complete) == (few > 4, most > 4)
        ids = await session.scalars(select(Company.id).where(search.condition(hits, {Kind.COMPANY: Company.id})))
        assert {known[id_] for id_ in ids} == {NAMES[0], NAMES[1], NAMES[3], NAMES[6]}


async def test_a_search_reads_an_index(database: Database) -> None:
    """Whatever the size of the library: neither database may look at every text."""
    match = search._match_fts if database.is_sqlite else search._match
    statement, given = match("光子", [Kind.COMPANY, Kind.PROJECT], 300)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "

    async with database.read() as session:
        if not database.is_sqlite:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(map(str, await session.execute(text(explain + statement.text), given)))

    assert "SCAN t" not in plan
    assert "Seq Scan" not in plan
    assert ("VIRTUAL TABLE INDEX" if database.is_sqlite else "search_tokens") in plan
