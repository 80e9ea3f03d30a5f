"""P3: a command takes effect once, and a repeat gets the stored answer byte for byte."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import SYSTEM, Actor
from server.commands import Command, Commands
from server.database import Database
from tests.world import PASSWORD, World


async def test_sign_up_then_me_shows_the_account(world: World) -> None:
    person = await world.person("韩梅梅")

    me = await person.read("/me")

    assert me["user"]["name"] == "韩梅梅"
    assert me["memberships"] == []


async def test_repeat_with_same_key_answers_the_same_bytes(world: World) -> None:
    person = await world.stranger()
    data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}

    first = await person.post("/accounts", data, key="k1")
    second = await (await world.stranger()).post("/accounts", data, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content


async def test_same_key_with_other_body_is_refused(world: World) -> None:
    person = await world.stranger()
    await person.post("/accounts", {"email": "a@example.com", "password": PASSWORD, "name": "甲"}, key="k1")

    answer = await (await world.stranger()).post(
        "/accounts", {"email": "b@example.com", "password": PASSWORD, "name": "甲"}, key="k1"
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "cmd_conflict")


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
