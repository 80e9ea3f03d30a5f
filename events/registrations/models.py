"""The table of registrations; seats are counted on the roadshow's row."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class RegistrationState(StrEnum):
    """Moves are in `rules.MOVES`: pending → confirmed | waitlisted; waitlisted → confirmed.

    Staff may reject any of these and take that back; the person may cancel any of these and come again.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Registration(Base):
    """A person's place at a roadshow. `sequence` added to its roadshow's rises with every change (RFC 5545)."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("roadshow_id", "user_id"),
        Index("ix_registrations_queue", "roadshow_id", "state", "queued_at"),
        Index("ix_registrations_time", "created_at", "id"),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), index=True)
    institution_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("institutions.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")
    ticket_code: Mapped[str] = mapped_column(String(12), unique=True)
    queued_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("users.id"))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
