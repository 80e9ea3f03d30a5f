"""Rows straight into tables, as fast as a database takes them; for benchmarks, on a database nobody else uses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Protocol

import asyncpg
from sqlalchemy.engine import make_url

from events.base import Base

AT_ONCE = 5000


class Bulk(Protocol):
    """Takes rows by name; columns that are not given get the model's default."""

    async def add(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> int: ...

    async def finish(self) -> None:
        """Commit, and let the database learn how its tables are filled."""
        ...


async def opened(url: str) -> Bulk:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteBulk(parsed.database or "")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresBulk(await asyncpg.connect(plain))


def _tuples(
    model: type[Base], rows: Iterable[dict[str, Any]], moment: Any
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    columns = [each for each in model.__table__.columns if not (each.primary_key and each.autoincrement is True)]
    defaults = {column.name: getattr(column.default, "arg", None) for column in columns}
    names = list(defaults)

    def plain(value: Any) -> Any:
        if isinstance(value, list | dict):
            return json.dumps(value, ensure_ascii=False)
        return moment(value) if isinstance(value, datetime) else value

    return names, (tuple(plain(row.get(name, defaults[name])) for name in names) for row in rows)


class SqliteBulk:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")

    async def add(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
        names, values = _tuples(model, rows, lambda at: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
        marks = ", ".join("?" for _ in names)
        query = f"INSERT INTO {model.__tablename__} ({', '.join(names)}) VALUES ({marks})"
        count = 0
        while part := list(islice(values, AT_ONCE)):
            part = [tuple(v.isoformat() if type(v) is date else v for v in row) for row in part]
            self._connection.executemany(query, part)
            count += len(part)
        return count

    async def finish(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


class PostgresBulk:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def add(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
        names, values = _tuples(model, rows, lambda at: at)
        count = 0
        while part := list(islice(values, AT_ONCE)):
            await self._connection.copy_records_to_table(model.__tablename__, records=part, columns=names)
            count += len(part)
        return count

    async def finish(self) -> None:
        await self._connection.execute("VACUUM ANALYZE")
        await self._connection.close()
