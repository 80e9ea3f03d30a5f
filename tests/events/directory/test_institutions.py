"""Institutions and each organizer's word on them."""

from __future__ import annotations

from sqlalchemy import select

from events.actor import Actor
from events.changes import Change
from events.directory.queries import verified_institutions
from events.outbox import OutboxRow
from tests.world import Person, World, new_credit_code

THESIS = {
    "registration_no": "P1012345",
    "region": "武汉",
    "about": "硬科技早期",
    "stages": ["seed", "startup"],
    "industries": ["semiconductor"],
    "regions": ["湖北", "湖南"],
    "instruments": ["equity"],
    "cheque_min_fen": 500_000_000,
    "cheque_max_fen": 3_000_000_000,
    "contact_name": "李示例",
    "contact_phone": "027-0000000",
    "contact_email": "li@example.com",
}


async def ask(person: Person, institution_id: str, organizer_id: str) -> int:
    asked = {"organizer_id": organizer_id}
    return (await person.post(f"/institutions/{institution_id}/verification-requests", asked)).status_code


async def decide(owner: Person, organizer_id: str, institution_id: str, **data: str) -> tuple[int, str]:
    answer = await owner.post(f"/organizers/{organizer_id}/institutions/{institution_id}/verification", data)
    return answer.status_code, answer.json().get("code") or answer.json()["status"]


async def test_sign_up_keeps_the_thesis(world: World) -> None:
    person = await world.person()

    institution = await world.institution(person, **THESIS)

    assert {name: institution[name] for name in THESIS} == THESIS
    assert institution["verifications"] == []
    assert await person.read(f"/institutions/{institution['id']}") == institution


async def test_second_sign_up_by_either_number_asks_to_join(world: World) -> None:
    first, code = await world.person(), new_credit_code()
    institution = await world.institution(first, **THESIS, credit_code=code)
    by_number, by_code = await world.person(), await world.person()

    one = await by_number.post("/institutions", {"name": "同一家", "kind": "vc", "registration_no": "p1012345"})
    two = await by_code.post("/institutions", {"name": "同一家", "kind": "vc", "credit_code": code})
    await first.made(f"/institutions/{institution['id']}/members/{by_code.id}/approve")

    assert (one.status_code, two.status_code) == (202, 202)
    assert one.json()["institution"] == {"id": institution["id"], "name": institution["name"]}
    assert (await by_number.get(f"/institutions/{institution['id']}")).status_code == 404
    assert (await by_code.get(f"/institutions/{institution['id']}")).status_code == 200


async def test_wrong_numbers_and_ranges_are_refused_by_cause(small_world: World) -> None:
    person = await small_world.person()
    wrong: list[dict[str, object]] = [
        {"registration_no": "P123"},
        {"credit_code": "123"},
        {"cheque_min_fen": 2, "cheque_max_fen": 1},
        {"cheque_min_fen": 1.5},
    ]

    answers = [await person.post("/institutions", {"name": "示例", "kind": "vc"} | fields) for fields in wrong]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (422, "registration_no_format"),
        (422, "credit_code_length"),
        (422, "cheque_range"),
        (422, "validation_failed"),
    ]


async def test_verification_is_asked_given_and_dated(world: World) -> None:
    owner, organizer = await world.organizer()
    person = await world.person()
    institution = await world.institution(person, **THESIS)
    actor = Actor(user_id=person.id, institution_roles={institution["id"]: "owner"})

    asked = await ask(person, institution["id"], organizer["id"])
    async with world.session() as session:
        before = await verified_institutions(session, actor, organizer["id"])
    decided = await decide(owner, organizer["id"], institution["id"], status="verified")
    async with world.session() as session:
        after = await verified_institutions(session, actor, organizer["id"])
        data = [row.data for row in await session.scalars(select(Change).order_by(Change.n))]
        letters = [(row.address, row.template) for row in await session.scalars(select(OutboxRow))]

    view = await person.read(f"/institutions/{institution['id']}")
    assert (asked, decided) == (201, (200, "verified"))
    assert (before, after) == (set(), {institution["id"]})
    assert [(row or {})["status"] for row in data] == ["pending", "verified"]
    assert "contact_phone" not in (data[0] or {})
    assert letters == [("li@example.com", "institution_verified")]
    assert view["registration_checked_on"] is not None
    assert view["version"] == 1
    assert [(word["organizer_id"], word["status"]) for word in view["verifications"]] == [(organizer["id"], "verified")]


async def test_rejection_needs_a_reason_that_the_institution_reads(world: World) -> None:
    owner, organizer = await world.organizer()
    person = await world.person()
    institution = await world.institution(person)
    await ask(person, institution["id"], organizer["id"])

    silent = await decide(owner, organizer["id"], institution["id"], status="rejected", reason="  ")
    told = await decide(owner, organizer["id"], institution["id"], status="rejected", reason="登记编号查无此号")

    view = await person.read(f"/institutions/{institution['id']}")
    assert (silent, told) == ((422, "reason_required"), (200, "rejected"))
    assert view["verifications"][0]["reason"] == "登记编号查无此号"


async def test_only_a_rejected_institution_asks_again(world: World) -> None:
    owner, organizer = await world.organizer()
    person = await world.person()
    institution = await world.institution(person)

    first = await ask(person, institution["id"], organizer["id"])
    while_pending = await ask(person, institution["id"], organizer["id"])
    await decide(owner, organizer["id"], institution["id"], status="rejected", reason="材料不全")
    after_rejection = await ask(person, institution["id"], organizer["id"])
    await decide(owner, organizer["id"], institution["id"], status="verified")
    when_verified = await ask(person, institution["id"], organizer["id"])

    assert [first, while_pending, after_rejection, when_verified] == [201, 409, 201, 409]


async def test_institution_that_never_asked_is_missing_to_the_organizer(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    institution = await small_world.institution(await small_world.person())

    assert await decide(owner, organizer["id"], institution["id"], status="verified") == (404, "not_found")


async def test_changed_identity_is_verified_anew(world: World) -> None:
    owner, organizer = await world.organizer()
    person = await world.person()
    institution = await world.verified(owner, organizer["id"], person, **THESIS)
    path = f"/institutions/{institution['id']}"

    thesis = (await person.send("PATCH", path, {"about": "早期与成长期"}, version=1)).json()
    renamed = (await person.send("PATCH", path, {"name": "改名创投"}, version=2)).json()

    assert thesis["verifications"][0]["status"] == "verified"
    assert renamed["verifications"][0]["status"] == "pending"
    assert renamed["registration_checked_on"] is None
    assert (await person.send("PATCH", path, {"region": "北京"}, version=2)).status_code == 412


async def test_number_of_another_institution_is_refused(small_world: World) -> None:
    await small_world.institution(await small_world.person(), registration_no="P1000001")
    person = await small_world.person()
    institution = await small_world.institution(person)

    answer = await person.send(
        "PATCH", f"/institutions/{institution['id']}", {"registration_no": "P1000001"}, version=1
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "institution_number_taken")


async def test_library_is_filtered_by_status_and_text(world: World) -> None:
    owner, organizer = await world.organizer()
    await world.verified(owner, organizer["id"], await world.person(), name="甲创投", registration_no="P1000001")
    waiting = await world.person()
    await ask(waiting, (await world.institution(waiting, name="乙银行", kind="bank"))["id"], organizer["id"])
    path = f"/organizers/{organizer['id']}/institutions"

    async def names(query: str) -> list[tuple[str, str]]:
        return [(item["name"], item["status"]) for item in (await owner.read(path + query))["items"]]

    assert await names("") == [("乙银行", "pending"), ("甲创投", "verified")]
    assert await names("?status=pending") == [("乙银行", "pending")]
    assert await names("?q=p1000001") == [("甲创投", "verified")]
    assert await names("?q=丙") == []
