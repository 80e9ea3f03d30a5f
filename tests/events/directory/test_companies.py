"""Companies: the first of a credit code is a member, the next one asks."""

from __future__ import annotations

from sqlalchemy import select

from events.audit import AuditRow
from events.outbox import OutboxRow
from tests.world import Person, World, new_credit_code


async def states(person: Person, company_id: str) -> dict[str, tuple[str, str]]:
    items = (await person.read(f"/companies/{company_id}/members"))["items"]
    return {item["user_id"]: (item["role"], item["state"]) for item in items}


async def test_first_sign_up_makes_a_member(world: World) -> None:
    person, code = await world.person(), new_credit_code()

    answer = await person.post("/companies", {"credit_code": f" {code.lower()} ", "name": "示例光子科技"})

    company = answer.json()["company"]
    assert answer.status_code == 201
    assert (company["credit_code"], company["name"]) == (code, "示例光子科技")
    assert answer.json()["membership"] == {"role": "owner", "state": "active"}
    assert (await person.read("/me"))["memberships"] == [
        {"kind": "company", "id": company["id"], "name": "示例光子科技", "role": "owner", "state": "active"}
    ]


async def test_second_sign_up_asks_to_join_and_learns_only_the_name(world: World) -> None:
    first, second, code = await world.person(), await world.person("韩梅梅"), new_credit_code()
    company = (await first.made("/companies", {"credit_code": code, "name": "示例光子科技"}))["company"]

    answer = await second.post("/companies", {"credit_code": code, "name": "别的名字"})

    assert answer.status_code == 202
    assert answer.json() == {
        "company": {"id": company["id"], "name": "示例光子科技"},
        "membership": {"role": "member", "state": "requested"},
    }
    assert (await second.get(f"/companies/{company['id']}")).status_code == 404
    assert await states(first, company["id"]) == {first.id: ("owner", "active"), second.id: ("member", "requested")}
    async with world.session() as session:
        letter = (await session.scalars(select(OutboxRow))).one()
    assert (letter.template, letter.data["person"]) == ("membership_requested", "韩梅梅")


async def test_asking_twice_changes_nothing(world: World) -> None:
    first, second, code = await world.person(), await world.person(), new_credit_code()
    await first.made("/companies", {"credit_code": code, "name": "示例"})
    await second.made("/companies", {"credit_code": code, "name": "示例"})

    again = await second.post("/companies", {"credit_code": code, "name": "示例"})

    assert (again.status_code, again.json()["membership"]["state"]) == (202, "requested")


async def test_approved_person_is_a_member(world: World) -> None:
    first, second, code = await world.person(), await world.person(), new_credit_code()
    company = (await first.made("/companies", {"credit_code": code, "name": "示例"}))["company"]
    await second.made("/companies", {"credit_code": code, "name": "示例"})

    await first.made(f"/companies/{company['id']}/members/{second.id}/approve")

    assert (await states(second, company["id"]))[second.id] == ("member", "active")
    async with world.session() as session:
        actions = set(await session.scalars(select(AuditRow.action).where(AuditRow.subject_id == company["id"])))
    assert actions == {"company.signed_up", "membership.active", "membership.requested", "membership.approved"}


async def test_rejected_person_is_out_and_may_ask_again(world: World) -> None:
    first, second, code = await world.person(), await world.person(), new_credit_code()
    company = (await first.made("/companies", {"credit_code": code, "name": "示例"}))["company"]
    await second.made("/companies", {"credit_code": code, "name": "示例"})

    await first.made(f"/companies/{company['id']}/members/{second.id}/reject")

    assert await states(first, company["id"]) == {first.id: ("owner", "active")}
    assert (await second.post("/companies", {"credit_code": code, "name": "示例"})).status_code == 202


async def test_who_asks_cannot_approve_itself(small_world: World) -> None:
    first, second, code = await small_world.person(), await small_world.person(), new_credit_code()
    company = (await first.made("/companies", {"credit_code": code, "name": "示例"}))["company"]
    await second.made("/companies", {"credit_code": code, "name": "示例"})

    answer = await second.post(f"/companies/{company['id']}/members/{second.id}/approve")

    assert answer.status_code == 404


async def test_wrong_credit_codes_are_told_apart(small_world: World) -> None:
    person, right = await small_world.person(), new_credit_code()
    wrong = [right[:-1], f"{right[:10]}I{right[11:]}", right[:-1] + ("A" if right[-1] != "A" else "B")]

    answers = [await person.post("/companies", {"credit_code": code, "name": "示例"}) for code in wrong]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (422, "credit_code_length"),
        (422, "credit_code_characters"),
        (422, "credit_code_check_digit"),
    ]
