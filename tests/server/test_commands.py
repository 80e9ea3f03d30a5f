"""P3: a command takes effect once, and a repeat gets the stored answer byte for byte."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import SYSTEM, Actor
from server.commands import Command, CommandRow, Commands
from server.database import Database
from tests.live import new_show
from tests.world import PASSWORD, World


async def test_sign_up_then_me_shows_the_account(world: World) -> None:
    person = await world.person("韩梅梅")

    me = await person.read("/me")

    assert me["user"]["name"] == "韩梅梅"
    assert me["memberships"] == []


async def test_repeat_with_same_key_answers_the_same_bytes(world: World) -> None:
    person = await world.person()
    data = {"slug": "optics", "name": "光谷"}

    first = await person.post("/organizers", data, key="k1")
    second = await person.post("/organizers", data, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content


async def test_same_key_with_other_body_is_refused(world: World) -> None:
    person = await world.person()
    await person.post("/organizers", {"slug": "optics", "name": "光谷"}, key="k1")

    answer = await person.post("/organizers", {"slug": "optics", "name": "光谷二"}, key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "cmd_conflict")


def account(name: str) -> dict[str, str]:
    return {"email": f"{name}@example.com", "password": PASSWORD, "name": name}


async def test_repeated_sign_up_is_answered_the_same_and_signs_nobody_in(world: World) -> None:
    person, other = await world.stranger(), await world.stranger()

    first = await person.post("/accounts", account("a"), key="k1")
    second = await other.post("/accounts", account("a"), key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "set-cookie" in first.headers
    assert "set-cookie" not in second.headers
    assert (await other.read("/me"))["user"] is None


async def test_strangers_with_one_key_do_not_meet(world: World) -> None:
    person, other = await world.stranger(), await world.stranger()

    first = await person.post("/accounts", account("a"), key="1")
    second = await other.post("/accounts", account("b"), key="1")
    refused = await (await world.stranger()).post("/accounts", account("c") | {"password": "short"}, key="1")

    assert (first.status_code, second.status_code, refused.status_code) == (201, 201, 422)
    assert (second.json()["name"], refused.json()["code"]) == ("b", "validation_failed")


async def test_strangers_with_one_key_and_one_name_are_two_guests(world: World) -> None:
    show = await new_show(world)
    people = [await world.stranger() for _ in range(3)]

    answers = [await person.post(f"{show.path}/guests", {"name": "游客"}, key="1") for person in people]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 3
    assert len({(await person.read("/me"))["user"]["id"] for person in people}) == 3


async def test_what_a_stranger_is_refused_leaves_nothing(world: World) -> None:
    person, show = await world.stranger(), await new_show(world)

    async def stored() -> int | None:
        async with world.session() as session:
            return await session.scalar(select(func.count()).select_from(CommandRow))

    before = await stored()
    answers = [await person.post(f"{show.path}/live/question.ask", {"text": "谁？"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert await stored() == before


async def test_what_the_service_refuses_a_stranger_leaves_nothing(world: World) -> None:
    show, person = await new_show(world, open_to_guests=False), await world.stranger()

    answers = [await person.post(f"{show.path}/guests", {"name": "游客"}, key="1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401] * 2
    async with world.session() as session:
        owners = set(await session.scalars(select(CommandRow.actor)))
    assert not any(owner.startswith("anonymous") for owner in owners)


async def test_bell_says_whether_the_next_commit_is_under_way(database: Database) -> None:
    bells: list[tuple[int, bool]] = []

    def ring(written: Any, more: bool = False) -> None:
        bells.append((sum(map(len, written.values())), more))

    async def say(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, str]:
        await log.append(session, log.public_stream("r"), "said", {}, now)
        return {}

    commands = Commands(database, ring)
    first = asyncio.create_task(commands.perform(Command(SYSTEM, say, b"", lane="r")))
    for _ in range(3):
        await asyncio.sleep(0)
    await asyncio.gather(first, *(commands.perform(Command(SYSTEM, say, b"", lane="r")) for _ in range(2)))

    assert bells == [(1, True), (2, False)]
