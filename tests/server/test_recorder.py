"""P14 and P15: numbers without gaps whoever commits when, and a chain that tells of every edit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, changes
from events.actor import SYSTEM
from events.audit import AuditRow
from events.base import new_id
from events.changes import Change, ChangeKind
from events.directory.models import Organizer
from server.database import Database
from server.recorder import catch_up, record, record_in, recording

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


async def organizer(database: Database) -> str:
    row = Organizer(id=new_id(), slug=new_id().lower(), name="光谷路演中心", created_at=NOW)
    async with database.write() as session:
        session.add(row)
    return row.id


def act(session: AsyncSession, organizer_id: str, text: str) -> None:
    changes.publish(session, [organizer_id], ChangeKind.PROJECT, new_id(), {"name": text}, NOW)
    audit.record(session, SYSTEM, "project.changed", ("project", text), now=NOW, organizer_id=organizer_id)


async def feed(database: Database, organizer_id: str) -> list[tuple[int | None, str]]:
    async with database.read() as session:
        page = await changes.read(session, organizer_id, 0, 10_000)
    return [(row.seq, (row.data or {})["name"]) for row in page.items]


@asynccontextmanager
async def twin(database: Database) -> AsyncIterator[Database]:
    """The same database as another process has it open."""
    url = database.writer.url.set(drivername=database.writer.url.get_backend_name())
    other = Database(url.render_as_string(hide_password=False))
    yield other
    await other.close()


async def test_record_numbers_each_organizers_feed_from_one(database: Database) -> None:
    one, two = await organizer(database), await organizer(database)
    async with database.write() as session:
        for owner, text in ((one, "a"), (two, "b"), (one, "c")):
            act(session, owner, text)

    count = await record(database)

    assert count == 6
    assert await feed(database, one) == [(1, "a"), (2, "c")]
    assert await feed(database, two) == [(1, "b")]


async def test_record_has_nothing_to_do_twice(database: Database) -> None:
    owner = await organizer(database)
    async with database.write() as session:
        act(session, owner, "a")

    counts = [await record(database), await record(database)]

    assert counts == [2, 0]


@pytest.mark.parametrize("writers", [4])
async def test_two_recorders_at_once_leave_no_gap_and_no_double(fresh_postgres_url: str, writers: int) -> None:
    database = Database(fresh_postgres_url)
    owner = await organizer(database)

    async def write(name: int) -> None:
        for n in range(50):
            async with database.write() as session:
                act(session, owner, f"{name}-{n}")

    async with twin(database) as other:
        async with recording(database), recording(other):
            await asyncio.gather(*(write(name) for name in range(writers)))
        rows = await feed(database, owner)
        async with database.read() as session:
            verdict = await audit.verify(session)
    await database.close()

    assert [seq for seq, _ in rows] == list(range(1, writers * 50 + 1))
    assert {name for _, name in rows} == {f"{w}-{n}" for w in range(writers) for n in range(50)}
    assert verdict == audit.Verdict(rows=writers * 50, broken_at=None)


async def test_transaction_that_commits_late_is_numbered_after_and_not_skipped(fresh_postgres_url: str) -> None:
    database = Database(fresh_postgres_url)
    owner = await organizer(database)

    async with database.write() as slow:
        act(slow, owner, "slow")
        await slow.flush()
        async with database.write() as quick:
            act(quick, owner, "quick")
        await catch_up(database)
        before = await feed(database, owner)
    await catch_up(database)
    after = await feed(database, owner)
    await database.close()

    assert before == [(1, "quick")]
    assert after == [(1, "quick"), (2, "slow")]


async def test_second_recorder_waits_for_the_first_and_goes_on_from_there(fresh_postgres_url: str) -> None:
    database = Database(fresh_postgres_url)
    owner = await organizer(database)
    async with database.write() as slow:
        act(slow, owner, "slow")
        await slow.flush()
        async with database.write() as quick:
            act(quick, owner, "quick")
        first = database.write()
        session = await first.__aenter__()
        await record_in(session)
        await session.flush()

    second = asyncio.create_task(record(database))
    await asyncio.sleep(0.3)
    waited = not second.done()
    await first.__aexit__(None, None, None)
    count = await second
    rows = await feed(database, owner)
    await database.close()

    assert (waited, count) == (True, 2)
    assert rows == [(1, "quick"), (2, "slow")]


async def test_recording_hears_a_commit_of_its_own_process_at_once(database: Database) -> None:
    owner = await organizer(database)

    async with recording(database):
        await asyncio.sleep(0.2)
        async with database.write() as session:
            act(session, owner, "a")
        await asyncio.sleep(0.5)
        rows = await feed(database, owner)

    assert rows == [(1, "a")]


async def test_recording_finds_what_another_process_committed(database: Database) -> None:
    owner = await organizer(database)

    async with twin(database) as other, recording(database):
        async with other.write() as session:
            act(session, owner, "a")
        for _ in range(40):
            if rows := await feed(database, owner):
                break
            await asyncio.sleep(0.1)

    assert rows == [(1, "a")]


async def test_recording_survives_a_database_that_is_away(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url)
    owner = await organizer(database)
    answers = iter([OSError("away")])

    async def fail_once(_database: Database) -> int:
        for error in answers:
            raise error
        return await catch_up(database)

    monkeypatch.setattr("server.recorder.catch_up", fail_once)

    async with recording(database):
        await asyncio.sleep(0.1)
        async with database.write() as session:
            act(session, owner, "a")
        await asyncio.sleep(0.5)
        rows = await feed(database, owner)
    await database.close()

    assert rows == [(1, "a")]


@pytest.mark.parametrize("attack", ["edit", "remove", "swap", "cut"])
async def test_verify_names_the_row_that_was_tampered_with(database: Database, attack: str) -> None:
    owner = await organizer(database)
    async with database.write() as session:
        for n in range(10):
            act(session, owner, str(n))
    await catch_up(database)

    async with database.write() as session:
        if attack == "edit":
            await session.execute(update(AuditRow).where(AuditRow.seq == 4).values(action="nothing.happened"))
        if attack == "remove":
            await session.execute(delete(AuditRow).where(AuditRow.seq == 4))
        if attack == "swap":
            for old, new in ((4, 99), (5, 4), (99, 5)):
                await session.execute(update(AuditRow).where(AuditRow.seq == old).values(seq=new))
        if attack == "cut":
            await session.execute(delete(AuditRow).where(AuditRow.seq == 10))

    async with database.read() as session:
        verdict = await audit.verify(session)

    assert verdict.broken_at == {"edit": 4, "remove": 4, "swap": 4, "cut": 10}[attack]


async def test_every_row_of_a_page_keeps_its_number(database: Database) -> None:
    owner = await organizer(database)
    async with database.write() as session:
        for n in range(30):
            act(session, owner, str(n))

    while await record(database, limit=7):
        pass
    async with database.read() as session:
        seqs = list(await session.scalars(select(Change.seq).order_by(Change.n)))

    assert seqs == list(range(1, 31))
