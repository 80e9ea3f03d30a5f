"""Every row of a database several times over, so that a cost that grows with any of its tables shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import Column, String, Table, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from events import many
from events.base import Base
from server.database import Database

KEPT = frozenset(
    ("audit", "audit_head", "changes", "claims", "commands", "entries", "feed_heads", "installation", "logins",
     "outbox", "streams")
)  # fmt: skip
"""Chains, logs and what is once only: no list of a screen is made of them, apart from pages of fixed length."""
ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ROWS_AT_ONCE = 100


async def multiply(database: Database, times: int, anchors: Collection[str]) -> dict[str, int]:
    """Add `times` - 1 copies of each row; how many rows each table got.

    A copy gets ids of its own and names other copies where the row names other rows; what is called an anchor is not
    copied, so whatever belongs to it belongs to it `times` over. Copies the database forbids are left, and theirs.
    """
    added: dict[str, int] = {}
    left: set[str] = set()
    for table in Base.metadata.sorted_tables:
        if table.name in KEPT:
            continue
        async with database.write() as session:
            found = (await session.execute(select(table))).mappings().all()
            rows = [_copy(table, dict(row), n, anchors) for row in found for n in range(1, times)]
            rows = [row for row in rows if left.isdisjoint(each for each in row.values() if isinstance(each, str))]
            added[table.name] = await _insert(session, table, rows)
            if "id" in table.columns:
                left |= {row["id"] for row in rows}.difference(await session.scalars(select(table.columns.id)))
    return added


async def _insert(session: AsyncSession, table: Table, rows: list[dict[str, Any]]) -> int:
    before = await session.scalar(select(func.count()).select_from(table)) or 0
    insert = postgresql.insert if many.is_postgres(session) else sqlite.insert
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        await session.execute(insert(table).values(rows[begin : begin + ROWS_AT_ONCE]).on_conflict_do_nothing())
    return (await session.scalar(select(func.count()).select_from(table)) or 0) - before


def _copy(table: Table, row: dict[str, Any], n: int, anchors: Collection[str]) -> dict[str, Any]:
    other = _renamed(n, anchors)
    unique = {column.name for column in _unique(table)}
    values = {name: _mapped(value, other) for name, value in row.items()}
    for name in unique:
        if isinstance(value := values[name], str) and not ID.fullmatch(value):
            values[name] = hashlib.sha256(f"{value}{n}".encode()).hexdigest()[: len(value)]
    return {name: value for name, value in values.items() if table.columns[name].autoincrement is not True}


def _unique(table: Table) -> Iterator[Column[Any]]:
    """Columns of text of which no two rows of one owner may have the same; a kind is of a fixed list."""
    for each in (*table.constraints, *table.indexes):
        if isinstance(each, UniqueConstraint) or getattr(each, "unique", False):
            last = list(each.columns)[-1]  # type: ignore[union-attr]
            if isinstance(last.type, String) and last.name != "kind":
                yield last


def _renamed(n: int, anchors: Collection[str]) -> Callable[[re.Match[str]], str]:
    """Another id of the same moment, always the same for the same copy."""

    def other(found: re.Match[str]) -> str:
        if found[0] in anchors:
            return found[0]
        digest = hashlib.sha256(f"{found[0]}{n}".encode()).digest()
        return found[0][:10] + "".join(CROCKFORD[byte % 32] for byte in digest[:16])

    return other


def _mapped(value: Any, other: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, str):
        return ID.sub(other, value)
    if isinstance(value, list):
        return [_mapped(each, other) for each in value]
    if isinstance(value, dict):
        return {_mapped(key, other): _mapped(each, other) for key, each in value.items()}
    return value
