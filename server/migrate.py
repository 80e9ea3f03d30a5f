"""Bring a database to the newest schema, and found the installation in it; say what schema it has."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from events.errors import Conflict
from server.database import Database, found_installation

MIGRATIONS = Path(__file__).parent / "migrations"


class Schema(StrEnum):
    """What a database's schema is to this program."""

    CURRENT = "current"
    MISSING = "missing"
    OLD = "old"
    TOO_NEW = "too_new"


class SchemaMissing(Conflict):
    code = "schema_missing"
    zh, en = "数据库还没有建表。", "The database has no tables yet."
    fix_zh, fix_en = "请运行：roadshow migrate", "Run: roadshow migrate"


class SchemaOld(Conflict):
    code = "schema_old"
    zh = "数据库结构是旧版本（{revision}），本程序需要 {newest}。"
    en = "The database has an older schema ({revision}); this program needs {newest}."
    fix_zh, fix_en = "请先备份，再运行：roadshow migrate", "Make a backup, then run: roadshow migrate"


class SchemaTooNew(Conflict):
    code = "schema_too_new"
    zh = "数据库结构（{revision}）来自更新的版本，本程序只认识到 {newest}。"
    en = "The database has a schema ({revision}) of a newer version; this program knows up to {newest}."
    fix_zh, fix_en = "请升级本程序。", "Upgrade this program."


UNFIT = {Schema.MISSING: SchemaMissing, Schema.OLD: SchemaOld, Schema.TOO_NEW: SchemaTooNew}


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


@cache
def known_revisions() -> frozenset[str]:
    """Every revision this program can start from."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


async def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration up to `revision`, in one transaction. Refuses: schema_too_new."""
    if await schema_of(database) is Schema.TOO_NEW:
        await check_schema(database)
    async with database.writer.begin() as connection:
        await upgrade_within(connection, revision)
    if revision == "head":
        async with database.write() as session:
            await found_installation(session)


async def upgrade_within(connection: AsyncConnection, revision: str) -> None:
    """The same in the caller's transaction, and nothing else."""
    await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))


async def draft(database: Database, message: str) -> None:
    """Write a migration file for what the tables have and this database does not."""
    async with database.writer.begin() as connection:
        await connection.run_sync(lambda sync: command.revision(_config(sync), message, autogenerate=True))


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """(the database's revision, the newest one); equal when there is nothing to do."""
    async with database.read() as session:
        connection = await session.connection()
        current = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return current, _scripts().get_current_head()


async def schema_of(database: Database) -> Schema:
    """What this program can do with the database; raises what the driver raises when it does not answer."""
    current, newest = await revisions(database)
    if current is None:
        return Schema.MISSING
    if current == newest:
        return Schema.CURRENT
    return Schema.OLD if current in known_revisions() else Schema.TOO_NEW


async def check_schema(database: Database) -> None:
    """Refuses: schema_missing, schema_old, schema_too_new."""
    schema = await schema_of(database)
    if schema is not Schema.CURRENT:
        current, newest = await revisions(database)
        raise UNFIT[schema](revision=current, newest=newest)
