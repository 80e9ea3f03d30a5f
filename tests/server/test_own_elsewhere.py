"""What one person does on one device is told to their others, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.live import Show, new_show, phone, served
from tests.world import World

pytestmark = pytest.mark.field


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as address:
        yield address


async def test_vote_on_the_phone_is_told_to_the_laptop_which_then_reads_it(
    world: World, show: Show, address: str
) -> None:
    author, voter = await world.person("提问人"), await world.person("听众")

    async with phone(address, show, author) as asking, phone(address, show, voter) as hand:
        asked = await asking.act("question.ask", {"text": "良率多少？"})
        question_id = asked["body"]["id"]
        async with phone(address, show, voter) as laptop, phone(address, show, author) as other:
            await laptop.follow("user")
            await other.follow("user")
            ack = await hand.act("question.vote", {"question_id": question_id})
            moved = await laptop.until("moved")
            taken = await hand.act("question.unvote", {"question_id": question_id})
            again = await laptop.until("moved")
            told = await asking.act("question.ask", {"text": "客户是谁？"})
            theirs = await other.until("moved")

    assert moved == {"type": "moved", "cmd_id": ack["cmd_id"]}
    assert again["cmd_id"] == taken["cmd_id"]
    assert theirs["cmd_id"] == told["cmd_id"], "the first an author hears is of the author"


async def test_refused_command_moves_nothing(world: World, show: Show, address: str) -> None:
    voter = await world.person("听众")

    async with phone(address, show, voter) as hand, phone(address, show, voter) as laptop:
        await laptop.follow("user")
        refused = await hand.act("question.vote", {"question_id": "0" * 26})
        asked = await hand.act("question.ask", {"text": "良率多少？"})
        moved = await laptop.until("moved")

    assert refused["status"] == 404
    assert moved["cmd_id"] == asked["cmd_id"]
