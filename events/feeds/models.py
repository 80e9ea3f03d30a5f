"""Tables of imports: the job with its counts, its rows as read, and what was refused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class ImportKind(StrEnum):
    COMPANIES = "companies"
    INSTITUTIONS = "institutions"


class ImportState(StrEnum):
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Import(Base):
    """A file on its way into an organizer's library.

    `mapping` is column → field; `preview` holds columns, the first rows and what a dry run found; `started_by` is
    None for an operator's import by command line. Who holds `leased_until` works on it; `done` rows are behind it.
    """

    __tablename__ = "imports"

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    filename: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8), default=ImportState.PREVIEW)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    preview: Mapped[dict[str, Any]] = mapped_column(JSON)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    stored: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(String(500), default="")
    leased_until: Mapped[datetime | None]
    started_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RefusedRow(Base):
    """One refused row: its number in the file, the column, and why in both languages."""

    __tablename__ = "import_refused_rows"

    import_id: Mapped[str] = mapped_column(String(26), ForeignKey("imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    column: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(String(300))
    code: Mapped[str] = mapped_column(String(40))
    zh: Mapped[str] = mapped_column(String(300))
    en: Mapped[str] = mapped_column(String(300))
