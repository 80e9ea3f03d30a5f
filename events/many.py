"""Many rows in one statement: looked up by one JSON parameter; added by arrays on PostgreSQL, in few lengths on SQLite.

The text of a statement does not change with the number of rows, so that drivers keep it prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    Executable,
    LargeBinary,
    Select,
    String,
    Subquery,
    Table,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from events.base import UtcDateTime

MOST_ROWS = 512
PG_TYPES = {
    String: "text", Boolean: "boolean", LargeBinary: "bytea", UtcDateTime: "timestamptz", BigInteger: "bigint",
}  # fmt: skip


def is_postgres(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@dataclass(frozen=True, slots=True)
class Rows:
    """Many values as a parameter of a statement, in the words of one database; `packed` is what to give for it."""

    postgres: bool

    def each(self, name: str) -> Select[str]:
        """The texts of the parameter, to be used with IN."""
        return self.these(bindparam(name, type_=String))

    def these(self, given: BindParameter[str]) -> Select[str]:
        """The texts that are packed in it, to be used with IN."""
        if self.postgres:
            return select(func.json_array_elements_text(cast(given, JSON)).table_valued("value").c.value)
        return select(func.json_each(given).table_valued("value").c.value)

    def pairs(self, name: str) -> Subquery:
        """The parameter's pairs of texts as a table to join, with columns `a` and `b`."""
        given = bindparam(name, type_=String)
        if self.postgres:
            value = func.json_array_elements(cast(given, JSON)).table_valued(column("value", JSON)).c.value
            parts = [value[n].as_string() for n in range(2)]
        else:
            value = func.json_each(given).table_valued("value").c.value
            parts = [func.json_extract(value, literal_column(f"'$[{n}]'"), type_=String) for n in range(2)]
        return select(parts[0].label("a"), parts[1].label("b")).subquery()


S = TypeVar("S", bound=Executable)


def statement(build: Callable[[Rows], S]) -> Callable[[AsyncSession], S]:
    """A statement over many rows, built once for each kind of database."""
    built = {kind: build(Rows(kind)) for kind in (False, True)}
    return lambda session: built[is_postgres(session)]


def packed(values: Iterable[object]) -> str:
    """Texts, or pairs of texts, as one parameter."""
    return msgspec.json.encode(list(values)).decode()


async def add(session: AsyncSession, model: type[DeclarativeBase], names: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows of these columns, but none whose key is taken. Returns how many were inserted."""
    table: Any = model.__table__
    connection = await session.connection()
    if is_postgres(session):
        columns = list(zip(*rows, strict=True))
        same = tuple(n for n, each in enumerate(columns) if n and each.count(each[0]) == len(each))
        values = tuple(each[0] if n in same else list(each) for n, each in enumerate(columns))
        return int((await connection.exec_driver_sql(_by_arrays(table, names, same), values)).rowcount)
    added, stamps = 0, _Stamps()
    for part in _by_powers_of_two(rows):
        values = tuple(stamps[each] if each.__class__ is datetime else each for each in chain.from_iterable(part))
        added += (await connection.exec_driver_sql(_by_values(table, names, len(part)), values)).rowcount
    return added


@lru_cache
def _by_arrays(table: Table, names: str, same: tuple[int, ...]) -> str:
    """An array for each column, but one value for those that are the `same` in every row."""
    columns = names.split()
    kinds = [next(PG_TYPES[kind] for kind in PG_TYPES if isinstance(table.c[name].type, kind)) for name in columns]
    values = [f"${n + 1}::{kinds[n]}" if n in same else name for n, name in enumerate(columns)]
    arrays = {name: f"${n + 1}::{kinds[n]}[]" for n, name in enumerate(columns) if n not in same}
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608  (our own names)
        f"FROM unnest({', '.join(arrays.values())}) AS given ({', '.join(arrays)}) ON CONFLICT DO NOTHING"
    )


@lru_cache
def _by_values(table: Table, names: str, count: int) -> str:
    row = f"({', '.join('?' for _ in names.split())})"
    columns = ", ".join(names.split())
    return f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"  # noqa: S608


def _by_powers_of_two(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Few lengths only: 512s, then what is left by its binary digits."""
    begin = 0
    while begin < len(rows):
        size = min(MOST_ROWS, 1 << ((len(rows) - begin).bit_length() - 1))
        yield rows[begin : begin + size]
        begin += size


class _Stamps(dict[datetime, str]):
    """Times as SQLAlchemy stores them, in UTC without their zone; each is written once."""

    def __missing__(self, at: datetime) -> str:
        self[at] = text = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return text
