"""Letters that must go out after commit: a row in the same transaction, delivered by the worker (P14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Select, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key, new_id

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
KEPT_TRYING = timedelta(days=3)
LEASE = timedelta(minutes=5)


class Delivery(StrEnum):
    DUE = "due"
    SENT = "sent"
    DEAD = "dead"
    HELD = "held"
    """It waited when a backup was made, and may have gone out since: somebody decides."""


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


def due(now: datetime) -> Select[OutboxRow]:
    """Rows whose time has come, the longest waiting first."""
    return select(OutboxRow).where(OutboxRow.state == Delivery.DUE, OutboxRow.due_at <= now).order_by(OutboxRow.due_at)


async def take(session: AsyncSession, now: datetime, limit: int) -> list[OutboxRow]:
    """Lease due rows to the caller for five minutes; what is neither sent nor failed by then is due again."""
    rows = list(await session.scalars(due(now).limit(limit).with_for_update(skip_locked=True)))
    for row in rows:
        row.tries, row.due_at = row.tries + 1, now + LEASE
    return rows


async def sent(session: AsyncSession, row_id: str) -> None:
    """It arrived; what it said (tokens, names) is no longer kept."""
    done = update(OutboxRow).where(OutboxRow.id == row_id)
    await session.execute(done.values(state=Delivery.SENT, data={}, last_error=None))


async def failed(session: AsyncSession, row_id: str, error: str, now: datetime, *, is_final: bool = False) -> OutboxRow:
    """Try again after 1, 2, 4 … minutes, at most 6 hours; dead three days after it was queued, or when final."""
    row = await session.get_one(OutboxRow, row_id)
    wait = min(FIRST_RETRY * 2 ** min(row.tries - 1, 20), LONGEST_RETRY)
    is_dead = is_final or now + wait > row.created_at + KEPT_TRYING
    row.state, row.due_at, row.last_error = Delivery.DEAD if is_dead else Delivery.DUE, now + wait, error[:500]
    return row


async def hold_waiting(session: AsyncSession) -> int:
    """After a restore: nothing that waited goes out by itself. Returns how many letters."""
    waiting = update(OutboxRow).where(OutboxRow.state == Delivery.DUE).values(state=Delivery.HELD)
    return (await (await session.connection()).execute(waiting)).rowcount


async def release_held(session: AsyncSession, now: datetime) -> int:
    """Send after all what a restore holds back, with three days to try. Returns how many letters."""
    held = update(OutboxRow).where(OutboxRow.state == Delivery.HELD)
    held = held.values(state=Delivery.DUE, tries=0, created_at=now, due_at=now)
    return (await (await session.connection()).execute(held)).rowcount


async def drop_held(session: AsyncSession) -> int:
    """Never send what a restore holds back; what it said is no longer kept. Returns how many letters."""
    held = update(OutboxRow).where(OutboxRow.state == Delivery.HELD)
    held = held.values(state=Delivery.DEAD, data={}, last_error="held by a restore, and dropped")
    return (await (await session.connection()).execute(held)).rowcount


async def replay(session: AsyncSession, row_id: str, now: datetime) -> None:
    """Give a dead letter another three days."""
    again = update(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.state == Delivery.DEAD)
    await session.execute(again.values(state=Delivery.DUE, tries=0, created_at=now, due_at=now))
