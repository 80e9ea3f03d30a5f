"""Seats under pressure: never one too many, nobody overtaken, nobody told twice (P12)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from events.registrations import service
from events.registrations.models import RegistrationState
from events.registrations.schemas import RegistrationIn, RejectionIn
from server.database import Database
from server.errors import Answer
from tests.events.registrations.crowd import NOW, Crowd, gather_crowd, host_of

State = RegistrationState


async def contend(database: Database, people: int, seats: int) -> None:
    crowd = await gather_crowd(database, people=people, seats=seats)

    answers = await asyncio.gather(*(crowd.register(person) for person in crowd.people))

    assert Counter(answer.status for answer in answers) == {200: people}
    rows = await crowd.rows()
    assert Counter(row.state for row in rows) == {State.CONFIRMED: seats, State.WAITLISTED: people - seats}
    assert await crowd.seats_taken() == seats
    queued = [row.queued_at for row in rows if row.state == State.WAITLISTED]
    assert len(set(queued)) == people - seats


async def test_hundred_contenders_for_twenty_seats(database: Database) -> None:
    await contend(database, people=100, seats=20)


@pytest.mark.full
async def test_five_hundred_contenders_for_twenty_seats(database: Database) -> None:
    await contend(database, people=500, seats=20)


async def test_cancellations_while_promoters_run_promote_as_many_in_order(database: Database) -> None:
    crowd = await gather_crowd(database, people=60, seats=20)
    await asyncio.gather(*(crowd.register(person) for person in crowd.people))
    before = await crowd.by_user()
    seated = [person for person in crowd.people if before[person.user_id or ""].state == State.CONFIRMED]
    queue = [row.id for row in await crowd.rows() if row.state == State.WAITLISTED]

    freeing = [crowd.cancel(person) for person in seated[:12]]
    await asyncio.gather(*freeing, *(crowd.promote() for _ in range(40)))

    after = await crowd.rows()
    promoted = {row.id for row in after if row.state == State.CONFIRMED} & set(queue)
    assert promoted == set(queue[:12])
    assert await crowd.seats_taken() == await crowd.count(State.CONFIRMED) == 20
    assert sorted(await crowd.letters("registration.promoted")) == sorted(queue[:12])


async def test_newcomers_and_leavers_at_once_lose_no_seat(database: Database) -> None:
    crowd = await gather_crowd(database, people=60, seats=10)
    first, late = crowd.people[:30], crowd.people[30:]
    await asyncio.gather(*(crowd.register(person) for person in first))
    before = await crowd.by_user()
    seated = [person for person in first if before[person.user_id or ""].state == State.CONFIRMED]
    queue = [row.id for row in await crowd.rows() if row.state == State.WAITLISTED]

    await asyncio.gather(*(crowd.cancel(person) for person in seated), *(crowd.register(person) for person in late))

    after = await crowd.rows()
    assert {row.id for row in after if row.state == State.CONFIRMED} == set(queue[:10])
    assert await crowd.count(State.WAITLISTED) == 40
    assert await crowd.seats_taken() == 10


async def test_who_is_just_queuing_is_not_missed_by_who_just_leaves(database: Database) -> None:
    crowd = await gather_crowd(database, people=2, seats=1)
    seated, late = crowd.people
    await crowd.register(seated)

    async with database.write() as session:
        view = await service.register(session, late, crowd.roadshow_id, RegistrationIn(), now=NOW)
        leaving = asyncio.create_task(crowd.cancel(seated))
        await asyncio.sleep(0.3)
        assert (view.state, leaving.done()) == (State.WAITLISTED, False)
    await leaving

    assert (await crowd.by_user())[late.user_id or ""].state == State.CONFIRMED


async def test_cancel_and_reject_of_one_seat_free_it_once(database: Database) -> None:
    crowd = await gather_crowd(database, people=5, seats=1)
    for person in crowd.people[:4]:
        await crowd.register(person)
    seated = (await crowd.by_user())[crowd.people[0].user_id or ""]

    answers = await asyncio.gather(crowd.cancel(crowd.people[0]), reject(crowd, seated.id))

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert await crowd.seats_taken() == await crowd.count(State.CONFIRMED) == 1
    assert len(await crowd.letters("registration.promoted")) == 1


async def reject(crowd: Crowd, registration_id: str) -> Answer:
    return await crowd.act(
        host_of(crowd),
        lambda session, who, now: service.reject(session, who, registration_id, RejectionIn(reason="重复"), now=now),
    )
