"""A stream's chain: whatever is edited, deleted, swapped, moved or cut off is found, and where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.log import LogEntry, Stream
from server.database import Database
from server.migrate import upgrade
from tests.queries import counted

NOW = datetime(2026, 11, 21, 6, 0, 0, 250_000, tzinfo=UTC)
ROOM, OTHER = "room/public", "room/staff"


async def write(database: Database, *words: str, streams: tuple[str, ...] = (ROOM,)) -> dict[str, list[log.Entry]]:
    """One transaction with an entry for each word on each stream; what it wrote."""

    async def work(session: AsyncSession) -> AsyncSession:
        for word in words:
            for stream in streams:
                await log.append(session, stream, "said", {"word": word, "a": [1, 2.5, None]}, NOW)
        return session

    return log.committed(await database.transact(work))


async def verdict(database: Database, stream: str = ROOM) -> int | None:
    async with database.read() as session:
        return await log.verify(session, stream, page=2)


async def test_entries_of_one_commit_are_numbered_chained_and_handed_on(database: Database) -> None:
    written = await write(database, "一", "two", streams=(ROOM, OTHER))
    more = await write(database, "three")

    async with database.read() as session:
        stored = await log.since(session, ROOM, 0)
        chain = await log.chain_of(session, ROOM)
    assert [entry.seq for entry in stored] == [1, 2, 3]
    assert stored == written[ROOM] + more[ROOM]
    assert set(written) == {ROOM, OTHER}
    head = chain.base_head
    for entry in stored:
        head = log.link(head, entry)
    assert (chain.seq, chain.head) == (3, head)
    assert await verdict(database) is None
    assert await verdict(database, OTHER) is None


async def test_a_line_is_json_of_the_entry_with_keys_in_order() -> None:
    entry = log.Entry(7, "said", {"b": "问", "a": 1}, NOW)

    assert log.line_of(entry) == '[7,"said","2026-11-21T06:00:00.250000Z",{"a":1,"b":"问"}]'


async def test_a_commit_moves_each_stream_once(database: Database) -> None:
    await write(database, "first", streams=(ROOM, OTHER))
    async with database.write() as session, counted(session) as sent:
        for number in range(20):
            for stream in (ROOM, OTHER):
                await log.append(session, stream, "said", {"word": str(number)}, NOW)
        await session.commit()

    assert [statement.split()[0] for statement in sent] == ["SELECT", "INSERT", "UPDATE"]


async def test_an_undone_savepoint_leaves_no_entry(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        await log.append(session, ROOM, "said", {"word": "kept"}, NOW)
        mark = log.mark(session)
        await log.append(session, ROOM, "said", {"word": "undone"}, NOW)
        log.reset(session, mark)

    await database.transact(work)

    async with database.read() as session:
        assert [entry.data for entry in await log.since(session, ROOM, 0)] == [{"word": "kept"}]


async def test_a_transaction_that_fails_writes_nothing(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        await log.append(session, ROOM, "said", {"word": "lost"}, NOW)
        raise LookupError

    with pytest.raises(LookupError):
        await database.transact(work)

    async with database.read() as session:
        assert (await log.chain_of(session, ROOM)).seq == 0


Tamper = Callable[[AsyncSession], Awaitable[object]]


def of(seq: int, stream: str = ROOM) -> object:
    return (LogEntry.stream_id == stream) & (LogEntry.seq == seq)


async def edit(session: AsyncSession) -> None:
    await session.execute(update(LogEntry).where(of(3)).values(data={"word": "forged", "a": [1, 2.5, None]}))  # type: ignore[arg-type]


async def redate(session: AsyncSession) -> None:
    await session.execute(update(LogEntry).where(of(3)).values(at=NOW.replace(second=1)))  # type: ignore[arg-type]


async def rename(session: AsyncSession) -> None:
    await session.execute(update(LogEntry).where(of(3)).values(kind="sung"))  # type: ignore[arg-type]


async def remove(session: AsyncSession) -> None:
    await session.execute(delete(LogEntry).where(of(3)))  # type: ignore[arg-type]


async def close_the_gap(session: AsyncSession) -> None:
    await remove(session)
    await session.execute(update(LogEntry).where(of(4)).values(seq=3))  # type: ignore[arg-type]
    await session.execute(update(LogEntry).where(of(5)).values(seq=4))  # type: ignore[arg-type]


async def swap(session: AsyncSession) -> None:
    for seq, to in ((3, 99), (4, 3), (99, 4)):
        await session.execute(update(LogEntry).where(of(seq)).values(seq=to))  # type: ignore[arg-type]


async def forge(session: AsyncSession) -> None:
    """An edit whose own link was made to fit."""
    before = await session.scalar(select(LogEntry.hash).where(of(2)))  # type: ignore[arg-type]
    data = {"word": "forged"}
    link = log.link(before or b"", log.Entry(3, "said", data, NOW))
    await session.execute(update(LogEntry).where(of(3)).values(data=data, hash=link))  # type: ignore[arg-type]


async def cut_off(session: AsyncSession) -> None:
    await session.execute(delete(LogEntry).where(of(5)))  # type: ignore[arg-type]


async def cut_off_neatly(session: AsyncSession) -> None:
    """The top follows, the kept head does not."""
    await cut_off(session)
    await session.execute(update(Stream).where(Stream.id == ROOM).values(seq=4))


async def add_on(session: AsyncSession) -> None:
    before = await session.scalar(select(LogEntry.hash).where(of(5)))  # type: ignore[arg-type]
    entry = log.Entry(6, "said", {"word": "more"}, NOW)
    session.add(
        LogEntry(stream_id=ROOM, seq=6, kind="said", data=entry.data, at=NOW, hash=log.link(before or b"", entry))
    )


async def bring_from_elsewhere(session: AsyncSession) -> None:
    """The other stream's true entries in place of this one's."""
    await session.execute(delete(LogEntry).where(LogEntry.stream_id == ROOM))
    await session.execute(update(LogEntry).where(LogEntry.stream_id == OTHER).values(stream_id=ROOM))
    head = await session.scalar(select(Stream.head).where(Stream.id == OTHER))
    await session.execute(update(Stream).where(Stream.id == ROOM).values(head=head))


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        (edit, 3), (redate, 3), (rename, 3), (remove, 3), (close_the_gap, 3), (swap, 3), (forge, 4), (cut_off, 5),
        (cut_off_neatly, 5), (add_on, 6), (bring_from_elsewhere, 1),
    ],
)  # fmt: skip
async def test_what_is_tampered_with_is_found(database: Database, tamper: Tamper, broken_at: int) -> None:
    await write(database, "一", "二", "三", "四", "五", streams=(ROOM, OTHER))

    async with database.write() as session:
        await tamper(session)

    assert await verdict(database) == broken_at
    async with database.read() as session:
        assert (await log.broken(session))[1].get(ROOM) == broken_at


async def test_entries_moved_to_another_stream_are_missed_in_theirs(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database, "一")
    async with database.write() as session:
        await session.execute(text("PRAGMA defer_foreign_keys = ON"))
        await session.execute(update(LogEntry).values(stream_id=OTHER))
        session.add(Stream(id=OTHER, seq=1, chained_after=0))

    async with database.read() as session:
        assert await log.broken(session) == (2, {ROOM: 1, OTHER: 1})
    await database.close()


async def test_old_entries_stay_and_the_chain_begins_after_them(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    await upgrade(database, "b1d4c07e52aa")
    async with database.write() as session:
        await session.execute(text("INSERT INTO streams (id, seq) VALUES ('room/public', 2)"))
        for seq in (1, 2):
            entry = (
                "INSERT INTO entries (stream_id, seq, kind, data, at) VALUES ('room/public', :seq, 'said', '{}', :at)"
            )
            await session.execute(text(entry), {"seq": seq, "at": "2026-11-20 06:00:00.000000"})
    await upgrade(database)

    await write(database, "after", "the", "upgrade")

    async with database.read() as session:
        chain = await log.chain_of(session, ROOM)
        assert [entry.seq for entry in await log.since(session, ROOM, 0)] == [1, 2, 3, 4, 5]
    assert (chain.base_seq, chain.base_head, chain.seq) == (2, log.base(ROOM, 2), 5)
    assert await verdict(database) is None
    async with database.write() as session:
        await edit(session)
    assert await verdict(database) == 3
    await database.close()
