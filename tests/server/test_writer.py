"""SQLite's writer: whole transactions in a thread, one after another, whatever becomes of who waits."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time

import pytest
from sqlalchemy import func, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from events.log import Stream
from server.database import Database


@pytest.fixture
async def database(sqlite_url: str):  # type: ignore[no-untyped-def]
    database = Database(sqlite_url)
    yield database
    await database.close()


async def add(session: AsyncSession, name: str) -> str:
    session.add(Stream(id=name, seq=0, chained_after=0))
    await session.flush()
    return threading.current_thread().name


async def names(database: Database) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(select(Stream.id)))


async def test_a_transaction_runs_in_the_writers_thread(database: Database) -> None:
    assert await database.transact(lambda session: add(session, "a")) == "writer"
    assert await names(database) == {"a"}


async def test_rows_come_whichever_way_they_are_asked_for(database: Database) -> None:
    async def work(session: AsyncSession) -> list[list[object]]:
        await add(session, "a")
        await add(session, "b")
        each = select(Stream.id).where(Stream.id == "a"), select(Stream.id).where(Stream.id == "b")
        found = [
            list(await session.scalars(query)) for query in (*each, union_all(*each), text("SELECT id FROM streams"))
        ]
        connection = await session.connection()
        return [
            *found,
            list((await connection.execute(each[0])).scalars()),
            list(await connection.run_sync(lambda c: c.scalars(each[1]))),
        ]

    assert await database.transact(work) == [["a"], ["b"], ["a", "b"], ["a", "b"], ["a"], ["b"]]


async def test_an_error_undoes_the_transaction_and_reaches_who_waits(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        await add(session, "a")
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await database.transact(work)

    assert await names(database) == set()


async def test_who_stops_waiting_stops_nothing(database: Database) -> None:
    begun = threading.Event()

    async def work(session: AsyncSession) -> None:
        begun.set()
        time.sleep(0.1)
        await add(session, "a")

    waiting = asyncio.create_task(database.transact(work))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await database.transact(lambda session: add(session, "b"))

    assert await names(database) == {"a", "b"}


async def test_two_hundred_writers_of_both_kinds_are_never_told_that_it_is_locked(database: Database) -> None:
    async def in_the_loop(number: int) -> None:
        async with database.write() as session:
            await add(session, f"loop {number}")
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(
            *(database.transact(lambda session, n=number: add(session, f"thread {n}")) for number in range(100)),  # type: ignore[misc]
            *(in_the_loop(number) for number in range(100)),
        )

    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Stream)) == 200


async def test_who_gives_up_the_turn_before_it_comes_blocks_nobody(database: Database) -> None:
    async def never() -> None:
        async with database.write() as session:
            await add(session, "never")

    async with database.write() as session:
        waiting = asyncio.create_task(never())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await add(session, "mine")
    async with asyncio.timeout(5):
        await database.transact(lambda session: add(session, "next"))

    assert await names(database) == {"mine", "next"}


async def test_the_loop_goes_on_while_the_writer_waits_for_the_disk(database: Database) -> None:
    async def slow(session: AsyncSession) -> None:
        await add(session, "a")
        time.sleep(0.3)

    began = time.monotonic()
    writing = asyncio.create_task(database.transact(slow))
    await asyncio.sleep(0.01)
    woke = time.monotonic() - began
    await writing

    assert woke < 0.25


async def test_what_is_told_of_commits_is_told_of_both_kinds(database: Database) -> None:
    told: list[str] = []
    database.on_commit.append(lambda: told.append("commit"))

    await database.transact(lambda session: add(session, "a"))
    async with database.write() as session:
        await add(session, "b")

    assert told == ["commit", "commit"]


async def test_closing_ends_the_thread_and_leaves_no_log_behind(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await database.transact(lambda session: add(session, "a"))

    async with asyncio.timeout(3):
        await database.close()

    assert "writer" not in {thread.name for thread in threading.enumerate()}
    path = sqlite_url.removeprefix("sqlite:///")
    assert sqlite3.connect(path).execute("SELECT id FROM streams").fetchall() == [("a",)]


async def test_the_writer_waits_for_the_disk_and_checkpoints(database: Database) -> None:
    async def read(session: AsyncSession) -> list[object]:
        pragmas = ("synchronous", "journal_mode", "wal_autocheckpoint", "query_only", "foreign_keys")
        return [await session.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas]

    assert await database.transact(read) == [2, "wal", 4000, 0, 1]
    async with database.read() as session:
        assert (await read(session))[2:4] == [0, 1]
