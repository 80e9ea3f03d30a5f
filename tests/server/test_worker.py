"""P14: a job is a row; it is done at least once, retried for three days, and never lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from events import outbox
from events.accounts.models import Login, User
from events.base import new_id
from events.outbox import Delivery, OutboxRow
from events.programme.models import Booking
from server import worker
from server.commands import CommandRow, Commands
from server.database import Database
from server.delivery import Undeliverable
from server.settings import Settings
from server.worker import Duty, Worker, deliver, forget_logins, release_holds, working
from tests.world import World

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


class Post:
    """Keeps what it is given; fails as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.letters: list[tuple[str, str]] = []
        self.error = error

    async def __call__(self, row: OutboxRow, locale: str) -> None:
        if self.error:
            raise self.error
        self.letters.append((row.address, locale))


async def queue(database: Database, *addresses: str, **data: Any) -> None:
    async with database.write() as session:
        for address in addresses:
            outbox.mail(session, address, "booking.cancelled", {"token": "secret", **data}, NOW)


async def rows(database: Database) -> list[OutboxRow]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


async def test_deliver_sends_each_row_once_and_forgets_what_it_said(database: Database) -> None:
    await queue(database, "a@example.com", "b@example.com")
    post = Post()

    counts = [await deliver(database, post, NOW), await deliver(database, post, NOW)]

    assert counts == [2, 0]
    assert sorted(post.letters) == [("a@example.com", "zh-CN"), ("b@example.com", "zh-CN")]
    assert [(row.state, row.data) for row in await rows(database)] == [(Delivery.SENT, {})] * 2


async def test_deliver_writes_in_the_language_of_the_letter_else_of_the_account(database: Database) -> None:
    async with database.write() as session:
        session.add(
            User(id=new_id(), email="en@example.com", name="A", password_hash=None, locale="en", created_at=NOW)
        )
    await queue(database, "en@example.com")
    await queue(database, "zh@example.com", locale="en")
    post = Post()

    await deliver(database, post, NOW)

    assert sorted(post.letters) == [("en@example.com", "en"), ("zh@example.com", "en")]


async def test_failed_letter_waits_twice_as_long_each_time_and_dies_after_three_days(database: Database) -> None:
    await queue(database, "a@example.com")
    post, now, waits = Post(OSError("no route")), NOW, []
    while True:
        await deliver(database, post, now)
        row = (await rows(database))[0]
        if row.state == Delivery.DEAD:
            break
        waits.append(round((row.due_at - now).total_seconds() / 60))
        now = row.due_at

    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waits[9:]) == {360}
    assert 2.5 < sum(waits) / 60 / 24 <= 3
    assert row.last_error == "OSError: no route"


async def test_undeliverable_letter_is_dead_at_once_and_can_be_replayed(database: Database) -> None:
    await queue(database, "nobody")
    await deliver(database, Post(Undeliverable("address")), NOW)
    dead = (await rows(database))[0]
    post = Post()

    async with database.write() as session:
        await outbox.replay(session, dead.id, NOW)
    await deliver(database, post, NOW)

    assert dead.state == Delivery.DEAD
    assert post.letters == [("nobody", "zh-CN")]


async def test_letter_of_a_worker_that_died_is_sent_again_after_its_lease(database: Database) -> None:
    await queue(database, "a@example.com")
    async with database.write() as session:
        await outbox.take(session, NOW, 10)
    post = Post()

    during = await deliver(database, post, NOW + timedelta(minutes=4))
    after = await deliver(database, post, NOW + timedelta(minutes=6))

    assert (during, after) == (0, 1)
    assert post.letters == [("a@example.com", "zh-CN")]


async def test_several_workers_send_nothing_twice(fresh_postgres_url: str) -> None:
    database = Database(fresh_postgres_url)
    await queue(database, *(f"{n}@example.com" for n in range(100)))
    post = Post()

    async def work() -> None:
        while await deliver(database, post, NOW):
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    await database.close()

    assert sorted(post.letters) == sorted((f"{n}@example.com", "zh-CN") for n in range(100))


async def test_duty_that_fails_does_not_stop_the_others_nor_itself(database: Database) -> None:
    calls: list[str] = []

    async def fail(_now: datetime) -> int:
        calls.append("fail")
        raise ValueError("a bug")

    async def work(_now: datetime) -> int:
        calls.append("work")
        return 0

    worker = Worker([Duty("fail", 0.05, fail), Duty("work", 0.05, work)])
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while min(calls.count("fail"), calls.count("work")) < 3:
            await asyncio.sleep(0.02)
    worker.stop()
    await task

    assert {"fail", "work"} == set(calls)


async def test_lapsed_hold_is_released_and_the_room_is_rung(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder = await world.person()
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    slots = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    booking = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    rings: list[dict[str, int]] = []

    later = datetime.now(UTC) + timedelta(minutes=6)
    database = world.app.state.roadshow.database
    counts = [await release_holds(database, rings.append, later), await release_holds(database, rings.append, later)]

    async with world.session() as session:
        state = await session.scalar(select(Booking.state).where(Booking.id == booking["id"]))
    assert (counts, state) == ([1, 0], "expired")
    assert [list(bells) for bells in rings] == [[f"{roadshow['id']}/public"]]


async def test_old_answers_and_sign_ins_are_forgotten(small_world: World) -> None:
    await small_world.person()
    state = small_world.app.state.roadshow
    later = datetime.now(UTC) + timedelta(days=30)

    await state.commands.forget(later)
    await forget_logins(state.database, later)

    async with small_world.session() as session:
        left = [*await session.scalars(select(CommandRow.cmd_id)), *await session.scalars(select(Login.id))]
    assert left == []


async def test_everything_that_may_be_forgotten_is_looked_after(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, asked = small_world.app.state.roadshow, []
    names = [name for name in vars(worker) if name.startswith("forget_")]
    for name in names:

        async def note(*_: object, name: str = name) -> int:
            asked.append(name)
            return 0

        monkeypatch.setattr(worker, name, note)
    (duty,) = [
        each
        for each in worker.duties_of(state.database, state.settings, state.commands, lambda *_, **__: None)
        if each.name == "forget"
    ]

    await duty.act(datetime.now(UTC))

    assert set(asked) == set(names)
    assert {"forget_imports", "forget_decks", "forget_evidence", "forget_logins", "forget_sign_ups"} <= set(asked)


async def test_working_looks_after_what_is_queued(database: Database, settings: Settings) -> None:
    commands = Commands(database, lambda written, more=False: None)
    async with working(database, settings, commands, lambda written, more=False: None):
        await queue(database, "a@example.com")
        for _ in range(50):
            found = await rows(database)
            if found[0].state == Delivery.SENT:
                break
            await asyncio.sleep(0.1)

    assert found[0].state == Delivery.SENT
