"""Who learns of an intent: both sides, the room's staff, partners, the audit, and by letter."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from events import log
from events.audit import AuditRow
from events.changes import Change, ChangeKind
from tests.events.deals.scene import (
    EQUITY,
    FUND_PHONE,
    STARTUP_PHONE,
    Scene,
    address_of,
    set_scene,
)
from tests.world import World


@pytest.fixture
async def scene(small_world: World) -> Scene:
    return await set_scene(small_world)


async def test_intent_in_a_room_reaches_both_sides_staff_partners_and_the_audit(world: World) -> None:
    scene = await set_scene(world)

    left = await scene.leave()

    assert left | {"created_at": "", "updated_at": ""} == {
        "id": left["id"], "roadshow_id": scene.roadshow["id"], "roadshow_title": scene.roadshow["title"],
        "project_id": scene.project["id"], "project_name": scene.project["name"],
        "company_id": scene.company["id"], "company_name": scene.company["name"],
        "institution_id": scene.institution["id"], "institution_name": "示例创投", "institution_kind": "vc",
        "kind": "equity", "amount_min_fen": 300_000_000, "amount_max_fen": 500_000_000, "note": "希望尽调",
        "state": "left", "answer_reason": "", "answered_at": None, "created_at": "", "updated_at": "",
        "side": "institution", "user_id": scene.investor.id, "user_name": "投资经理", "contact": None,
    }  # fmt: skip
    room = scene.roadshow["id"]
    assert await scene.entries(log.staff_stream(room)) == [("intent.changed", "left", None)]
    assert await scene.entries(log.user_stream(room, scene.investor.id)) == [("intent.changed", "left", "institution")]
    assert await scene.entries(log.user_stream(room, scene.founder.id)) == [("intent.changed", "left", "company")]
    assert await scene.entries(log.public_stream(room)) == []
    assert await scene.letters() == [("intent.left", await address_of(scene.founder))]
    async with world.session() as session:
        changes = list(await session.scalars(select(Change).where(Change.kind == ChangeKind.INTENT)))
        audit = list(await session.scalars(select(AuditRow.action).where(AuditRow.subject_id == left["id"])))
    assert [(row.organizer_id, row.object_id, (row.data or {})["state"]) for row in changes] == [
        (scene.organizer["id"], left["id"], "left")
    ]
    assert "contact" not in (changes[0].data or {})
    assert audit == ["intent.left"]


async def test_every_change_is_pushed_with_each_sides_own_view(scene: Scene) -> None:
    left = await scene.leave()
    await scene.answer(left, "later")
    await scene.answer(left, "accepted")
    await scene.owner.made(f"/intents/{left['id']}/close")

    states = ["left", "later", "accepted", "closed"]
    room = scene.roadshow["id"]
    for stream, side in (
        (log.staff_stream(room), None),
        (log.user_stream(room, scene.investor.id), "institution"),
        (log.user_stream(room, scene.founder.id), "company"),
    ):
        assert await scene.entries(stream) == [("intent.changed", state, side) for state in states]


async def test_pushed_contact_is_the_other_sides_and_gone_when_closed(scene: Scene) -> None:
    left = await scene.leave()
    await scene.answer(left, "accepted")
    await scene.owner.made(f"/intents/{left['id']}/close")

    room = scene.roadshow["id"]
    async with scene.world.session() as session:
        entries = {
            name: (await log.since(session, stream, 0))[-2:]
            for name, stream in (
                ("staff", log.staff_stream(room)),
                ("investor", log.user_stream(room, scene.investor.id)),
                ("founder", log.user_stream(room, scene.founder.id)),
            )
        }
    phones = {
        name: [(entry.data["intent"].get("contact") or {}).get("contact_phone") for entry in both]
        for name, both in entries.items()
    }
    assert phones == {"staff": [None, None], "investor": [STARTUP_PHONE, None], "founder": [FUND_PHONE, None]}


async def test_snapshot_equals_the_last_entry_of_each_stream(scene: Scene) -> None:
    left = await scene.leave()
    await scene.answer(left, "accepted")
    room = scene.roadshow["id"]

    for person, stream in ((scene.owner, "staff"), (scene.investor, "user"), (scene.founder, "user")):
        snapshot = await person.read(f"/roadshows/{room}/live/snapshot", params={"stream": stream})
        key = log.staff_stream(room) if stream == "staff" else log.user_stream(room, person.id)
        async with scene.world.session() as session:
            last = (await log.since(session, key, 0))[-1]
        assert snapshot["state"]["intents"] == [last.data["intent"]]
        assert snapshot["seq"] == last.seq


async def test_intent_on_the_page_goes_to_the_organizer_the_project_pitched_at(scene: Scene) -> None:
    left = await scene.investor.made(f"/projects/{scene.project['id']}/intents", EQUITY)

    assert (left["roadshow_id"], left["roadshow_title"]) == (None, None)
    listed = (await scene.owner.read(f"/organizers/{scene.organizer['id']}/intents"))["items"]
    assert [item["id"] for item in listed] == [left["id"]]
    assert await scene.entries(log.staff_stream(scene.roadshow["id"])) == []
    assert await scene.letters() == [("intent.left", await address_of(scene.founder))]


async def test_intent_on_the_page_may_name_the_roadshow(scene: Scene) -> None:
    named = EQUITY | {"roadshow_id": scene.roadshow["id"]}

    left = await scene.investor.made(f"/projects/{scene.project['id']}/intents", named)

    assert left["roadshow_id"] == scene.roadshow["id"]
    assert await scene.entries(log.staff_stream(scene.roadshow["id"])) == [("intent.changed", "left", None)]
