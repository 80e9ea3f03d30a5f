"""The audit trail: who changed what, append-only and hash-chained (P15).

A request only adds its row; the recorder numbers and chains rows after commit, so that no request ever
queues behind the chain. `verify` recomputes it and names the first row that does not fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.actor import Actor
from events.base import Base, Id

SerialKey = BigInteger().with_variant(Integer, "sqlite")
GENESIS = "0" * 64


class AuditRow(Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_unnumbered", "n", postgresql_where=text("seq IS NULL"), sqlite_where=text("seq IS NULL")),
        Index("ix_audit_subject", "subject_kind", "subject_id"),
    )

    n: Mapped[int] = mapped_column(SerialKey, primary_key=True, autoincrement=True)
    seq: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    actor_id: Mapped[Id | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    organizer_id: Mapped[Id | None] = mapped_column(String(26), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class AuditHead(Base):
    """The last link, kept apart from the rows: a chain that was cut short does not end here."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject: tuple[str, str],
    *,
    now: datetime,
    organizer_id: str | None = None,
    **detail: Any,
) -> None:
    """Add one row in the caller's transaction. `subject` is (kind, id); `detail` are JSON values."""
    session.add(
        AuditRow(
            at=now,
            actor_id=actor.user_id,
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            organizer_id=organizer_id,
            detail=detail,
        )
    )


def link(previous: str, seq: int, row: AuditRow) -> str:
    """The hash of row number `seq`, which follows `previous`: SHA-256 over the canonical JSON of all of it."""
    body = [
        previous, seq, row.at.isoformat(), row.actor_id, row.action,
        row.subject_kind, row.subject_id, row.organizer_id, row.detail,
    ]  # fmt: skip
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def chain(session: AsyncSession, limit: int = 1000) -> int:
    """Number and link the rows committed since the last call; only the recorder calls it. Returns how many."""
    head = await session.get(AuditHead, 1)
    if head is None:
        head = AuditHead(id=1, seq=0, hash=GENESIS)
        session.add(head)
    query = select(AuditRow).where(AuditRow.seq.is_(None)).order_by(AuditRow.n).limit(limit)
    links: list[dict[str, Any]] = []
    for row in await session.scalars(query):
        head.seq += 1
        head.hash = link(head.hash, head.seq, row)
        links.append({"row": row.n, "number": head.seq, "link": head.hash})
    if links:
        linking = update(AuditRow).where(AuditRow.n == bindparam("row"))
        linking = linking.values(seq=bindparam("number"), hash=bindparam("link"))
        await (await session.connection()).execute(linking, links)
    return len(links)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at` is the first `seq` that was edited, removed or swapped; None when the whole chain holds."""

    rows: int
    broken_at: int | None


async def verify(session: AsyncSession, page: int = 1000) -> Verdict:
    """Recompute the chain from its beginning, a page at a time."""
    seq, previous = 0, GENESIS
    while True:
        rows: Sequence[AuditRow] = (
            await session.scalars(select(AuditRow).where(AuditRow.seq > seq).order_by(AuditRow.seq).limit(page))
        ).all()
        for row in rows:
            if row.seq != seq + 1 or row.hash != link(previous, seq + 1, row):
                return Verdict(seq, broken_at=seq + 1)
            seq, previous = seq + 1, row.hash or ""
        session.expunge_all()
        if len(rows) < page:
            return Verdict(seq, None if await _ends_at(session, seq, previous) else seq + 1)


async def _ends_at(session: AsyncSession, seq: int, previous: str) -> bool:
    """Whether the chain's kept end is this one; before the first row there is none."""
    head = await session.get(AuditHead, 1, populate_existing=True)
    return (seq, previous) == ((head.seq, head.hash) if head else (0, GENESIS))
