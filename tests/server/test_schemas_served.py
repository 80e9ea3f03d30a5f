"""Only a database of this program's own schema is served; `/readyz` and the command line say what else it is."""

from __future__ import annotations

import httpx
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from events.errors import Refusal
from server.app import create_app
from server.database import Database, opened
from server.migrate import upgrade
from server.schema import MIGRATIONS, Schema, check_schema, known_revisions, newest_revision, schema_of
from server.serve import check_database
from server.settings import Settings

FIRST = "5f07a84b3432"
STATES = {"schema_missing": None, "schema_old": FIRST, "schema_too_new": "fromthefuture"}


async def make(database: Database, revision: str | None) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            await connection.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})


@pytest.mark.parametrize(("code", "revision"), STATES.items())
async def test_other_schemas_are_told_apart_in_plain_words(settings: Settings, code: str, revision: str | None) -> None:
    async with opened(settings.database_url) as database:
        await make(database, revision)
        with pytest.raises(Refusal) as refused:
            await check_schema(database)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/readyz")
    with pytest.raises(Refusal) as not_served:
        await check_database(settings)

    assert refused.value.code == not_served.value.code == code
    assert (answer.status_code, answer.json()["status"]) == (503, code)
    assert set(answer.json()["message"]) == {"zh-CN", "en"}
    assert answer.json()["fix"]["en"].strip()


async def test_current_schema_is_ready(settings: Settings) -> None:
    await check_database(settings)

    async with opened(settings.database_url) as database:
        assert await schema_of(database) is Schema.CURRENT


async def test_newer_schema_is_not_migrated(settings: Settings) -> None:
    async with opened(settings.database_url) as database:
        await make(database, "fromthefuture")
        with pytest.raises(Refusal) as refused:
            await upgrade(database)

    assert refused.value.code == "schema_too_new"


def test_migrations_are_read_as_they_would_be_run() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert newest_revision() == scripts.get_current_head()
    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
