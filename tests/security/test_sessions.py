"""Sign-in, its cookie, and everything an outsider could try with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from events.accounts.models import Login, User
from server.commands import CommandRow, digest_of
from server.settings import Settings
from tests.world import PASSWORD, Person, World

OTHER_PASSWORD = "quite another password"


async def email_of(person: Person) -> str:
    email: str = (await person.read("/me"))["user"]["email"]
    return email


async def sign_in(world: World, email: str, password: str = PASSWORD) -> Person:
    person = await world.stranger()
    await person.made("/session", {"email": email, "password": password})
    await person.refresh()
    return person


async def is_signed_in(person: Person) -> bool:
    return (await person.read("/me"))["user"] is not None


async def test_cookie_over_http_is_httponly_lax_and_host_only(small_world: World) -> None:
    person = await small_world.stranger()

    answer = await person.post("/accounts", {"email": "a@example.com", "password": PASSWORD, "name": "甲"})

    cookie = answer.headers["set-cookie"]
    name, _, attributes = cookie.partition(";")
    assert name.startswith("roadshow=")
    assert {part.strip().lower() for part in attributes.split(";")} == {
        "httponly", "max-age=1209600", "path=/", "samesite=lax",
    }  # fmt: skip


async def test_cookie_over_https_is_host_prefixed_and_secure(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(
        database_url=sqlite_url, files_dir=tmp_path, rate_limits=False, base_url="https://roadshow.example.org"
    )
    async with World.open(settings) as world:
        person = await world.stranger()
        data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}

        answer = await person.post("/accounts", data, headers={"Origin": "https://roadshow.example.org"})

        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-roadshow=")
        assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
            "httponly", "max-age=1209600", "path=/", "samesite=lax", "secure",
        }  # fmt: skip


async def test_secret_is_not_in_the_database(world: World) -> None:
    person = await world.person()

    async with world.session() as session:
        stored = list(await session.scalars(select(Login.secret_hash)))

    assert person.client.cookies["roadshow"] not in stored
    assert [len(value) for value in stored] == [64]


async def test_sign_in_never_keeps_the_presented_secret(world: World) -> None:
    victim = await world.person()
    email = await email_of(victim)
    attacker = await world.person()
    planted = attacker.client.cookies["roadshow"]
    browser = await world.stranger()
    browser.client.cookies.set("roadshow", planted)
    await browser.refresh()

    await browser.made("/session", {"email": email, "password": PASSWORD})

    fresh = [cookie.value for cookie in browser.client.cookies.jar if cookie.value != planted]
    assert len(fresh) == 1
    assert not await is_signed_in(attacker)


async def test_made_up_secret_is_not_adopted(world: World) -> None:
    person = await world.stranger()
    person.client.cookies.set("roadshow", "A" * 43)

    answer = await person.post("/accounts", {"email": "a@example.com", "password": PASSWORD, "name": "甲"})

    assert answer.status_code == 201
    assert "A" * 43 not in answer.headers["set-cookie"]


async def test_signed_out_cookie_is_worthless(world: World) -> None:
    person = await world.person()
    secret = person.client.cookies["roadshow"]
    await person.send("DELETE", "/session")
    thief = await world.stranger()

    thief.client.cookies.set("roadshow", secret)

    assert not await is_signed_in(thief)


async def test_expired_login_is_nobody(world: World) -> None:
    person = await world.person()
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Login).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    assert not await is_signed_in(person)


async def test_new_password_closes_other_logins_and_keeps_this_one(world: World) -> None:
    person = await world.person()
    email = await email_of(person)
    elsewhere = await sign_in(world, email)

    answer = await person.send("PATCH", "/me", {"password": OTHER_PASSWORD, "current_password": PASSWORD})

    old = await (await world.stranger()).post("/session", {"email": email, "password": PASSWORD})
    assert (answer.status_code, old.status_code) == (200, 401)
    assert [await is_signed_in(person), await is_signed_in(elsewhere)] == [True, False]
    assert await is_signed_in(await sign_in(world, email, OTHER_PASSWORD))


@pytest.mark.parametrize("current", [None, "", "not the password"])
async def test_new_password_needs_the_current_one(small_world: World, current: str | None) -> None:
    person = await small_world.person()

    answer = await person.send("PATCH", "/me", {"password": OTHER_PASSWORD, "current_password": current})

    assert (answer.status_code, answer.json()["code"]) == (422, "current_password_wrong")
    assert await is_signed_in(await sign_in(small_world, await email_of(person)))


async def test_name_and_language_change_without_a_password(world: World) -> None:
    person = await world.person("旧名")

    answer = await person.send("PATCH", "/me", {"name": "新名", "locale": "en"})

    assert (answer.json()["name"], answer.json()["locale"]) == ("新名", "en")


async def test_unknown_address_and_wrong_password_are_answered_alike(small_world: World) -> None:
    email = await email_of(await small_world.person())
    stranger = await small_world.stranger()

    wrong = await stranger.post("/session", {"email": email, "password": "not the password"})
    unknown = await stranger.post("/session", {"email": "nobody@example.com", "password": "not the password"})

    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert "set-cookie" not in wrong.headers


async def test_address_is_the_same_in_capitals(small_world: World) -> None:
    person = await small_world.newcomer(email="A@Example.com")
    person.email = "a@example.com"
    await small_world.prove(person)

    await (await small_world.stranger()).post(
        "/accounts", {"email": "a@example.COM", "password": "another long password", "name": "乙"}
    )

    assert [row.template for row in await small_world.letters("a@example.com")] == ["address_known"]
    assert await is_signed_in(await sign_in(small_world, "a@EXAMPLE.com"))


@pytest.mark.parametrize("extra", [{"role": "owner"}, {"id": "X"}, {"is_admin": True}, {"password_hash": "x"}])
async def test_extra_fields_are_refused_and_nothing_is_made(small_world: World, extra: dict[str, object]) -> None:
    person = await small_world.stranger()
    data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}

    answer = await person.post("/accounts", data | extra)

    async with small_world.session() as session:
        people = list(await session.scalars(select(User)))
    assert (answer.status_code, answer.json()["code"], people) == (422, "validation_failed", [])


async def test_stored_command_does_not_help_to_guess_a_password(world: World) -> None:
    person = await world.stranger()
    data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}
    await person.post("/accounts", data, key="k1")

    async with world.session() as session:
        row = (await session.scalars(select(CommandRow))).one()

    assert row.digest != digest_of("POST /api/v1/accounts? ", data)
    assert PASSWORD.encode() not in row.body


async def test_password_is_kept_as_argon2id(world: World) -> None:
    await world.person()

    async with world.session() as session:
        stored = (await session.scalars(select(User.password_hash))).one()

    assert str(stored).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_revoked_token_is_nobody(world: World) -> None:
    owner, organizer = await world.organizer()
    made = await owner.made(f"/organizers/{organizer['id']}/tokens", {"name": "鄂融通"})
    await owner.send("DELETE", f"/organizers/{organizer['id']}/tokens/{made['id']}")
    partner = await world.stranger()
    partner.client.headers["Authorization"] = f"Bearer {made['secret']}"

    answer = await partner.get(f"/organizers/{organizer['id']}/projects")

    assert answer.status_code == 401
