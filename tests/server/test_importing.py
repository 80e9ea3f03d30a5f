"""Imports at work: every row accounted for, again and again, through crashes, and never over what others keep up."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from events import changes
from events.audit import AuditRow
from events.base import new_id
from events.changes import Change
from events.directory.models import Company, Institution, LibraryEntry, Organizer, Project
from events.errors import NotFound
from events.feeds import imports
from events.feeds.identity import Answer
from events.feeds.models import Import, ImportKind, ImportState, RefusedRow
from server import importing
from server.database import Database
from server.importing import continue_imports, forget_imports, import_file, prepared
from server.recorder import catch_up
from server.settings import Settings
from tests.world import World, new_credit_code

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
COMPANIES, INSTITUTIONS = ImportKind.COMPANIES, ImportKind.INSTITUTIONS


@pytest.fixture
async def house(database: Database, settings: Settings, tmp_path: Path) -> House:
    async with database.write() as session:
        session.add(Organizer(id="0" * 26, slug="house", name="光谷", created_at=NOW))
    return House(database, settings, tmp_path)


class House:
    """An organizer that imports files."""

    def __init__(self, database: Database, settings: Settings, tmp_path: Path) -> None:
        self.database, self.settings, self.path = database, settings, tmp_path / "rows.csv"

    def write(self, rows: list[dict[str, str]]) -> Path:
        text = io.StringIO(newline="")
        out = csv.DictWriter(text, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
        self.path.write_text(text.getvalue(), encoding="utf-8")
        return self.path

    async def bring(
        self, kind: ImportKind, *rows: dict[str, str], name: str = "rows.csv", answer: Answer = Answer.SKIP
    ) -> tuple[int, int, int]:
        """(stored, updated, refused) of an import by command line."""
        self.path = self.path.with_name(name)
        path = self.write(list(rows))
        job, _ = await import_file(self.settings, "house", kind, path, lambda done, total: None, answer)
        assert (job.state, job.done, job.total) == ("done", len(rows), len(rows))
        return job.stored, job.updated, job.refused

    async def begun(self, kind: ImportKind, *rows: dict[str, str]) -> str:
        """A running import that nobody works on yet."""
        job = await prepared(self.settings, "0" * 26, kind, self.write(list(rows)), "rows.csv", importing.SYSTEM)
        async with self.database.write() as session:
            session.add(job)
            imports.begin(session, importing.SYSTEM, job, None, NOW)
        return job.id

    async def all(self, query: Any) -> list[Any]:
        async with self.database.read() as session:
            return list(await session.scalars(query))

    async def refusals(self) -> list[tuple[int, str, str]]:
        rows = await self.all(select(RefusedRow).order_by(RefusedRow.import_id, RefusedRow.row))
        return [(row.row, row.code, row.column) for row in rows]


def many(count: int) -> list[dict[str, str]]:
    return [{"id": f"k{n}", "name": f"企业{n}", "city": "武汉"} for n in range(count)]


async def test_companies_become_projects_in_the_library_and_news_for_partners(house: House) -> None:
    code = new_credit_code()

    counts = await house.bring(COMPANIES, {"企业名称": "示例光子", "信用代码": code, "行业": "芯片", "城市": "武汉"})
    (project,) = await house.all(select(Project))
    (company,) = await house.all(select(Company))
    (entry,) = await house.all(select(LibraryEntry))
    await catch_up(house.database)
    async with house.database.read() as session:
        (change,) = (await changes.read(session, "0" * 26, 0, 10)).items

    assert counts == (1, 0, 0)
    assert (project.name, project.industries, project.region, project.version) == (
        "示例光子",
        ["semiconductor"],
        "武汉",
        1,
    )
    assert (company.name, company.credit_code, project.company_id) == ("示例光子", code, company.id)
    assert (entry.kind, entry.subject_id, entry.external_key, entry.source) == ("project", project.id, code, "imported")
    assert (change.seq, change.kind, change.object_id) == (1, "project", project.id)
    assert (change.data or {})["credit_code"] == code


async def test_institutions_come_into_the_library(house: House) -> None:
    counts = await house.bring(INSTITUTIONS, {"investor": "/f/1", "name": "示例创投", "kind": "financial-organization"})
    (institution,) = await house.all(select(Institution))

    assert counts == (1, 0, 0)
    assert (institution.name, institution.kind, institution.version) == ("示例创投", "vc", 1)


@pytest.mark.parametrize("kind", ImportKind)
async def test_same_file_again_changes_nothing_and_tells_nobody(house: House, kind: ImportKind) -> None:
    first = await house.bring(kind, *many(3))
    told = len(await house.all(select(Change.n)))

    second = await house.bring(kind, *many(3))

    assert (first, second) == ((3, 0, 0), (0, 3, 0))
    assert len(await house.all(select(Change.n))) == told == 3


@pytest.mark.parametrize(("kind", "table"), [(COMPANIES, Project), (INSTITUTIONS, Institution)])
async def test_row_known_by_its_key_is_updated_where_the_file_says_something(
    house: House, kind: ImportKind, table: type[Project] | type[Institution]
) -> None:
    await house.bring(kind, {"id": "k", "name": "名称", "city": "武汉", "phone": ""})

    counts = await house.bring(kind, {"id": "k", "name": "名称", "city": "", "phone": "027"})
    (row,) = await house.all(select(table))

    assert counts == (0, 1, 0)
    assert (row.contact_phone, row.region, row.version) == ("027", "武汉", 2)
    assert len(await house.all(select(Change.n))) == 2


async def test_row_known_by_its_credit_code_is_updated(house: House) -> None:
    code = new_credit_code()
    await house.bring(COMPANIES, {"id": "a", "name": "甲", "信用代码": code})

    counts = await house.bring(COMPANIES, {"id": "b", "name": "乙", "信用代码": code})

    assert counts == (0, 1, 0)
    assert [row.name for row in await house.all(select(Project))] == ["乙"]


@pytest.mark.parametrize("kind", ImportKind)
async def test_key_or_code_twice_in_one_file_is_one_entry(house: House, kind: ImportKind) -> None:
    code = new_credit_code()

    counts = await house.bring(
        kind,
        {"id": "a", "name": "一", "信用代码": ""}, {"id": "a", "name": "一", "信用代码": code},
        {"id": "c", "name": "三", "信用代码": code}, {"id": "d", "name": "四", "信用代码": ""},
    )  # fmt: skip
    names = await house.all(select(Project.name if kind is COMPANIES else Institution.name))

    assert counts == (2, 2, 0)
    assert sorted(names) == ["三", "四"]


@pytest.mark.parametrize("kind", ImportKind)
async def test_code_of_another_entry_is_refused(house: House, kind: ImportKind) -> None:
    one, two = new_credit_code(), new_credit_code()
    await house.bring(kind, {"id": "a", "name": "甲", "信用代码": one}, {"id": "b", "name": "乙", "信用代码": two})

    counts = await house.bring(kind, {"id": "a", "name": "甲", "信用代码": two})

    assert counts == (0, 0, 1)
    assert await house.refusals() == [(2, "credit_code_taken", "信用代码")]


async def test_registration_number_of_another_institution_is_refused(house: House) -> None:
    await house.bring(
        INSTITUTIONS, {"id": "a", "name": "甲", "登记编号": "P1000001"}, {"id": "b", "name": "乙", "登记编号": ""}
    )

    counts = await house.bring(INSTITUTIONS, {"id": "b", "name": "乙", "登记编号": "P1000001"})

    assert counts == (0, 0, 1)
    assert await house.refusals() == [(2, "registration_no_taken", "登记编号")]


async def test_every_row_is_stored_or_refused_with_a_reason(house: House) -> None:
    rows = many(1203)
    rows[0]["name"], rows[700]["name"], rows[1202]["name"] = "#NAME?", "", "长" * 201

    counts = await house.bring(COMPANIES, *rows)

    assert counts == (1200, 0, 3)
    assert await house.refusals() == [
        (2, "spreadsheet_error", "name"), (702, "name_missing", "name"), (1204, "too_long", "name"),
    ]  # fmt: skip


async def test_import_that_was_cut_off_goes_on_without_loss_or_double(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await house.begun(COMPANIES, *many(2300))
    monkeypatch.setattr(importing, "BATCH", 300)
    later = NOW

    rounds = 0
    while await continue_imports(house.database, house.settings, later, seconds=0):
        rounds += 1
        if rounds % 3 == 0:
            async with house.database.write() as session:
                (await session.get_one(Import, job_id)).leased_until = datetime.now(UTC) + timedelta(seconds=30)
            later = datetime.now(UTC) + timedelta(minutes=rounds)
    (job,) = await house.all(select(Import))

    assert (rounds, job.state, job.done, job.stored) == (9, ImportState.DONE, 2300, 2300)
    assert await house.all(select(func.count()).select_from(Project)) == [2300]
    assert not (importing.directory(house.settings) / job.path).exists()


async def test_leased_import_is_left_to_its_worker(house: House) -> None:
    job_id = await house.begun(COMPANIES, *many(3))
    async with house.database.write() as session:
        (await session.get_one(Import, job_id)).leased_until = NOW + timedelta(seconds=30)

    counts = [await continue_imports(house.database, house.settings, NOW + timedelta(seconds=s)) for s in (1, 31)]

    assert counts == [0, 1]


async def test_two_workers_on_one_import_store_each_row_once(fresh_postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=fresh_postgres_url, files_dir=tmp_path / "files")
    database = Database(fresh_postgres_url)
    async with database.write() as session:
        session.add(Organizer(id="0" * 26, slug="house", name="光谷", created_at=NOW))
    house = House(database, settings, tmp_path)
    job_id = await house.begun(COMPANIES, *many(1500))
    carry_on = importing._carry_on

    await asyncio.gather(*(carry_on(database, settings, job_id, 60, lambda done, total: None) for _ in range(2)))
    await carry_on(database, settings, job_id, 60, lambda done, total: None)
    (job,) = await house.all(select(Import))
    stored = await house.all(select(func.count()).select_from(Project))
    await database.close()

    assert (job.state, job.stored, job.updated, job.refused, stored) == ("done", 1500, 0, 0, [1500])


async def test_conflict_in_the_database_refuses_only_its_row(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else stores the same key between our look and our write."""
    job_id = await house.begun(COMPANIES, *many(5))
    async with house.database.write() as session:
        session.add(
            LibraryEntry(organizer_id="0" * 26, kind="project", subject_id=new_id(), external_key="from:rows:k2",
                         source="imported", added_at=NOW)
        )  # fmt: skip

    await continue_imports(house.database, house.settings, NOW)
    (job,) = await house.all(select(Import).where(Import.id == job_id))

    assert (job.state, job.stored, job.refused) == ("done", 4, 1)
    assert await house.refusals() == [(4, "conflict", "")]


async def test_import_whose_file_is_gone_has_failed(house: House) -> None:
    job_id = await house.begun(COMPANIES, *many(3))
    (job,) = await house.all(select(Import))
    (importing.directory(house.settings) / job.path).unlink()

    await continue_imports(house.database, house.settings, NOW)
    (job,) = await house.all(select(Import).where(Import.id == job_id))

    assert (job.state, job.failure.startswith("FileNotFoundError")) == ("failed", True)


async def test_preview_nobody_started_is_forgotten_after_a_day(house: House) -> None:
    job = await prepared(house.settings, "0" * 26, COMPANIES, house.write(many(3)), "rows.csv", importing.SYSTEM)
    async with house.database.write() as session:
        session.add(job)
    kept = importing.directory(house.settings) / job.path

    await forget_imports(house.database, house.settings, datetime.now(UTC) + timedelta(hours=23))
    before = kept.exists()
    await forget_imports(house.database, house.settings, datetime.now(UTC) + timedelta(hours=25))

    assert (before, kept.exists(), await house.all(select(Import))) == (True, False, [])


async def test_every_batch_leaves_a_trace_of_what_it_stored(house: House) -> None:
    await house.bring(COMPANIES, *many(3))

    rows = await house.all(select(AuditRow).where(AuditRow.action.startswith("import.")).order_by(AuditRow.n))
    projects = await house.all(select(Project.id).order_by(Project.id))

    assert [row.action for row in rows] == ["import.started", "import.batch", "import.done"]
    assert (rows[1].detail["rows"], sorted(rows[1].detail["stored"])) == ([2, 4], projects)


async def test_progress_is_told_and_unknown_organizer_refused(house: House) -> None:
    told: list[tuple[int, int]] = []

    await import_file(house.settings, "house", COMPANIES, house.write(many(1100)), lambda *seen: told.append(seen))
    with pytest.raises(NotFound):
        await import_file(house.settings, "nobody", COMPANIES, house.path, lambda done, total: None)

    assert told == [(500, 1100), (1000, 1100), (1100, 1100)]


@pytest.mark.parametrize("kind", ImportKind)
async def test_what_signed_up_itself_is_neither_changed_nor_in_the_way(
    world: World, tmp_path: Path, kind: ImportKind
) -> None:
    _, organizer = await world.organizer()
    founder, code = await world.person(), new_credit_code()
    path, data = f"/{kind}", {"credit_code": code, "name": "自己的"}
    joined = await founder.made(path, data | ({} if kind is COMPANIES else {"kind": "vc"}))
    own = joined["company" if kind is COMPANIES else "institution"]
    state = world.app.state.roadshow
    sheet = tmp_path / "rows.csv"
    sheet.write_text(f"名称,信用代码\n改名,{code}\n", encoding="utf-8")

    job, reasons = await import_file(state.settings, organizer["slug"], kind, sheet, lambda done, total: None)

    assert (job.stored, job.updated, reasons) == (1, 0, {})
    assert (await founder.read(f"{path}/{own['id']}"))["name"] == "自己的"


async def test_two_organizers_have_records_of_their_own(world: World, tmp_path: Path) -> None:
    (one, first), (two, second) = await world.organizer("甲"), await world.organizer("乙")
    state = world.app.state.roadshow
    path, code = tmp_path / "rows.csv", new_credit_code()

    for slug, name in ((first["slug"], "甲写的"), (second["slug"], "乙写的")):
        path.write_text(f"名称,信用代码,联系人\n{name},{code},{name}联系人\n", encoding="utf-8")
        for kind in ImportKind:
            await import_file(state.settings, slug, kind, path, lambda done, total: None)
    async with world.session() as session:
        institutions = set(await session.scalars(select(Institution.name)))
        found = (await session.execute(select(Project.name, Project.company_id))).all()
    seen = {
        (owner.id, kind): [
            item["name"] for item in (await owner.read(f"/organizers/{organizer['id']}/{kind}"))["items"]
        ]
        for owner, organizer in ((one, first), (two, second))
        for kind in ("projects", "institutions")
    }

    assert institutions == {name for name, _ in found} == {"甲写的", "乙写的"}
    assert len({company_id for _, company_id in found}) == 2
    assert set(map(tuple, seen.values())) == {("甲写的",), ("乙写的",)}
    assert seen[one.id, "projects"] == ["甲写的"]


@pytest.mark.parametrize("count", [4, 5])
async def test_large_import_lets_the_database_learn_how_its_tables_are_filled(
    house: House, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Without statistics a list of what was just imported may be read along the wrong index."""
    monkeypatch.setattr(importing, "MANY", 5)
    monkeypatch.setattr("server.database.SMALL_PAGES", 0)

    await house.bring(COMPANIES, *many(count))

    assert await learned(house.database, "projects") == (count >= 5)
    assert await learned(house.database, "search_texts") == (count >= 5)


async def learned(database: Database, table: str) -> bool:
    """Whether the database has counted the table's rows."""
    is_there = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
    counted = "SELECT count(*) FROM sqlite_stat1 WHERE tbl = :table"
    async with database.read() as session:
        if not database.is_sqlite:
            query = text("SELECT reltuples FROM pg_class WHERE relname = :table")
            return (await session.scalar(query, {"table": table}) or 0) > 0
        if not await session.scalar(text(is_there)):
            return False
        return bool(await session.scalar(text(counted), {"table": table}))
