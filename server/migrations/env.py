"""Alembic's entry: migrates the database of the connection it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection

from events.base import UtcDateTime
from events.tables import metadata
from server.commands import CommandRow

assert CommandRow.metadata is metadata  # importing it put the table there


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration stands by itself: it names SQLAlchemy's types, never ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def is_known(name: str | None, _kind: str, _parents: object) -> bool:
    """SQLite's and PostgreSQL's own search indices stand in the migrations alone."""
    return not (name or "").startswith("search_tokens")


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, compare_type=True,
        render_item=render, include_name=is_known,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
