"""Tables of the record: who is present as last sampled, and the seal of a session that is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base


class Attendance(Base):
    """Who was in the room at the last sample, by pseudonym; the history is in the record stream."""

    __tablename__ = "attendance"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    minute: Mapped[datetime]
    members: Mapped[list[str]] = mapped_column(JSON)


class Seal(Base):
    """Where each stream of a room stood when it was over, and one digest of all of them."""

    __tablename__ = "seals"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    sealed_at: Mapped[datetime]
    heads: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
