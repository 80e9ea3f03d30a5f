"""Many rows in one statement: arrays on PostgreSQL; JSON, or rows by powers of two, on SQLite.

The text of a statement does not change with the number of rows, so that drivers keep it prepared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    LargeBinary,
    String,
    Subquery,
    Table,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from events.base import UtcDateTime

MOST_ROWS = 512
PG_TYPES = {
    String: "text", Boolean: "boolean", LargeBinary: "bytea", UtcDateTime: "timestamptz", BigInteger: "bigint",
}  # fmt: skip


def is_postgres(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def among(session: AsyncSession, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """`column IN values`, however many there are."""
    if is_postgres(session):
        return cast(ColumnElement[bool], column == any_(bindparam(None, list(values), ARRAY(String))))
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return cast(ColumnElement[bool], column.in_(select(each.c.value)))


def pairs(session: AsyncSession, rows: Sequence[tuple[str, str]]) -> Subquery:
    """The pairs as a table to join, with columns `a` and `b`."""
    if is_postgres(session):
        arrays = [bindparam(None, [row[n] for row in rows], ARRAY(String)) for n in range(2)]
        both = func.unnest(*arrays).table_valued("a", "b").render_derived()
        return select(both.c.a, both.c.b).subquery()
    each = func.json_each(json.dumps(rows)).table_valued("value")
    part = [func.json_extract(each.c.value, f"$[{n}]", type_=String) for n in range(2)]
    return select(part[0].label("a"), part[1].label("b")).subquery()


async def add(session: AsyncSession, model: type[DeclarativeBase], names: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows of these columns, but none whose key is taken. Returns how many were inserted."""
    table = cast(Table, model.__table__)
    connection = await session.connection()
    if is_postgres(session):
        columns = [list(column) for column in zip(*rows, strict=True)]
        return int((await connection.exec_driver_sql(_by_arrays(table, names), tuple(columns))).rowcount)
    added = 0
    for part in _by_powers_of_two(rows):
        values = tuple(map(_plain, chain.from_iterable(part)))
        added += (await connection.exec_driver_sql(_by_values(table, names, len(part)), values)).rowcount
    return added


@lru_cache
def _by_arrays(table: Table, names: str) -> str:
    kinds = (
        next(PG_TYPES[kind] for kind in PG_TYPES if isinstance(table.c[name].type, kind)) for name in names.split()
    )
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(kinds, 1))
    columns = ", ".join(names.split())
    return f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608  (names of our own tables)


@lru_cache
def _by_values(table: Table, names: str, count: int) -> str:
    row = f"({', '.join('?' for _ in names.split())})"
    columns = ", ".join(names.split())
    return f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"  # noqa: S608  (names of our own tables)


def _by_powers_of_two(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Few lengths only: 512s, then what is left by its binary digits."""
    begin = 0
    while begin < len(rows):
        size = min(MOST_ROWS, 1 << ((len(rows) - begin).bit_length() - 1))
        yield rows[begin : begin + size]
        begin += size


def _plain(value: Any) -> Any:
    """As SQLAlchemy would store it: times in UTC without their zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value
