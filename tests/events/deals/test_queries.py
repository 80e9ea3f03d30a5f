"""Lists of intents for each side and the staff, and whose contact opens to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.deals import queries
from tests.events.deals.scene import (
    EQUITY,
    FUND_PHONE,
    MISSING,
    STARTUP_PHONE,
    Scene,
    address_of,
    join_institution,
    set_scene,
)
from tests.world import World


@pytest.fixture
async def scene(small_world: World) -> Scene:
    return await set_scene(small_world)


async def test_organizers_list_filters_pages_and_totals(world: World) -> None:
    scene = await set_scene(world)
    first = await scene.leave()
    second = await scene.leave(kind="loan", amount_min_fen=100, amount_max_fen=10**15)
    third = await scene.leave(kind="meeting", amount_min_fen=None, amount_max_fen=None)
    fourth = await scene.investor.made(f"/projects/{scene.project['id']}/intents", EQUITY)
    await scene.answer(second, "accepted")
    path = f"/organizers/{scene.organizer['id']}/intents"
    everything = [fourth["id"], third["id"], second["id"], first["id"]]

    async def found(**query: Any) -> list[str]:
        return [item["id"] for item in (await scene.owner.read(path, params=query))["items"]]

    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert await found() == everything
    assert await found(roadshow=scene.roadshow["id"]) == everything[1:]
    assert await found(kind="equity") == [fourth["id"], first["id"]]
    assert await found(state="accepted") == [second["id"]]
    assert await found(q="创投") == everything
    assert await found(q="光子") == everything
    assert await found(q="%") == []
    assert await found(**{"from": str(today), "to": str(today)}) == everything
    assert await found(**{"from": str(today + timedelta(days=1))}) == []
    assert await found(to=str(today - timedelta(days=1))) == []

    page = await scene.owner.get(path, params={"limit": 3, "roadshow": scene.roadshow["id"]})
    small = await scene.owner.read(path, params={"limit": 1})
    rest = await scene.owner.read(path, params={"limit": 3, "cursor": small["next"]})
    assert page.json()["totals"] == {
        "count": 3,
        "amount_min_fen": 300_000_100,
        "amount_max_fen": 500_000_000 + 10**15,
        "at_least": False,
    }
    assert page.json()["next"] is None
    assert [item["id"] for item in small["items"] + rest["items"]] == everything
    assert small["totals"]["count"] == 4


async def test_totals_say_when_there_are_more_than_were_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await set_scene(world)
    for kind in ("equity", "loan", "guarantee"):
        await scene.leave(kind=kind)
    path = f"/organizers/{scene.organizer['id']}/intents"

    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    exact = (await scene.owner.read(path))["totals"]
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    bounded = (await scene.owner.read(path))["totals"]

    assert (exact["count"], exact["at_least"]) == (3, False)
    assert (bounded["count"], bounded["at_least"]) == (2, True)


async def test_days_no_calendar_has_are_refused(scene: Scene) -> None:
    path = f"/organizers/{scene.organizer['id']}/intents"

    answers = [
        await scene.owner.get(path, params={key: day}) for key, day in (("from", "0001-01-01"), ("to", "9999-12-31"))
    ]

    assert [answer.status_code for answer in answers] == [422, 422]


async def test_lists_of_the_two_sides_filter_by_state(scene: Scene) -> None:
    first = await scene.leave()
    second = await scene.leave(kind="loan")
    await scene.answer(first, "later")

    own = await scene.investor.read("/me/intents", params={"state": "later"})
    company = await scene.founder.read(f"/companies/{scene.company['id']}/intents", params={"state": "left"})

    assert [item["id"] for item in own["items"]] == [first["id"]]
    assert [item["id"] for item in company["items"]] == [second["id"]]


async def test_colleague_sees_the_institutions_intents(scene: Scene) -> None:
    left = await scene.leave()
    colleague = await join_institution(scene)

    assert [item["id"] for item in (await colleague.read("/me/intents"))["items"]] == [left["id"]]
    assert (await colleague.made(f"/intents/{left['id']}/withdraw"))["state"] == "withdrawn"


async def test_lists_show_nothing_of_others(scene: Scene) -> None:
    await scene.leave()
    world = scene.world
    rival, other_founder = await world.person(), await world.person()
    await world.verified(scene.owner, scene.organizer["id"], rival, name="竞争机构")
    other_owner, _ = await world.organizer()

    assert (await rival.read("/me/intents"))["items"] == []
    assert (await scene.founder.read("/me/intents"))["items"] == []
    for person, path in (
        (rival, f"/companies/{scene.company['id']}/intents"),
        (other_founder, f"/companies/{scene.company['id']}/intents"),
        (scene.owner, f"/companies/{scene.company['id']}/intents"),
        (rival, f"/organizers/{scene.organizer['id']}/intents"),
        (scene.founder, f"/organizers/{scene.organizer['id']}/intents"),
        (other_owner, f"/organizers/{scene.organizer['id']}/intents"),
    ):
        foreign = await person.get(path)
        missing = await person.get(f"/{path.split('/')[1]}/{MISSING}/intents")
        assert (foreign.status_code, foreign.content) == (404, missing.content)


async def test_accepting_opens_both_contacts_to_each_other_and_to_nobody_else(world: World) -> None:
    scene = await set_scene(world)
    left = await scene.leave()

    accepted = await scene.answer(left, "accepted")

    own = (await scene.investor.read("/me/intents"))["items"][0]
    company = (await scene.founder.read(f"/companies/{scene.company['id']}/intents"))["items"][0]
    staff = await scene.owner.get(f"/organizers/{scene.organizer['id']}/intents")
    assert own["contact"] == {
        "contact_name": "周工",
        "contact_phone": STARTUP_PHONE,
        "contact_email": "zhou@example.com",
    }
    assert company["contact"] == {"contact_name": "吴总", "contact_phone": FUND_PHONE, "contact_email": ""}
    assert accepted == company
    assert STARTUP_PHONE not in staff.text
    assert FUND_PHONE not in staff.text
    assert await scene.letters() == [
        ("intent.left", await address_of(scene.founder)),
        ("intent.answered", await address_of(scene.investor)),
    ]


async def test_accepting_opens_the_card_to_the_institution_until_the_intent_ends(scene: Scene) -> None:
    path = f"/projects/{scene.project['id']}"
    rival = await scene.world.person()
    await scene.world.verified(scene.owner, scene.organizer["id"], rival, name="另一家创投")
    left = await scene.leave()
    before = await scene.investor.read(path)

    await scene.answer(left, "accepted")

    opened = await scene.investor.read(path)
    assert (before["audience"], STARTUP_PHONE in str(before)) == ("gated", False)
    assert (opened["audience"], opened["contact_phone"]) == ("opened", STARTUP_PHONE)
    assert (await rival.read(path))["audience"] == "gated"
    await scene.investor.made(f"/intents/{left['id']}/withdraw")
    assert (await scene.investor.read(path))["audience"] == "gated"


@pytest.mark.parametrize(("answer", "reason"), [("later", ""), ("declined", "阶段不符")])
async def test_any_other_answer_opens_no_contact(scene: Scene, answer: str, reason: str) -> None:
    left = await scene.leave()

    company = await scene.answer(left, answer, reason)

    own = (await scene.investor.read("/me/intents"))["items"][0]
    assert (own["state"], own["answer_reason"], own["contact"], company["contact"]) == (answer, reason, None, None)
    assert own["answered_at"] is not None
