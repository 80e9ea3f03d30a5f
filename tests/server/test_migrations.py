"""Migrations lead to exactly the tables the code has, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection

from events.base import new_id
from events.tables import metadata
from server.database import Database
from server.migrate import revisions, upgrade

FIRST = "5f07a84b3432"


@pytest.fixture
async def empty_database(database: Database, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of either kind that nothing was ever migrated in."""
    if database.is_sqlite:
        empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield empty
        await empty.close()
        return
    async with database.writer.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    yield database


def is_known(name: str | None, _kind: str, _parents: object) -> bool:
    """The index of search is written in each database's own words, in its migration."""
    return not (name or "").startswith("search_tokens")


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_known})
    return list(compare_metadata(context, metadata))


async def test_a_migrated_database_has_the_tables_of_the_code(database: Database) -> None:
    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await upgrade(database)

    current, newest = await revisions(database)

    assert current == newest is not None


async def test_an_old_database_is_upgraded_with_its_data(empty_database: Database) -> None:
    await upgrade(empty_database, FIRST)
    before = await put_one_of_each(empty_database)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        after = {table: (await session.execute(select(metadata.tables[table]))).mappings().all() for table in before}
    assert {table: [dict(row) for row in rows] for table, rows in after.items()} == before
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def put_one_of_each(database: Database) -> dict[str, list[dict[str, Any]]]:
    """A row in each table an intent stands on, written as the first schema knows them; what was written."""
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    ids = {name: new_id() for name in ("users", "organizers", "companies", "projects", "institutions", "intents")}
    rows: dict[str, dict[str, Any]] = {
        "users": {"email": "old@example.com", "name": "老用户", "locale": "zh-CN"},
        "organizers": {"slug": "old", "name": "老主办方", "name_en": "", "timezone": "Asia/Shanghai"},
        "companies": {"credit_code": "91110000600037341L", "name": "老企业"},
        "projects": {**blank("projects"), "company_id": ids["companies"], "name": "老项目", "updated_at": at},
        "institutions": {**blank("institutions"), "name": "老机构", "kind": "vc", "updated_at": at},
        "intents": {
            "organizer_id": ids["organizers"], "project_id": ids["projects"], "company_id": ids["companies"],
            "institution_id": ids["institutions"], "user_id": ids["users"], "kind": "equity", "note": "希望约见",
            "amount_min_fen": 100, "amount_max_fen": 200, "state": "left", "answer_reason": "", "updated_at": at,
        },
    }  # fmt: skip
    written: dict[str, list[dict[str, Any]]] = {}
    async with database.write() as session:
        for name, row in rows.items():
            full = {column.name: None for column in metadata.tables[name].columns} | row
            full |= {"id": ids[name], "created_at": at}
            await session.execute(insert(metadata.tables[name]).values(full))
            written[name] = [full]
    return written


def blank(table: str) -> dict[str, Any]:
    """Empty values for the columns that may not be null."""
    empty = {"JSON": [], "VARCHAR": "", "BIGINT": 1}
    columns = [column for column in metadata.tables[table].columns if not column.nullable]
    kinds = {column.name: str(column.type.compile()).split("(")[0] for column in columns}
    return {name: empty[kind] for name, kind in kinds.items() if kind in empty and name not in {"id", "name", "kind"}}
