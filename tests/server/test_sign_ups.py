"""Sign-ups that never proved their address are forgotten after a month, and nobody who uses theirs is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from events.accounts.models import AddressProof, Login, User
from server import sign_ups
from server.sign_ups import KEPT, forget_sign_ups
from tests.world import PASSWORD, Person, World


async def signed_out(world: World, person: Person) -> Person:
    """The person with every sign-in run out."""
    async with world.app.state.roadshow.database.write() as session:
        ended = datetime.now(UTC) - timedelta(days=1)
        await session.execute(update(Login).where(Login.user_id == person.id).values(expires_at=ended))
    return person


async def kept(world: World) -> dict[str, str | None]:
    async with world.session() as session:
        return {row.id: row.asked_email for row in await session.execute(select(User.id, User.asked_email))}


async def test_sign_up_nobody_proved_is_forgotten_once(world: World) -> None:
    database = world.app.state.roadshow.database
    person = await signed_out(world, await world.newcomer("来人"))
    early, late = datetime.now(UTC) + KEPT - timedelta(hours=1), datetime.now(UTC) + KEPT + timedelta(hours=1)

    counts = [await forget_sign_ups(database, now) for now in (early, late, late)]
    answer = await (await world.stranger()).post("/session", {"email": person.email, "password": PASSWORD})

    async with world.session() as session:
        user = await session.get_one(User, person.id)
        left = [*await session.scalars(select(AddressProof.id)), *await session.scalars(select(Login.id))]
    assert counts == [0, 1, 0]
    assert (user.name, user.asked_email, user.password_hash, user.is_guest, left) == ("来人", None, None, True, [])
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")


async def test_who_proved_or_uses_the_account_keeps_it(world: World) -> None:
    database, late = world.app.state.roadshow.database, datetime.now(UTC) + KEPT + timedelta(hours=1)
    owner, organizer = await world.organizer()
    proved = await signed_out(world, await world.person())
    using, belongs, registered = [await world.newcomer() for _ in range(3)]
    async with database.write() as session:
        ends = late + timedelta(days=1)
        await session.execute(update(Login).where(Login.user_id == using.id).values(expires_at=ends))
    await belongs.made("/organizers", {"slug": "belongs", "name": "乙"})
    roadshow = await world.roadshow(owner, organizer["id"])
    await registered.made(f"/roadshows/{roadshow['id']}/registrations", {})
    before = await kept(world)

    counts = [await forget_sign_ups(database, late) for _ in range(2)]

    assert counts == [0, 0]
    assert await kept(world) == before
    assert before[proved.id] is None


async def test_many_are_forgotten_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime.now(UTC) + KEPT + timedelta(days=20)
    for _ in range(3):
        await world.newcomer()
    monkeypatch.setattr(sign_ups, "AT_ONCE", 2)

    assert await forget_sign_ups(world.app.state.roadshow.database, late) == 3
