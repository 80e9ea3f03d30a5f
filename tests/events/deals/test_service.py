"""Intents are left once, answered once, and end once; on both databases."""

from __future__ import annotations

import asyncio

import pytest

from tests.events.deals.scene import (
    EQUITY,
    Scene,
    set_scene,
)
from tests.world import World


@pytest.fixture
async def scene(small_world: World) -> Scene:
    return await set_scene(small_world)


async def test_same_open_intent_is_refused_and_names_the_first(world: World) -> None:
    scene = await set_scene(world)
    left = await scene.leave()

    body = {"project_id": scene.project["id"], **EQUITY}
    again = await scene.investor.post(f"/roadshows/{scene.roadshow['id']}/intents", body)
    other_kind = await scene.leave(kind="loan")
    on_page = await scene.investor.made(f"/projects/{scene.project['id']}/intents", EQUITY)
    twice_on_page = await scene.investor.post(f"/projects/{scene.project['id']}/intents", EQUITY)
    await scene.investor.made(f"/intents/{left['id']}/withdraw")
    afresh = await scene.leave()

    assert (again.status_code, again.json()["code"]) == (409, "intent_exists")
    assert again.json()["details"] == {"intent_id": left["id"], "state": "left"}
    assert twice_on_page.json()["details"] == {"intent_id": on_page["id"], "state": "left"}
    assert len({left["id"], other_kind["id"], on_page["id"], afresh["id"]}) == 4


async def test_colleagues_who_press_at_once_leave_one_intent(world: World) -> None:
    scene = await set_scene(world)
    path = f"/projects/{scene.project['id']}/intents"

    answers = await asyncio.gather(*(scene.investor.post(path, EQUITY) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json().get("code") for answer in answers} == {None, "intent_exists"}
    assert len((await scene.investor.read("/me/intents"))["items"]) == 1


async def test_open_intent_is_withdrawn_and_ended_ones_are_not(scene: Scene) -> None:
    left = await scene.leave()
    await scene.answer(left, "accepted")

    withdrawn = await scene.investor.made(f"/intents/{left['id']}/withdraw")
    again = await scene.investor.post(f"/intents/{left['id']}/withdraw")
    late = await scene.founder.post(f"/intents/{left['id']}/answer", {"answer": "declined", "reason": "晚了"})
    close = await scene.owner.post(f"/intents/{left['id']}/close")

    assert (withdrawn["state"], withdrawn["contact"]) == ("withdrawn", None)
    for answer in (again, late, close):
        assert (answer.status_code, answer.json()["code"]) == (409, "intent_state")


async def test_two_members_answer_at_once_and_one_counts(world: World) -> None:
    scene = await set_scene(world)
    left = await scene.leave()
    path = f"/intents/{left['id']}/answer"

    answers = await asyncio.gather(
        *(scene.founder.post(path, {"answer": "declined", "reason": str(n)}) for n in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert len([letter for letter in await scene.letters() if letter[0] == "intent.answered"]) == 1


async def test_declining_needs_a_reason(scene: Scene) -> None:
    left = await scene.leave()

    answer = await scene.founder.post(f"/intents/{left['id']}/answer", {"answer": "declined"})

    assert (answer.status_code, answer.json()["code"]) == (422, "reason_needed")


async def test_material_and_meetings_come_without_amounts(scene: Scene) -> None:
    for kind in ("materials", "meeting"):
        left = await scene.leave(kind=kind, amount_min_fen=None, amount_max_fen=None)
        assert (left["kind"], left["amount_min_fen"], left["amount_max_fen"]) == (kind, None, None)
