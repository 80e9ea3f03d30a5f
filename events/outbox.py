"""Letters that must go out after commit: a row in the same transaction, delivered by the worker (P14)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key, new_id


class Delivery(StrEnum):
    DUE = "due"
    SENT = "sent"
    DEAD = "dead"


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"),)

    id: Mapped[Key]
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=Delivery.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]


def mail(session: AsyncSession, address: str, template: str, data: dict[str, Any], now: datetime) -> None:
    """Queue one letter in the caller's transaction; `template` names a text the server can render."""
    session.add(
        OutboxRow(
            id=new_id(),
            channel="mail",
            address=address,
            template=template,
            data=data,
            created_at=now,
            due_at=now,
        )
    )
