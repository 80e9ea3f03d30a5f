"""A question with a contact in it waits for the host, also where others appear at once; its author reads why."""

from __future__ import annotations

import pytest

from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
async def show(world: World) -> Show:
    show = await new_show(world, is_open=True)
    await show.act(show.host, "room.moderation", {"mode": "after"})
    return show


async def test_contact_in_a_question_is_held_with_its_reason_until_approved(world: World, show: Show) -> None:
    asker = await world.person()

    asked = await show.act(asker, "question.ask", {"text": "想投，加我微信 abc_12345 聊"})
    before = (await show.state(asker))["state"]["questions"]
    own = (await show.state(asker, "user"))["state"]["questions"][0]
    approved = await show.act(show.host, "question.approve", {"question_id": asked["id"]})

    assert (asked["state"], asked["hidden_reason"]) == ("pending", "含有微信联系方式 · It holds a WeChat contact")
    assert (own["state"], before) == ("pending", [])
    assert (approved["state"], approved["hidden_reason"]) == ("published", "")


async def test_harmless_question_appears_at_once(world: World, show: Show) -> None:
    asked = await show.act(await world.person(), "question.ask", {"text": "5000 万元怎么用？"})

    assert (asked["state"], asked["hidden_reason"]) == ("published", "")
