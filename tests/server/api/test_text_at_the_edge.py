"""Identifiers are what was meant, names are what can be seen: the same at every door of the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from events.accounts.models import User
from server.auth import hash_password
from tests.world import Person, World, new_credit_code

PASSWORD = "a long password"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


async def account(world: World, email: str, name: str = "王五") -> int:
    person = await world.stranger()
    body = {"email": email, "password": PASSWORD, "name": name}
    return (await person.client.post("/api/v1/accounts", json=body)).status_code


async def signed_in(world: World, email: str) -> int:
    person = await world.stranger()
    body = {"email": email, "password": PASSWORD}
    return (await person.client.post("/api/v1/session", json=body)).status_code


def fields_of(problem: dict[str, list[dict[str, list[str]]]]) -> list[str]:
    return [error["loc"][-1] for error in problem["errors"]]


@pytest.mark.field
@pytest.mark.parametrize(
    "email", ["ｗａｎｇ5@example.com", "wang5＠example.com", "wang5@example。com", "\u202awang5@example.com"]
)
async def test_another_writing_of_an_address_is_the_same_account(small_world: World, email: str) -> None:
    await account(small_world, "wang5@example.com")

    await account(small_world, email)

    async with small_world.session() as session:
        from sqlalchemy import text

        found = list(await session.scalars(text("SELECT DISTINCT coalesce(email, asked_email) FROM users")))
    assert found == ["wang5@example.com"]
    assert await signed_in(small_world, email) in {200, 201}


@pytest.mark.field
@pytest.mark.parametrize("typed", ["wang5@example.com", "ＷＡＮＧ5@example.com", "Wang5＠EXAMPLE。com\u200b"])
async def test_two_accounts_of_before_sign_in_by_one_address(small_world: World, typed: str) -> None:
    await account(small_world, "wang5@example.com", "新")
    await account(small_world, "other@example.com", "旧")
    await share(small_world, "other@example.com", "ｗａｎｇ5@example.com", "wang5@example.com")

    names = [await name_of(small_world, typed, password) for password in (PASSWORD, "the other password")]

    assert names == ["新", "旧"]


async def share(world: World, email: str, written: str, plain: str) -> None:
    """An account whose address another one has too, as an upgrade leaves it, with a password of its own."""
    values = {"email": written, "asked_email": plain, "password_hash": await hash_password("the other password")}
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(User).where(User.asked_email == email).values(values))


async def name_of(world: World, email: str, password: str) -> str:
    person = await world.stranger()
    return str(
        (await person.client.post("/api/v1/session", json={"email": email, "password": password})).json()["name"]
    )


@pytest.mark.field
@pytest.mark.parametrize("name", ["\u3164", "\u2800\u200b", "\u0301", "\u200d"])
async def test_name_nobody_can_see_is_refused_by_its_field(small_world: World, name: str) -> None:
    person = await small_world.stranger()
    body = {"email": "a@example.com", "password": PASSWORD, "name": name}

    answer = await person.client.post("/api/v1/accounts", json=body)

    assert (answer.status_code, fields_of(answer.json())) == (422, ["name"])


@pytest.mark.field
async def test_title_nobody_can_see_is_refused_and_one_that_turns_round_is_not(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    path = f"/organizers/{organizer['id']}/series"

    unseen = await owner.post(path, {"name": "\u115f\u2800"})
    turned = await owner.made(path, {"name": "王总\u202e方主持 🫨"})

    assert (unseen.status_code, fields_of(unseen.json())) == (422, ["name"])
    assert turned["name"] == "王总方主持 🫨"


@pytest.mark.field
async def test_join_code_opens_the_room_in_full_width(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])

    found = await owner.read(f"/join/\u200b{roadshow['join_code'].translate(WIDE)}")

    assert found["roadshow_id"] == roadshow["id"]


@pytest.mark.field
async def test_ticket_code_checks_in_in_full_width(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    person = await small_world.person()
    registration = await person.made(f"/roadshows/{roadshow['id']}/registrations", {})
    code = registration["ticket_code"].translate(WIDE)

    answer = await owner.post(f"/roadshows/{roadshow['id']}/check-ins", {"code": f"\u202a{code}\u202c"})

    assert answer.is_success, answer.text


@pytest.mark.field
async def test_credit_code_and_phone_are_stored_folded(small_world: World) -> None:
    person = await small_world.person()
    code = new_credit_code()
    company = await person.made("/companies", {"credit_code": f"\u202a{code.translate(WIDE)}", "name": "示例光子"})

    project = await _project(person, company, contact_phone="＋86 139-7123－4567")

    assert company["company"]["credit_code"] == code
    assert project["contact_phone"] == "+86 139-7123-4567"


async def _project(person: Person, joined: dict[str, dict[str, str]], **fields: str) -> dict[str, str]:
    await person.refresh()
    return await person.made(f"/companies/{joined['company']['id']}/projects", {"name": "芯片", **fields})


@pytest.mark.field
@pytest.mark.parametrize("name", ["张𮯰", "🫨 会动"])
async def test_sign_the_machine_does_not_know_is_kept_all_the_way(small_world: World, name: str) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], title=name)
    person = await small_world.person(name)
    await person.made(f"/roadshows/{roadshow['id']}/registrations", {})
    files = ("calendar.ics", "exports/registrations.csv")

    calendar, sheet = [(await owner.get(f"/roadshows/{roadshow['id']}/{file}")).content.decode() for file in files]
    found = await owner.read(f"/organizers/{organizer['id']}/roadshows", params={"q": name})

    assert f"SUMMARY:{name}" in calendar
    assert sheet.count(name) == 2
    assert [each["title"] for each in found["items"]] == [name]


@pytest.mark.field
@pytest.mark.parametrize("write", [str.upper, lambda email: email.translate(WIDE), "\u200b{}\u202c".format])
async def test_invitation_and_room_role_reach_whoever_holds_the_address(
    small_world: World, write: Callable[[str], str]
) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    person = await small_world.person()

    asked = {"email": write(person.email), "role": "host"}
    invitation = await owner.made(f"/organizers/{organizer['id']}/staff", asked)
    role = await owner.made(f"/roadshows/{roadshow['id']}/roles", {"email": write(person.email), "role": "cohost"})
    await person.made("/invitations/accept", {"token": invitation["token"]})

    assert role["email"] == person.email
