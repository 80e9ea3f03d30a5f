"""The change feed's rows: everything partners must learn, in one gap-free order for each organizer.

A request adds rows without a number. After commit one writer, the recorder, numbers what it can see, so
requests never queue behind a counter and a reader can never pass a row that commits late (P14).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.audit import SerialKey
from events.base import Base, new_id

SCHEMA_VERSION = 1


class ChangeKind(StrEnum):
    INSTITUTION = "institution"
    PROJECT = "project"
    ROADSHOW = "roadshow"
    BOOKING = "booking"
    QUESTION = "question"
    INTENT = "intent"


class FeedHead(Base):
    """The last number given in an organizer's feed; its row lock makes the recorder the only writer."""

    __tablename__ = "feed_heads"

    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)


class Change(Base):
    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("organizer_id", "seq"),
        Index("ix_changes_unnumbered", "n", postgresql_where=text("seq IS NULL"), sqlite_where=text("seq IS NULL")),
    )

    n: Mapped[int] = mapped_column(SerialKey, primary_key=True, autoincrement=True)
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"))
    seq: Mapped[int | None]
    id: Mapped[str] = mapped_column(String(26), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(26))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    schema_version: Mapped[int] = mapped_column(default=SCHEMA_VERSION)
    at: Mapped[datetime]


def publish(
    session: AsyncSession,
    organizer_ids: Iterable[str],
    kind: ChangeKind,
    object_id: str,
    data: dict[str, Any] | None,
    now: datetime,
) -> None:
    """Add the change for each organizer in the caller's transaction; `data` None is a tombstone."""
    for organizer_id in organizer_ids:
        session.add(Change(id=new_id(), organizer_id=organizer_id, kind=kind, object_id=object_id, data=data, at=now))


async def number(session: AsyncSession, limit: int = 1000) -> int:
    """Number the rows committed since the last call; only the recorder calls it. Returns how many."""
    query = select(Change.n, Change.organizer_id).where(Change.seq.is_(None)).order_by(Change.n).limit(limit)
    numbers: list[dict[str, int]] = []
    heads: dict[str, int] = {}
    for n, organizer_id in await session.execute(query):
        head = heads[organizer_id] if organizer_id in heads else await _head(session, organizer_id)
        heads[organizer_id] = head + 1
        numbers.append({"row": n, "number": head + 1})
    if numbers:
        numbering = update(Change).where(Change.n == bindparam("row")).values(seq=bindparam("number"))
        await (await session.connection()).execute(numbering, numbers)
    for organizer_id, seq in heads.items():
        await session.execute(update(FeedHead).where(FeedHead.organizer_id == organizer_id).values(seq=seq))
    return len(numbers)


async def _head(session: AsyncSession, organizer_id: str) -> int:
    head = await session.scalar(select(FeedHead.seq).where(FeedHead.organizer_id == organizer_id))
    if head is None:
        session.add(FeedHead(organizer_id=organizer_id, seq=0))
        await session.flush()
        return 0
    return head


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Change]
    more: bool


async def read(session: AsyncSession, organizer_id: str, after: int, limit: int) -> Page:
    """Changes of one organizer with `seq > after`, in order, at most `limit`."""
    query = (
        select(Change)
        .where(Change.organizer_id == organizer_id, Change.seq > after)
        .order_by(Change.seq)
        .limit(limit + 1)
    )
    rows = list(await session.scalars(query))
    return Page(rows[:limit], more=len(rows) > limit)
