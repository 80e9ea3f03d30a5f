"""Long lists are read along an index, whatever the size of the library, and SQLite knows how its tables are filled."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from events.deals.models import Intent, IntentKind, IntentState
from events.directory.models import LibraryEntry, Project
from events.exports.definitions import DEFINITIONS, Subject
from events.paging import is_any
from events.programme.models import Roadshow
from events.programme.showings import is_shown_to_all
from events.search import Found, Kind, condition
from server import database as databases
from server.database import Database

LISTS = {
    "intents": select(Intent.id)
    .where(Intent.organizer_id == "o")
    .order_by(Intent.created_at.desc(), Intent.id.desc())
    .limit(51),
    "library": select(LibraryEntry.subject_id)
    .where(LibraryEntry.organizer_id == "o", LibraryEntry.kind == "project")
    .order_by(LibraryEntry.added_at.desc(), LibraryEntry.subject_id.desc())
    .limit(51),
    "exported intents": DEFINITIONS[Subject.INTENTS]
    .query()
    .where(Intent.organizer_id == "o")
    .order_by(Intent.created_at, Intent.id)
    .limit(1000),
    "intents counted by state": select(Intent.amount_min_fen)
    .where(Intent.organizer_id == "o", Intent.state == "left", Intent.kind.in_(list(IntentKind)))
    .limit(10_001),
    "intents counted by kind": select(Intent.amount_min_fen)
    .where(Intent.organizer_id == "o", Intent.kind == "loan", Intent.state.in_(list(IntentState)))
    .limit(10_001),
    "roadshows": select(Roadshow.id).where(Roadshow.organizer_id == "o").order_by(Roadshow.starts_at.desc()).limit(51),
}


async def plan(database: Database, query: Select[tuple[str]]) -> str:
    """How the database would read it if sorting and reading whole tables were dear."""
    dialect = sqlite.dialect() if database.is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    words = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace(":", r"\:")
    async with database.read() as session:
        if not database.is_sqlite:
            for setting in (
                "enable_sort",
                "enable_seqscan",
                "enable_bitmapscan",
                "enable_hashjoin",
                "enable_mergejoin",
            ):
                await session.execute(text(f"SET LOCAL {setting} = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        return "\n".join(str(row[-1]) for row in await session.execute(text(explain + words)))


@pytest.mark.parametrize("name", LISTS)
async def test_list_is_read_along_an_index_and_not_sorted_whole(database: Database, name: str) -> None:
    found = await plan(database, LISTS[name])

    assert "USE TEMP B-TREE" not in found, found
    assert "Sort" not in found.replace("Incremental Sort", ""), found
    assert "Index" in found or "USING" in found, found


@pytest.mark.parametrize("name", ["intents counted by state", "intents counted by kind"])
async def test_intents_are_counted_in_an_index_and_not_read(database: Database, name: str) -> None:
    found = await plan(database, LISTS[name])

    assert ("COVERING INDEX" if database.is_sqlite else "Index Only Scan") in found, found
    assert "ix_intents_organizer_state" in found, found


async def test_many_hits_do_not_turn_a_walked_list_into_one_read_by_ids(database: Database) -> None:
    ids = [f"{n:026}" for n in range(400)]
    many = Found("示例", {Kind.PROJECT: ids}, complete=True, postgres=not database.is_sqlite)

    found = await plan(database, LISTS["intents"].where(condition(many, {Kind.PROJECT: Intent.project_id})))

    assert "ix_intents_organizer_newest" in found, found
    assert "USE TEMP B-TREE FOR ORDER BY" not in found, found


async def test_common_name_is_asked_row_by_row(database: Database) -> None:
    """Never by a table of all texts that hold it, which PostgreSQL would make of an EXISTS."""
    common = condition(
        Found("示例", {}, complete=False), {Kind.PROJECT: Intent.project_id, Kind.COMPANY: Intent.company_id}
    )

    found = await plan(database, LISTS["intents"].where(common))

    assert "hashed" not in found, found
    assert "SCAN search_texts" not in found, found
    assert "Seq Scan on search_texts" not in found, found


async def test_projects_shown_or_listed_are_asked_row_by_row(database: Database) -> None:
    """Never by a set of all projects that were ever shown, however large the library."""
    listed = select(LibraryEntry.subject_id).where(
        LibraryEntry.organizer_id == "o", LibraryEntry.kind == "project", LibraryEntry.subject_id == Project.id
    )
    seen = or_(is_shown_to_all(Project.id), is_any(listed))

    found = await plan(database, select(Project.id).where(seen).order_by(Project.id.desc()).limit(51))

    assert "hashed" not in found, found
    assert "SCAN bookings" not in found, found
    assert ("CORRELATED" if database.is_sqlite else "SubPlan") in found, found


async def test_sqlite_learns_how_its_tables_are_filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await database.learn() == 0, "a small library is left alone"
    monkeypatch.setattr(databases, "SMALL_PAGES", 0)

    learned = await database.learn()

    assert (learned > 0) == database.is_sqlite
    if database.is_sqlite:
        async with database.read() as session:
            assert await session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")) == 1
