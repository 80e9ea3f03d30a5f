"""PostgreSQL's side: every table through COPY in one snapshot, and back in one transaction, with no other program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from server.backups.archive import Archive
from server.backups.refusals import DatabaseUnmigrated, TargetInUse

PIECE = 4 * 1024 * 1024
PREFIX = "database/"
VERSION = "alembic_version"

_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY c.relname
"""
_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
AND attgenerated = '' ORDER BY attnum
"""
_REFERENCES = """
SELECT conrelid::regclass::text AS source, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname
"""
_SEQUENCES = """
SELECT c.relname AS source, a.attname AS field, pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend'
"""


@asynccontextmanager
async def connected(url: str, isolation: str = "READ COMMITTED") -> AsyncIterator[tuple[AsyncConnection, Any]]:
    """One transaction without time limits: SQLAlchemy's connection, and the driver's own beneath it."""
    target = make_url(url).set(drivername="postgresql+asyncpg")
    limits = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "timezone": "UTC"}
    engine = create_async_engine(
        target, poolclass=NullPool, isolation_level=isolation, connect_args={"timeout": 10, "server_settings": limits}
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT 1"))
            yield connection, (await connection.get_raw_connection()).driver_connection
    finally:
        await engine.dispose()


async def facts(driver: Any) -> tuple[str, str]:
    """(revision, epoch). Refuses: database_unmigrated."""
    if not await driver.fetchval("SELECT to_regclass('installation') IS NOT NULL"):
        raise DatabaseUnmigrated
    revision = await driver.fetchval("SELECT version_num FROM alembic_version")
    epoch = await driver.fetchval("SELECT epoch FROM installation")
    if revision is None or epoch is None:
        raise DatabaseUnmigrated
    return revision, epoch


async def tables(driver: Any) -> list[str]:
    """The tables of the installation, without what extensions bring."""
    return [row["relname"] for row in await driver.fetch(_TABLES)]


async def size(driver: Any) -> int:
    """Roughly how many bytes the tables take."""
    return int(await driver.fetchval("SELECT pg_database_size(current_database())"))


async def dump(driver: Any, archive: Archive) -> dict[str, int]:
    """Every table as text, in pieces of 4 MiB. Returns the rows of each."""
    rows = {}
    for table in await tables(driver):
        if table != VERSION:
            pieces = _Pieces(archive, table)
            query = f"SELECT {await _columns(driver, table)} FROM {_quoted(table)}"  # noqa: S608
            copied = await driver.copy_from_query(query, output=pieces.take)
            pieces.put_away()
            rows[table] = int(copied.rpartition(" ")[2])
    return rows


class _Pieces:
    """Collects what COPY sends into members of the archive; there is one even of an empty table."""

    def __init__(self, archive: Archive, table: str) -> None:
        self._archive, self._table, self._number, self._held = archive, table, 0, bytearray()

    async def take(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= PIECE:
            self.put_away()

    def put_away(self) -> None:
        self._archive.add_bytes(f"{PREFIX}{self._table}/{self._number:06}", bytes(self._held))
        self._number += 1
        self._held.clear()


async def holds(driver: Any) -> str:
    """What is in the database beside its schema, in words; nothing when it is empty."""
    names = await tables(driver)
    if not names or ("users" in names and not await driver.fetchval("SELECT EXISTS (SELECT FROM users)")):
        return ""
    return str(await driver.fetchval("SELECT current_database()"))


async def check_alone(driver: Any) -> None:
    """Refuses: restore_target_in_use."""
    if count := await driver.fetchval(_OTHERS):
        raise TargetInUse(count=count)


async def clear(driver: Any) -> None:
    """Drop every table, in the caller's transaction."""
    if names := await tables(driver):
        await driver.execute(f"DROP TABLE {', '.join(map(_quoted, names))} CASCADE")


@asynccontextmanager
async def loading(driver: Any) -> AsyncIterator[None]:
    """Tables empty, references and triggers away while rows come in any order; afterwards all hold again."""
    references = await driver.fetch(_REFERENCES)
    for each in references:
        await driver.execute(f"ALTER TABLE {each['source']} DROP CONSTRAINT {each['name']}")
    names = [_quoted(name) for name in await tables(driver) if name != VERSION]
    await driver.execute(f"TRUNCATE {', '.join(names)}")
    for name in names:
        await driver.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    yield
    for name in names:
        await driver.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    for each in references:
        await driver.execute(f"ALTER TABLE {each['source']} ADD CONSTRAINT {each['name']} {each['definition']}")
    for each in await driver.fetch(_SEQUENCES):
        top = await driver.fetchval(f"SELECT max({_quoted(each['field'])}) FROM {_quoted(each['source'])}")  # noqa: S608
        if top is not None:
            await driver.execute("SELECT setval($1::regclass, $2)", each["sequence"], top)


async def learn(driver: Any) -> None:
    """Let PostgreSQL count how the tables are filled: what was copied in is read slowly until then."""
    await driver.execute("ANALYZE")


async def load(driver: Any, table: str, content: Iterable[bytes]) -> None:
    """The rows of one table; `content` is what COPY once sent."""
    columns = (await _columns(driver, table)).split(", ")
    await driver.copy_to_table(table, source=_sent(content), columns=[name.strip('"') for name in columns])


async def _sent(content: Iterable[bytes]) -> AsyncIterator[bytes]:
    for block in content:
        yield block


async def _columns(driver: Any, table: str) -> str:
    return ", ".join(_quoted(row["attname"]) for row in await driver.fetch(_COLUMNS, _quoted(table)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
