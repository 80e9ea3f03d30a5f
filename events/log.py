"""The log of live entries: ordered, gap-free, one `seq` per stream, written with the fact itself (P1, P2).

A stream is one audience of one room: `ROADSHOW/public`, `ROADSHOW/staff`, `ROADSHOW/user/USER`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, ForeignKey, LargeBinary, String, Table, bindparam, event, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.base import Base, new_id


class Installation(Base):
    """One row: the epoch of everything this database has numbered; a restore changes it and is dated (P5)."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[str] = mapped_column(String(26))
    restored_at: Mapped[datetime | None]


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


def room_stream(roadshow_id: str, audience: str) -> str:
    """A room's stream for one of its audiences."""
    return f"{roadshow_id}/{audience}"


def public_stream(roadshow_id: str) -> str:
    return room_stream(roadshow_id, "public")


def staff_stream(roadshow_id: str) -> str:
    return room_stream(roadshow_id, "staff")


def speaker_stream(roadshow_id: str) -> str:
    return room_stream(roadshow_id, "speaker")


def danmaku_stream(roadshow_id: str) -> str:
    """The stream of moments: what is shown, taken back and tapped; nobody is sent them twice."""
    return room_stream(roadshow_id, "danmaku")


def record_stream(roadshow_id: str) -> str:
    """The stream nobody follows: what only the archive tells."""
    return room_stream(roadshow_id, "record")


def user_stream(roadshow_id: str, user_id: str) -> str:
    return f"{roadshow_id}/user/{user_id}"


async def append(session: AsyncSession, stream: str, kind: str, data: dict[str, Any], now: datetime) -> None:
    """Write the entry when the caller's transaction commits: it takes its `seq` then, all streams at once.

    Streams are locked last and in order of their ids, so that transactions hold them briefly and cannot deadlock.
    """
    session.info.setdefault("appended", []).append((stream, kind, data, now))


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Number, chain and write what was appended, in three statements however many entries there are."""
    appended: list[_Appended] = session.info.get("appended", [])
    if not appended or session.in_nested_transaction():
        return
    session.flush()
    connection = session.connection()
    ends = _lock(connection, sorted({stream for stream, *_ in appended}))
    rows, entries = [], defaultdict(list)
    for stream, kind, data, at in appended:
        end = ends[stream]
        entry = Entry(end.seq + 1, kind, data, at)
        head = link(end.head, entry)
        ends[stream] = _End(entry.seq, head)
        entries[stream].append(entry)
        rows.append({"stream_id": stream, "seq": entry.seq, "kind": kind, "data": data, "at": at, "hash": head})
    connection.execute(_INSERT, rows)
    connection.execute(_MOVE, [{"stream": stream, "top": end.seq, "link": end.head} for stream, end in ends.items()])
    session.info["appended"], session.info["committed"] = [], dict(entries)


_Appended = tuple[str, str, dict[str, Any], datetime]
_STREAMS = cast(Table, Stream.__table__)
_ENDS = (
    select(Stream.id, Stream.seq, Stream.head, Stream.chained_after)
    .where(Stream.id.in_(bindparam("ids", expanding=True)))
    .order_by(Stream.id)
    .with_for_update()
)
_INSERT = insert(cast(Table, LogEntry.__table__))
_MOVE = (
    update(_STREAMS).where(_STREAMS.c.id == bindparam("stream")).values(seq=bindparam("top"), head=bindparam("link"))
)


@dataclass(frozen=True, slots=True)
class _End:
    seq: int
    head: bytes


def _lock(connection: Connection, streams: list[str]) -> dict[str, _End]:
    """The ends of these streams, locked; a stream nothing was written to yet begins."""
    ends = _ends(connection, streams)
    if missing := [stream for stream in streams if stream not in ends]:
        connection.execute(
            _creation(connection.dialect.name), [{"id": stream, "seq": 0, "chained_after": 0} for stream in missing]
        )
        ends |= _ends(connection, missing)
    return ends


def _ends(connection: Connection, streams: list[str]) -> dict[str, _End]:
    rows = connection.execute(_ENDS, {"ids": list(streams)})
    return {row.id: _End(row.seq, row.head or base(row.id, row.chained_after)) for row in rows}


def _creation(dialect: str) -> Any:
    """Insert a stream unless a concurrent transaction was quicker."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_of
    else:
        from sqlalchemy.dialects.sqlite import insert as insert_of  # type: ignore[assignment]
    return insert_of(_STREAMS).on_conflict_do_nothing()


def committed(session: AsyncSession) -> dict[str, list[Entry]]:
    """What the transaction wrote, by stream and in order, once it has committed: for those who listen (P7)."""
    entries: dict[str, list[Entry]] = session.info.get("committed", {})
    return entries


Deferred = Callable[[AsyncSession], Awaitable[None]]


def before_commit(session: AsyncSession, key: str, action: Deferred) -> None:
    """Run `action` once per `key` when the transaction is about to commit: conflated counters (P9)."""
    session.info.setdefault("before_commit", {}).setdefault(key, action)


async def run_deferred(session: AsyncSession) -> None:
    """Run what `before_commit` collected, in order of first mention."""
    actions: dict[str, Deferred] = session.info.pop("before_commit", {})
    for action in actions.values():
        await action(session)


Mark = tuple[int, dict[str, Deferred]]


def mark(session: AsyncSession) -> Mark:
    """What is to be written and run so far; `reset` returns to it when a savepoint is undone."""
    return len(session.info.get("appended", ())), dict(session.info.get("before_commit", {}))


def reset(session: AsyncSession, to: Mark) -> None:
    """Forget entries and deferred actions of an undone savepoint."""
    del session.info.setdefault("appended", [])[to[0] :]
    session.info["before_commit"] = dict(to[1])


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


async def renew_epoch(session: AsyncSession, now: datetime) -> None:
    """After a restore: every reader takes a snapshot, since old `seq` values no longer mean the same (P5)."""
    await session.execute(update(Installation).values(epoch=new_id(), restored_at=now))


# The hash chain: each entry's `hash` is SHA-256 over the one before and the entry's line; the stream keeps the last.

_canonical = msgspec.json.Encoder(order="sorted").encode


def line_of(entry: Entry) -> str:
    """The entry as it is hashed: the JSON text of `[seq, kind, at, data]`, keys in order, no spaces."""
    return _canonical([entry.seq, entry.kind, entry.at.astimezone(UTC), entry.data]).decode()


def link(previous: bytes, entry: Entry) -> bytes:
    """The head of a chain after `entry`."""
    return hashlib.sha256(previous + line_of(entry).encode()).digest()


def base(stream: str, after: int) -> bytes:
    """What the first link of a stream's chain hangs on: it cannot be moved to another stream or place."""
    return hashlib.sha256(f"{stream} {after}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Chain:
    """A stream's chain: where it begins (what is older was written before there were chains) and its end."""

    base_seq: int
    base_head: bytes
    seq: int
    head: bytes


async def chain_of(session: AsyncSession, stream: str) -> Chain:
    """The chain of a stream as it stands; of one nothing was written to, the empty one."""
    row = await session.get(Stream, stream, populate_existing=True)
    if row is None:
        return Chain(0, base(stream, 0), 0, base(stream, 0))
    beginning = base(stream, row.chained_after)
    return Chain(row.chained_after, beginning, row.seq, row.head or beginning)


async def verify(session: AsyncSession, stream: str, page: int = 1000) -> int | None:
    """The first `seq` of the stream that was edited, removed, moved or cut off; None when its chain holds."""
    chain = await chain_of(session, stream)
    seq, head = chain.base_seq, chain.base_head
    query = select(LogEntry.seq, LogEntry.kind, LogEntry.data, LogEntry.at, LogEntry.hash).order_by(LogEntry.seq)
    while True:
        rows = (await session.execute(query.where(LogEntry.stream_id == stream, LogEntry.seq > seq).limit(page))).all()
        for *entry, kept in rows:
            linked = link(head, Entry(*entry))
            if entry[0] != seq + 1 or kept != linked or seq >= chain.seq:
                return seq + 1
            seq, head = seq + 1, linked
        if len(rows) < page:
            return None if (seq, head) == (chain.seq, chain.head) else seq + 1


async def broken(session: AsyncSession) -> tuple[int, dict[str, int]]:
    """How many streams there are, and where the chains of those that were tampered with break."""
    streams = list(await session.scalars(select(Stream.id).order_by(Stream.id)))
    verdicts = {stream: await verify(session, stream) for stream in streams}
    orphans = await session.scalars(select(LogEntry.stream_id).where(LogEntry.stream_id.not_in(select(Stream.id))))
    found = {stream: seq for stream, seq in verdicts.items() if seq is not None}
    return len(streams), found | dict.fromkeys(orphans, 1)
