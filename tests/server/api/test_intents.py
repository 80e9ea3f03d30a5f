"""Intents over HTTP: left, answered, withdrawn, closed; and what each side, the staff and others may see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from events import log
from events.audit import AuditRow
from events.changes import Change, ChangeKind
from events.outbox import OutboxRow
from tests.world import Person, World, new_credit_code

MISSING = "01JD3V0000000000000000000A"
STARTUP_PHONE, FUND_PHONE = "13800000001", "13900000002"
EQUITY = {"kind": "equity", "amount_min_fen": 300_000_000, "amount_max_fen": 500_000_000, "note": "希望尽调"}


@dataclass
class Scene:
    """A project that pitches at a published roadshow, and an investor of a verified institution."""

    world: World
    owner: Person
    organizer: dict[str, Any]
    roadshow: dict[str, Any]
    founder: Person
    company: dict[str, Any]
    project: dict[str, Any]
    investor: Person
    institution: dict[str, Any]

    async def leave(self, **changes: Any) -> dict[str, Any]:
        body = {"project_id": self.project["id"], **EQUITY} | changes
        return await self.investor.made(f"/roadshows/{self.roadshow['id']}/intents", body)

    async def refused(self, person: Person | None = None, path: str = "", **changes: Any) -> tuple[int, str]:
        body = {"project_id": self.project["id"], **EQUITY} | changes
        answer = await (person or self.investor).post(path or f"/roadshows/{self.roadshow['id']}/intents", body)
        return answer.status_code, answer.json()["code"]

    async def answer(self, intent: dict[str, Any], answer: str, reason: str = "") -> dict[str, Any]:
        return await self.founder.made(f"/intents/{intent['id']}/answer", {"answer": answer, "reason": reason})

    async def entries(self, stream: str) -> list[tuple[str, str, str | None]]:
        """(kind, state, side) of every entry about intents in the stream."""
        async with self.world.session() as session:
            found = await log.since(session, stream, 0)
        intents = [entry for entry in found if entry.kind.startswith("intent.")]
        return [(entry.kind, entry.data["intent"]["state"], entry.data["intent"].get("side")) for entry in intents]

    async def letters(self) -> list[tuple[str, str, str]]:
        """(template, address, state it tells of) of every letter about intents."""
        query = select(OutboxRow).where(OutboxRow.template.like("intent.%")).order_by(OutboxRow.id)
        async with self.world.session() as session:
            return [(row.template, row.address, row.data["state"]) for row in await session.scalars(query)]


async def address_of(person: Person) -> str:
    email: str = (await person.read("/me"))["user"]["email"]
    return email


async def pitch(founder: Person, roadshow: dict[str, Any], project_id: str) -> dict[str, Any]:
    """A confirmed booking of the first free slot."""
    slots = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    free = next(slot for slot in slots if slot["state"] == "free")
    held = await founder.made(f"/slots/{free['id']}/bookings", {"project_id": project_id})
    return await founder.made(f"/bookings/{held['id']}/confirm")


async def set_scene(world: World) -> Scene:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, investor = await world.person("创始人"), await world.person("投资经理")
    company = await world.company(founder)
    project = await world.project(
        founder, company["id"], contact_name="周工", contact_phone=STARTUP_PHONE, contact_email="zhou@example.com"
    )
    await pitch(founder, roadshow, project["id"])
    institution = await world.verified(
        owner, organizer["id"], investor, name="示例创投", contact_name="吴总", contact_phone=FUND_PHONE
    )
    return Scene(world, owner, organizer, roadshow, founder, company, project, investor, institution)


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
    assert await scene.letters() == [("intent.left", await address_of(scene.founder), "left")]
    async with world.session() as session:
        changes = list(await session.scalars(select(Change).where(Change.kind == ChangeKind.INTENT)))
        audit = list(await session.scalars(select(AuditRow.action).where(AuditRow.subject_id == left["id"])))
    assert [(row.organizer_id, row.object_id, (row.data or {})["state"]) for row in changes] == [
        (scene.organizer["id"], left["id"], "left")
    ]
    assert "contact" not in (changes[0].data or {})
    assert audit == ["intent.left"]


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
        ("intent.left", await address_of(scene.founder), "left"),
        ("intent.answered", await address_of(scene.investor), "accepted"),
    ]


@pytest.mark.parametrize(("answer", "reason"), [("later", ""), ("declined", "阶段不符")])
async def test_any_other_answer_opens_no_contact(scene: Scene, answer: str, reason: str) -> None:
    left = await scene.leave()

    company = await scene.answer(left, answer, reason)

    own = (await scene.investor.read("/me/intents"))["items"][0]
    assert (own["state"], own["answer_reason"], own["contact"], company["contact"]) == (answer, reason, None, None)
    assert own["answered_at"] is not None


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


async def test_material_and_meetings_come_without_amounts(scene: Scene) -> None:
    for kind in ("materials", "meeting"):
        left = await scene.leave(kind=kind, amount_min_fen=None, amount_max_fen=None)
        assert (left["kind"], left["amount_min_fen"], left["amount_max_fen"]) == (kind, None, None)


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


async def test_intent_on_the_page_goes_to_the_organizer_the_project_pitched_at(scene: Scene) -> None:
    left = await scene.investor.made(f"/projects/{scene.project['id']}/intents", EQUITY)

    assert (left["roadshow_id"], left["roadshow_title"]) == (None, None)
    listed = (await scene.owner.read(f"/organizers/{scene.organizer['id']}/intents"))["items"]
    assert [item["id"] for item in listed] == [left["id"]]
    assert await scene.entries(log.staff_stream(scene.roadshow["id"])) == []
    assert await scene.letters() == [("intent.left", await address_of(scene.founder), "left")]


async def test_intent_on_the_page_may_name_the_roadshow(scene: Scene) -> None:
    named = EQUITY | {"roadshow_id": scene.roadshow["id"]}

    left = await scene.investor.made(f"/projects/{scene.project['id']}/intents", named)

    assert left["roadshow_id"] == scene.roadshow["id"]
    assert await scene.entries(log.staff_stream(scene.roadshow["id"])) == [("intent.changed", "left", None)]


async def test_project_nobody_shows_does_not_exist_for_investors(scene: Scene) -> None:
    hidden = await scene.world.project(scene.founder, scene.company["id"], name="未公开")

    theirs = await scene.investor.post(f"/projects/{hidden['id']}/intents", EQUITY)
    missing = await scene.investor.post(f"/projects/{MISSING}/intents", EQUITY)

    assert (theirs.status_code, theirs.content) == (404, missing.content)


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


async def test_declining_needs_a_reason(scene: Scene) -> None:
    left = await scene.leave()

    answer = await scene.founder.post(f"/intents/{left['id']}/answer", {"answer": "declined"})

    assert (answer.status_code, answer.json()["code"]) == (422, "reason_needed")


async def test_two_members_answer_at_once_and_one_counts(world: World) -> None:
    scene = await set_scene(world)
    left = await scene.leave()
    path = f"/intents/{left['id']}/answer"

    answers = await asyncio.gather(
        *(scene.founder.post(path, {"answer": "declined", "reason": str(n)}) for n in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert len([letter for letter in await scene.letters() if letter[0] == "intent.answered"]) == 1


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


async def test_colleague_sees_the_institutions_intents(scene: Scene) -> None:
    left = await scene.leave()
    colleague = await join_institution(scene)

    assert [item["id"] for item in (await colleague.read("/me/intents"))["items"]] == [left["id"]]
    assert (await colleague.made(f"/intents/{left['id']}/withdraw"))["state"] == "withdrawn"


async def join_institution(scene: Scene) -> Person:
    """A second member of the investor's institution."""
    code = new_credit_code()
    mine = f"/institutions/{scene.institution['id']}"
    await scene.investor.send("PATCH", mine, {"credit_code": code}, version=scene.institution["version"])
    colleague = await scene.world.person("同事")
    await colleague.made("/institutions", {"name": "同一家", "kind": "vc", "credit_code": code})
    await scene.investor.made(f"{mine}/members/{colleague.id}/approve")
    return colleague


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
    }
    assert page.json()["next"] is None
    assert [item["id"] for item in small["items"] + rest["items"]] == everything
    assert small["totals"]["count"] == 4


async def test_lists_of_the_two_sides_filter_by_state(scene: Scene) -> None:
    first = await scene.leave()
    second = await scene.leave(kind="loan")
    await scene.answer(first, "later")

    own = await scene.investor.read("/me/intents", params={"state": "later"})
    company = await scene.founder.read(f"/companies/{scene.company['id']}/intents", params={"state": "left"})

    assert [item["id"] for item in own["items"]] == [first["id"]]
    assert [item["id"] for item in company["items"]] == [second["id"]]
