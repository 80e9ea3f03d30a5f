"""Intents over HTTP: who may leave one where, and what others get to hear."""

from __future__ import annotations

from typing import Any

import pytest

from tests.events.deals.scene import (
    EQUITY,
    MISSING,
    Scene,
    set_scene,
)
from tests.world import Person, World


@pytest.fixture
async def scene(small_world: World) -> Scene:
    return await set_scene(small_world)


async def test_unverified_institution_is_told_what_to_do(scene: Scene) -> None:
    newcomer = await scene.world.person()
    fund = await scene.world.institution(newcomer)
    path = f"/roadshows/{scene.roadshow['id']}/intents"
    body = {"project_id": scene.project["id"], **EQUITY}

    never = await newcomer.post(path, body)
    await newcomer.made(f"/institutions/{fund['id']}/verification-requests", {"organizer_id": scene.organizer["id"]})
    pending = await newcomer.post(path, body)
    decision = f"/organizers/{scene.organizer['id']}/institutions/{fund['id']}/verification"
    await scene.owner.made(decision, {"status": "rejected", "reason": "资料不全"})
    rejected = await newcomer.post(path, body)
    on_page = await newcomer.post(f"/projects/{scene.project['id']}/intents", EQUITY)

    for answer, status in ((never, None), (pending, "pending"), (rejected, "rejected"), (on_page, "rejected")):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_verified")
        assert answer.json()["details"] == {
            "organizer_id": scene.organizer["id"],
            "institution_id": fund["id"],
            "status": status,
        }
        assert "核验" in answer.json()["fix"]["zh-CN"]


async def test_verification_by_another_organizer_does_not_count(scene: Scene) -> None:
    other_owner, other = await scene.world.organizer()
    newcomer = await scene.world.person()
    await scene.world.verified(other_owner, other["id"], newcomer)

    assert await scene.refused(newcomer) == (403, "not_verified")


async def test_who_belongs_to_no_institution_or_has_no_account_is_refused(scene: Scene) -> None:
    guest = await scene.world.stranger()
    await guest.made(f"/roadshows/{scene.roadshow['id']}/guests", {"name": "游客"})
    await guest.refresh()

    assert await scene.refused(await scene.world.person()) == (403, "institution_needed")
    assert await scene.refused(await scene.world.stranger()) == (401, "sign_in_required")
    assert await scene.refused(guest) == (401, "sign_in_required")


async def test_member_of_two_institutions_names_one(scene: Scene) -> None:
    second = await scene.world.institution(scene.investor, name="第二家")

    assert await scene.refused() == (422, "institution_unclear")
    assert await scene.refused(institution_id=second["id"]) == (403, "not_verified")
    assert await scene.refused(institution_id=MISSING) == (404, "not_found")
    assert (await scene.leave(institution_id=scene.institution["id"]))["state"] == "left"


async def test_nobody_leaves_an_intent_for_its_own_company(scene: Scene) -> None:
    await scene.world.verified(scene.owner, scene.organizer["id"], scene.founder, name="自家基金")

    assert await scene.refused(scene.founder) == (403, "own_project")


async def test_project_must_pitch_at_the_roadshow(scene: Scene) -> None:
    slots = (await scene.founder.read(f"/roadshows/{scene.roadshow['id']}/slots"))["items"]
    other = await scene.world.project(scene.founder, scene.company["id"], name="未上会项目")
    free = next(slot for slot in slots if slot["state"] == "free")
    await scene.founder.post(f"/slots/{free['id']}/bookings", {"project_id": other["id"]})

    held = await scene.refused(project_id=other["id"])

    assert held == await scene.refused(project_id=MISSING) == (404, "not_found")


async def test_cancelled_and_hidden_roadshows_take_no_intents(scene: Scene) -> None:
    draft = await scene.world.draft(scene.owner, scene.organizer["id"])
    hidden = await scene.refused(path=f"/roadshows/{draft['id']}/intents")
    await scene.owner.made(f"/roadshows/{scene.roadshow['id']}/cancel", {"reason": "台风"})

    assert hidden == (404, "not_found")
    assert await scene.refused(path=f"/roadshows/{MISSING}/intents") == (404, "not_found")
    assert await scene.refused() == (410, "intents_closed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_min_fen": 2, "amount_max_fen": 1}, "amount_range"),
        ({"amount_max_fen": None}, "amount_range"),
        ({"kind": "meeting"}, "amount_not_taken"),
        ({"kind": "gift"}, "validation_failed"),
        ({"amount_min_fen": -1}, "validation_failed"),
        ({"note": "长" * 1001}, "validation_failed"),
        ({"state": "accepted"}, "validation_failed"),
    ],
)
async def test_unfit_terms_are_refused(scene: Scene, changes: dict[str, Any], code: str) -> None:
    assert await scene.refused(**changes) == (422, code)


async def test_project_nobody_shows_does_not_exist_for_investors(scene: Scene) -> None:
    hidden = await scene.world.project(scene.founder, scene.company["id"], name="未公开")

    theirs = await scene.investor.post(f"/projects/{hidden['id']}/intents", EQUITY)
    missing = await scene.investor.post(f"/projects/{MISSING}/intents", EQUITY)

    assert (theirs.status_code, theirs.content) == (404, missing.content)


async def test_project_in_the_library_only_exists_for_whom_its_organizer_verified(scene: Scene) -> None:
    booking = (await scene.founder.read(f"/companies/{scene.company['id']}/bookings"))["items"][0]
    await scene.founder.send("DELETE", f"/bookings/{booking['id']}")
    newcomer = await scene.world.person()
    await scene.world.institution(newcomer)
    path = f"/projects/{scene.project['id']}/intents"

    unverified = await newcomer.post(path, EQUITY)
    missing = await newcomer.post(f"/projects/{MISSING}/intents", EQUITY)
    verified = await scene.investor.post(path, EQUITY)

    assert (unverified.status_code, unverified.content) == (404, missing.content)
    assert verified.status_code == 201


async def test_foreign_intents_answer_like_missing_ones(scene: Scene) -> None:
    left = await scene.leave()
    world = scene.world
    other_owner, _ = await world.organizer()
    other_founder, other_investor = await world.person(), await world.person()
    await world.company(other_founder)
    await world.verified(scene.owner, scene.organizer["id"], other_investor, name="另一家创投")
    acts: list[tuple[str, Any]] = [("withdraw", None), ("answer", {"answer": "accepted"}), ("close", None)]

    for person in (other_owner, other_founder, other_investor):
        for act, body in acts:
            theirs = await person.post(f"/intents/{left['id']}/{act}", body)
            missing = await person.post(f"/intents/{MISSING}/{act}", body)
            assert (theirs.status_code, theirs.content) == (404, missing.content), act
    for act, body in acts:
        stranger = await world.stranger()
        assert (await stranger.post(f"/intents/{left['id']}/{act}", body)).status_code == 401
        assert (await stranger.post(f"/intents/{MISSING}/{act}", body)).status_code == 401


async def test_each_side_does_only_what_is_its_own(scene: Scene) -> None:
    left = await scene.leave()

    async def status(person: Person, act: str, body: Any = None) -> int:
        return (await person.post(f"/intents/{left['id']}/{act}", body)).status_code

    accept = {"answer": "accepted"}
    assert [await status(scene.founder, "withdraw"), await status(scene.founder, "close")] == [404, 404]
    assert [await status(scene.investor, "answer", accept), await status(scene.investor, "close")] == [404, 404]
    assert [await status(scene.owner, "answer", accept), await status(scene.owner, "withdraw")] == [404, 404]
    host = await scene.world.staff(scene.owner, scene.organizer["id"], "host")
    assert await status(host, "close") == 403
    assert await status(scene.owner, "close") == 200
