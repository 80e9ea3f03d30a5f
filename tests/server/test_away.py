"""A PostgreSQL that is away is noticed, a busy one is left alone, and a connection that died is never handed out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import SYSTEM, Actor
from server import away
from server.api.door import respond
from server.away import DatabaseAway, Watch
from server.commands import Command, Commands, digest_of
from server.database import AWAY, Database
from server.errors import Unavailable, problem
from tests.faults.relay import Relay
from tests.services import free_port

MINE = "datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    relay = Relay()
    await relay.open()
    yield relay
    await relay.close()


@pytest.fixture
async def postgres(fresh_postgres_url: str, relay: Relay) -> AsyncIterator[Database]:
    """A database behind a wire that can be cut."""
    database = Database(relay.to(fresh_postgres_url))
    yield database
    relay.heal()
    await database.close()


async def ask(database: Database, what: str = "SELECT 1") -> object:
    async with database.read() as session:
        return await session.scalar(text(what))


async def outcome(database: Database) -> str:
    try:
        async with asyncio.timeout(20):
            await ask(database)
    except AWAY as error:
        return type(error).__name__
    return "answered"


def test_who_is_told_that_it_is_away_is_told_when_to_come_back() -> None:
    answer = respond(problem(Unavailable()))

    assert (answer.status_code, int(answer.headers["retry-after"]) >= 1) == (503, True)


async def test_nothing_is_begun_on_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    async def connect(*_: object, **__: object) -> None:
        tried.append(1)
        raise OSError

    monkeypatch.setattr(away, "_connect", connect)
    database = Database(f"postgresql://u:p@127.0.0.1:{free_port()}/d")
    database.watch.is_away = True

    for begin in (database.read, database.look, database.write):
        with pytest.raises(DatabaseAway):
            async with begin() as session:
                await session.scalar(text("SELECT 1"))
    with pytest.raises(DatabaseAway):
        await database.transact(lambda session: session.scalar(text("SELECT 1")))

    assert tried == []
    database.watch.is_away = False
    await database.close()


async def test_silence_is_noticed_and_nobody_begins_until_it_is_over(postgres: Database, relay: Relay) -> None:
    await asyncio.gather(*(ask(postgres) for _ in range(5)))

    relay.cut()
    waited = await asyncio.gather(*(outcome(postgres) for _ in range(30)))
    at_once = postgres.watch.is_away and await outcome(postgres)
    relay.heal()
    async with asyncio.timeout(30):
        while postgres.watch.is_away:
            await asyncio.sleep(0.05)

    assert "answered" not in waited
    assert at_once == "DatabaseAway"
    assert [await outcome(postgres) for _ in range(12)] == ["answered"] * 12


async def test_a_busy_database_is_not_cut(postgres: Database) -> None:
    answers = await asyncio.gather(*(ask(postgres, "SELECT 7 FROM pg_sleep(3)") for _ in range(3)))

    assert answers == [7, 7, 7]
    assert not postgres.watch.is_away


async def test_connections_that_died_idle_are_replaced_unseen(postgres: Database, fresh_postgres_url: str) -> None:
    other = Database(fresh_postgres_url)
    await asyncio.gather(*(ask(postgres, "SELECT pg_sleep(0.2)") for _ in range(4)))
    await ask(other, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {MINE}")
    await asyncio.sleep(0.2)

    assert [await outcome(postgres) for _ in range(4)] == ["answered"] * 4
    await other.close()


async def test_a_database_nobody_listens_for_is_away_at_once() -> None:
    url = make_url("postgresql://nobody@127.0.0.1/none").set(port=free_port())
    database = Database(url.render_as_string(hide_password=False))

    with pytest.raises(DatabaseAway):
        await ask(database)
    await database.close()


async def test_a_connection_that_goes_away_unnoticed_is_told_as_unavailable(postgres: Database) -> None:
    commands = Commands(postgres, ring=lambda written, more=False: None)

    async def work(session: AsyncSession, _actor: Actor, _now: datetime) -> None:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert raw is not None
        raw.terminate()
        with suppress(DBAPIError):
            await session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await commands.perform(Command(SYSTEM, work, digest_of("go away", None)))


async def test_a_probe_this_process_had_no_time_for_cuts_nobody(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_watch: Watch) -> bool:
        time.sleep(away.PROBE_SECONDS + 3 * away.LATE_SECONDS)
        await asyncio.sleep(60)
        return False

    monkeypatch.setattr(Watch, "_ask", never)
    answer = await ask(postgres, "SELECT 7 FROM pg_sleep(6)")

    assert answer == 7
    assert not postgres.watch.is_away
