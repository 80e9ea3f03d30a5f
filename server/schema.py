"""What schema a database has, and what this program can do with it. Reads the migrations without running them."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from events.errors import Conflict
from server.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_NAMED = re.compile(r"""^(revision|down_revision)\b[^=\n]*=\s*["'](\w+)["']""", re.MULTILINE)


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


@cache
def _scripts() -> dict[str, str | None]:
    """Each migration's revision, and the one it follows."""
    found: dict[str, str | None] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        names = dict(_NAMED.findall(path.read_text()))
        found[names["revision"]] = names.get("down_revision")
    return found


def known_revisions() -> frozenset[str]:
    """Every revision this program can start from."""
    return frozenset(_scripts())


def newest_revision() -> str:
    """The one no other follows."""
    (newest,) = _scripts().keys() - set(_scripts().values())
    return newest


async def revisions(database: Database) -> tuple[str | None, str]:
    """(the database's revision, the newest one); equal when there is nothing to do."""
    async with database.read() as session:
        connection = await session.connection()
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return None, newest_revision()
        return await session.scalar(text("SELECT version_num FROM alembic_version")), newest_revision()


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
