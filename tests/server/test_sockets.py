"""The live endpoint on a real port: who comes in, what is heard, what is resumed, who must go."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.live import Show, new_show, phone, served
from tests.world import World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as address:
        yield address


async def test_question_asked_on_one_phone_appears_on_another(world: World, show: Show, address: str) -> None:
    asker, reader = await world.person("提问人"), await world.person("听众")

    async with phone(address, show, asker) as mine, phone(address, show, reader) as theirs:
        await theirs.follow()
        ack = await mine.act("question.ask", {"text": "良率多少？"})
        entry = await theirs.until("entry", kind="question.changed")

    assert (ack["status"], ack["body"]["state"]) == (200, "published")
    assert entry["data"]["question"]["text"] == "良率多少？"
    assert entry["data"]["question"]["author"] == "提问人"
    assert theirs.states["public"] == (await show.state(reader))["state"]
