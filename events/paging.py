"""Lists a page at a time: an opaque cursor of the last row's sort values, so that inserts never shift a page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from events.errors import Invalid
from events.plain import plain

LIMIT = 50
MOST = 200

Column = InstrumentedAttribute[Any] | ColumnElement[Any]


class BadCursor(Invalid):
    """422: the cursor was not one of ours, or belongs to another list."""

    code = "cursor_invalid"
    zh, en = "翻页位置无效。", "The cursor is not valid."
    fix_zh, fix_en = "请从第一页重新开始。", "Start again from the first page."


@dataclass(frozen=True, slots=True)
class Window:
    """Where in a list to begin, and how many rows to give."""

    cursor: str | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by name (the sort values follow what was selected), and the cursor of the next page."""

    rows: Sequence[Row[Any]]
    next: str | None

    @property
    def firsts(self) -> list[Any]:
        """The first selected thing of each row."""
        return [row[0] for row in self.rows]


async def page(
    session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    keys: Sequence[Column],
    window: Window,
    *,
    descending: bool = False,
) -> Page:
    """One page of `query` ordered by `keys`, the last of which must be unique. Refuses: cursor_invalid."""
    if window.cursor is not None:
        seen = tuple_(*(literal(value, key.type) for key, value in zip(keys, _read(window.cursor, keys), strict=True)))
        query = query.where(tuple_(*keys) < seen if descending else tuple_(*keys) > seen)
    query = query.add_columns(*(key.label(f"key_{n}") for n, key in enumerate(keys)))
    query = query.order_by(*(key.desc() if descending else key.asc() for key in keys)).limit(window.limit + 1)
    rows = (await session.execute(query)).all()
    shown = rows[: window.limit]
    return Page(shown, _write(shown[-1][-len(keys) :]) if len(rows) > window.limit else None)


def is_any(query: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether a query about the row has a result, asked of each row of a list that is walked.

    Not EXISTS: PostgreSQL would make a table of all that have one, before it looks at the list's first row.
    """
    return query.with_only_columns(literal(1)).limit(1).scalar_subquery().is_not(None)


def _write(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, keys: Sequence[Column]) -> list[Any]:
    try:
        values = plain(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_typed(value, key.type.python_type) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise BadCursor from None


def _typed(value: Any, kind: type) -> Any:
    if issubclass(kind, datetime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
        return moment.astimezone(UTC)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if type(value) is not kind:
        raise TypeError("a cursor's value fits its column")
    return value
