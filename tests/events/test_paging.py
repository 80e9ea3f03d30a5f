"""Lists a page at a time: nothing twice, nothing missed, whatever is inserted between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import User
from events.base import new_id
from events.paging import BadCursor, Window, page
from server.database import Database

START = datetime(2026, 11, 21, 6, 30, 0, 123456, tzinfo=UTC)
KEYS = [User.created_at, User.id]


async def add_people(session: AsyncSession, *names: str) -> None:
    """Two by two at the same moment, so that the second key decides."""
    for n, name in enumerate(names):
        at = START + timedelta(minutes=n // 2)
        session.add(User(id=new_id(), email=None, name=name, password_hash=None, created_at=at))
    await session.flush()


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_together_are_the_list(database: Database, descending: bool) -> None:
    async with database.write() as session:
        await add_people(session, *"abcdefg")
        whole = [user.id for user in (await page(session, select(User), KEYS, Window(), descending=descending)).firsts]

        found, cursor = [], None
        while True:
            part = await page(session, select(User), KEYS, Window(cursor, 2), descending=descending)
            found += [user.id for user in part.firsts]
            cursor = part.next
            if cursor is None:
                break

    assert len(whole) == 7
    assert found == whole


async def test_row_inserted_before_the_cursor_shifts_nothing(database: Database) -> None:
    async with database.write() as session:
        await add_people(session, "a", "b", "c", "d")
        first = await page(session, select(User), KEYS, Window(None, 2), descending=True)
        session.add(
            User(id=new_id(), email=None, name="new", password_hash=None, created_at=START + timedelta(hours=1))
        )
        await session.flush()

        second = await page(session, select(User), KEYS, Window(first.next, 2), descending=True)

    assert {user.name for user in first.firsts} | {user.name for user in second.firsts} == set("abcd")


async def test_last_page_has_no_next(database: Database) -> None:
    async with database.write() as session:
        await add_people(session, "a", "b")

        part = await page(session, select(User), KEYS, Window(None, 2))

    assert (len(part.firsts), part.next) == (2, None)


@pytest.mark.parametrize("cursor", ["?", "e30", "WyJhIl0", "WyJub3QgYSBkYXRlIiwiYSJd", "Wy0xLDJd", "é", "A" * 501])
async def test_foreign_cursor_is_refused(sqlite_url: str, cursor: str) -> None:
    database = Database(sqlite_url)

    async with database.write() as session:
        with pytest.raises(BadCursor):
            await page(session, select(User), KEYS, Window(cursor))

    await database.close()
