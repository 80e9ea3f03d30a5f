"""The log of live entries: ordered, gap-free, one `seq` per stream, written with the fact itself (P1, P2).

A stream is one audience of one room: `ROADSHOW/public`, `ROADSHOW/staff`, `ROADSHOW/user/USER`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, new_id


class Installation(Base):
    """One row: the epoch of everything this database has numbered; a restore changes it (P5)."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[str] = mapped_column(String(26))


class Stream(Base):
    __tablename__ = "streams"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    chained_after: Mapped[int] = mapped_column(default=0)


class LogEntry(Base):
    __tablename__ = "entries"

    stream_id: Mapped[str] = mapped_column(ForeignKey("streams.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a stream as readers see it."""

    seq: int
    kind: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Top:
    """Where a stream stands: everything up to `seq` of this `epoch` is committed."""

    epoch: str
    seq: int


def public_stream(roadshow_id: str) -> str:
    return f"{roadshow_id}/public"


def staff_stream(roadshow_id: str) -> str:
    return f"{roadshow_id}/staff"


def speaker_stream(roadshow_id: str) -> str:
    return f"{roadshow_id}/speaker"


def user_stream(roadshow_id: str, user_id: str) -> str:
    return f"{roadshow_id}/user/{user_id}"


async def append(session: AsyncSession, stream: str, kind: str, data: dict[str, Any], now: datetime) -> int:
    """Take the next `seq` in the caller's transaction and write the entry. Returns the `seq`."""
    bump = update(Stream).where(Stream.id == stream).values(seq=Stream.seq + 1).returning(Stream.seq)
    seq = await session.scalar(bump)
    if seq is None:
        await _create(session, stream)
        seq = await session.scalar(bump)
        assert seq is not None
    session.add(LogEntry(stream_id=stream, seq=seq, kind=kind, data=data, at=now))
    rung(session)[stream] = seq
    return seq


async def _create(session: AsyncSession, stream: str) -> None:
    """Insert the stream unless a concurrent transaction was quicker."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    await session.execute(insert(Stream).values(id=stream, seq=0).on_conflict_do_nothing())


def rung(session: AsyncSession) -> dict[str, int]:
    """Streams this transaction appended to, and their tops: to be rung on the bus after commit (P7)."""
    bells: dict[str, int] = session.info.setdefault("rung", {})
    return bells


Deferred = Callable[[AsyncSession], Awaitable[None]]


def before_commit(session: AsyncSession, key: str, action: Deferred) -> None:
    """Run `action` once per `key` when the transaction is about to commit: conflated counters (P9)."""
    session.info.setdefault("before_commit", {}).setdefault(key, action)


async def run_deferred(session: AsyncSession) -> None:
    """Run what `before_commit` collected, in order of first mention."""
    actions: dict[str, Deferred] = session.info.pop("before_commit", {})
    for action in actions.values():
        await action(session)


Mark = tuple[dict[str, int], dict[str, Deferred]]


def mark(session: AsyncSession) -> Mark:
    """What is to be rung and run so far; `reset` returns to it when a savepoint is undone."""
    return dict(rung(session)), dict(session.info.get("before_commit", {}))


def reset(session: AsyncSession, to: Mark) -> None:
    """Forget bells and deferred actions of an undone savepoint."""
    session.info["rung"], session.info["before_commit"] = dict(to[0]), dict(to[1])


async def since(session: AsyncSession, stream: str, after_seq: int, limit: int = 301) -> list[Entry]:
    """Entries with `seq > after_seq` in order, at most `limit`."""
    query = (
        select(LogEntry.seq, LogEntry.kind, LogEntry.data, LogEntry.at)
        .where(LogEntry.stream_id == stream, LogEntry.seq > after_seq)
        .order_by(LogEntry.seq)
        .limit(limit)
    )
    return [Entry(*row) for row in await session.execute(query)]


async def tops(session: AsyncSession, streams: Sequence[str]) -> dict[str, Top]:
    """The tops of these streams in one query; a stream nothing was written to yet stands at 0."""
    query = select(Installation.epoch, Stream.id, Stream.seq).outerjoin(Stream, Stream.id.in_(streams))
    rows = (await session.execute(query)).all()
    found = {row.id: Top(row.epoch, row.seq) for row in rows if row.id is not None}
    return {stream: found.get(stream, Top(rows[0].epoch, 0)) for stream in streams}


async def renew_epoch(session: AsyncSession) -> None:
    """After a restore: every reader takes a snapshot, since old `seq` values no longer mean the same (P5)."""
    await session.execute(update(Installation).values(epoch=new_id()))
