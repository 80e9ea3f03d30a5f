"""An address is proved before it opens anything; nothing tells whether it has an account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from events.accounts.models import AddressProof, Login, User
from events.live.stage.models import RoomRoleRow
from events.outbox import OutboxRow
from server.settings import Settings
from tests.world import PASSWORD, Person, World

ANOTHER = "another long password"


def shape(answer: httpx.Response) -> tuple[int, Any, list[str]]:
    """All that somebody who signs up is told, without what differs from one sign-up to the next."""
    text = re.sub(r"[0-9A-HJKMNP-TV-Z]{26}", "ID", answer.text)
    cookies = sorted(cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie"))
    return answer.status_code, text, cookies


async def token_of(world: World, address: str) -> str:
    return str((await world.letters(address))[-1].data["token"])


async def sign_in(world: World, email: str, password: str) -> int:
    return (await (await world.stranger()).post("/session", {"email": email, "password": password})).status_code


async def test_sign_up_answers_alike_for_known_and_unknown_addresses(world: World) -> None:
    known = await world.person()
    told = {}
    for email in (known.email, "nobody@example.com"):
        stranger = await world.stranger()
        data = {"email": email, "password": ANOTHER, "name": "来人"}
        first = await stranger.post("/accounts", data)
        await stranger.refresh()
        again = await stranger.post("/me/confirmation-letters")
        later = await (await world.stranger()).post("/session", {"email": email, "password": ANOTHER})
        me = await stranger.get("/me")
        told[email] = [shape(answer) for answer in (first, again, later)], (me.json()["user"]["confirmed"])
    letters = {email: [row.template for row in await world.letters(email)] for email in told}

    assert str(told[known.email]).replace(known.email, "nobody@example.com") == str(told["nobody@example.com"])
    assert letters == {known.email: ["address_known"] * 2, "nobody@example.com": ["address_confirm"] * 2}
    assert await sign_in(world, known.email, PASSWORD) == 200
    assert not any("token" in row.data for row in await world.letters(known.email))


async def test_letter_confirms_the_address_once(world: World) -> None:
    person = await world.newcomer()
    token = await token_of(world, person.email)

    before = (await person.read("/me"))["user"]
    done = await person.post("/accounts/confirm", {"token": token})
    again = await person.post("/accounts/confirm", {"token": token})

    assert (before["email"], before["confirmed"]) == (person.email, False)
    assert (done.status_code, done.json()["confirmed"]) == (200, True)
    assert (again.status_code, again.json()["code"]) == (410, "link_over")
    async with world.session() as session:
        assert (await session.scalars(select(User.email).where(User.id == person.id))).one() == person.email
        kept = [row.secret_hash for row in await session.scalars(select(AddressProof))]
    assert token not in kept


async def test_link_dies_after_a_day(world: World) -> None:
    person = await world.newcomer()
    async with world.app.state.roadshow.database.write() as session:
        row = (await session.scalars(select(AddressProof))).one()
        lifetime = row.expires_at - row.created_at
        await session.execute(update(AddressProof).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    answer = await person.post("/accounts/confirm", {"token": await token_of(world, person.email)})

    assert (answer.status_code, answer.json()["code"], lifetime) == (410, "link_over", timedelta(hours=24))


async def test_a_strangers_letter_does_not_confirm_somebody_elses_account(world: World) -> None:
    """Somebody signed up with the reader's address; the reader presses the link, signed out or as itself."""
    taker = await world.newcomer(email="reader@example.com")
    token = await token_of(world, "reader@example.com")
    reader, signed_out = await world.person(), await world.stranger()

    answers = [await who.post("/accounts/confirm", {"token": token} | more)
               for who, more in ((signed_out, {}), (reader, {}), (signed_out, {"password": "wrong"}))]  # fmt: skip
    own = await (await world.stranger()).post("/accounts/confirm", {"token": token, "password": PASSWORD})

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "confirm_password")] * 3
    assert own.status_code == 200
    assert (await taker.read("/me"))["user"]["confirmed"]


async def test_the_first_of_two_who_ask_for_an_address_holds_it(world: World) -> None:
    one, two = await world.newcomer(email="both@example.com"), await world.newcomer(email="both@example.com")
    tokens = [str(row.data["token"]) for row in await world.letters("both@example.com")]

    first = await one.post("/accounts/confirm", {"token": tokens[0]})
    second = await two.post("/accounts/confirm", {"token": tokens[1]})

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "address_taken")


async def test_invitations_open_to_the_proved_address_only(world: World) -> None:
    owner, organizer = await world.organizer()
    invited, other = await world.newcomer(), await world.person()
    path, asked = f"/organizers/{organizer['id']}/staff", {"email": invited.email, "role": "owner"}
    token = (await owner.made(path, asked))["token"]

    stolen = await other.post("/invitations/accept", {"token": token})
    early = await invited.post("/invitations/accept", {"token": token})
    confirming = [row for row in await world.letters(invited.email) if row.template == "address_confirm"]
    await invited.made("/accounts/confirm", {"token": confirming[0].data["token"]})
    taken = await invited.post("/invitations/accept", {"token": token})

    assert (stolen.status_code, stolen.json()["code"]) == (409, "address_other")
    assert (early.status_code, early.json()["code"]) == (409, "address_unconfirmed")
    assert (taken.status_code, taken.json()["role"]) == (200, "owner")


async def test_a_role_in_a_room_waits_for_who_proves_the_address(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    path, person = f"/roadshows/{roadshow['id']}/roles", await world.newcomer()
    place = f"/roadshows/{roadshow['id']}/live/me"

    role = await owner.made(path, {"email": person.email, "role": "moderator"})
    early = (await person.read(place))["standing"]
    await world.prove(person)
    proved = (await person.read(place))["standing"]
    await owner.made(path, {"email": person.email.title(), "role": "cohost"})
    changed = (await person.read(place))["standing"]
    taken = await owner.send("DELETE", f"{path}/{role['id']}")

    assert (early, proved, changed, taken.status_code) == ("audience", "moderator", "cohost", 204)
    assert (await person.read(place))["standing"] == "audience"
    assert (await owner.read(path))["items"] == []


async def test_a_role_is_not_for_an_address_of_before_that_was_never_proved(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow, person = await world.roadshow(owner, organizer["id"]), await world.person()
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(User).where(User.id == person.id).values(email_proved_at=None))

    await owner.made(f"/roadshows/{roadshow['id']}/roles", {"email": person.email, "role": "moderator"})

    assert (await person.read(f"/roadshows/{roadshow['id']}/live/me"))["standing"] == "audience"


async def test_giving_a_role_does_not_tell_whether_the_address_has_an_account(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    path, known, asking = f"/roadshows/{roadshow['id']}/roles", await world.person(), await world.newcomer()
    told, letters = [], []
    for email in (known.email, asking.email, "nobody@example.com"):
        before = len(await world.letters(email))
        answers = [await owner.post(path, {"email": email, "role": role}) for role in ("moderator", "cohost")]
        listed = [role for role in (await owner.read(path))["items"] if role["email"] == email]
        text = [shape(answer) for answer in answers], sorted(listed[0].items() - {("id", listed[0]["id"])})
        told.append(re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "AT", str(text).replace(email, "ADDRESS")))
        letters.append([row.template for row in await world.letters(email)][before:])

    assert told[0] == told[1] == told[2]
    assert letters == [["room_role"]] * 3


async def test_a_role_of_before_stays_with_its_account(world: World) -> None:
    """Given to an account whose address was never proved, before addresses were."""
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    path, person = f"/roadshows/{roadshow['id']}/roles", await world.person()
    place = f"/roadshows/{roadshow['id']}/live/me"
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(User).where(User.id == person.id).values(email_proved_at=None))
        session.add(
            RoomRoleRow(
                roadshow_id=roadshow["id"], user_id=person.id, role="moderator", given_by=owner.id,
                created_at=datetime.now(UTC),
            )
        )  # fmt: skip

    before = (await person.read(place))["standing"]
    changed = await owner.made(path, {"email": person.email, "role": "cohost"})
    after = (await person.read(place))["standing"]
    listed = (await owner.read(path))["items"]
    taken = await owner.send("DELETE", f"{path}/{changed['id']}")

    assert (before, after, listed, taken.status_code) == ("moderator", "cohost", [changed], 204)
    assert (await person.read(place))["standing"] == "audience"


async def test_a_role_is_taken_back_in_its_own_room_only(world: World) -> None:
    owner, organizer = await world.organizer()
    one, two = [await world.roadshow(owner, organizer["id"]) for _ in range(2)]
    role = await owner.made(f"/roadshows/{one['id']}/roles", {"email": "a@example.com", "role": "moderator"})

    answer = await owner.send("DELETE", f"/roadshows/{two['id']}/roles/{role['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await owner.read(f"/roadshows/{one['id']}/roles"))["items"] == [role]


async def test_an_address_of_before_keeps_its_roles_and_proves_itself_for_new_ones(world: World) -> None:
    owner, organizer = await world.organizer()
    another, second = await world.organizer()
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(User).where(User.id == owner.id).values(email_proved_at=None))
    token = (await another.made(f"/organizers/{second['id']}/staff", {"email": owner.email, "role": "host"}))["token"]

    early = await owner.post("/invitations/accept", {"token": token})
    await owner.made("/me/confirmation-letters")
    await owner.made("/accounts/confirm", {"token": await token_of(world, owner.email)})
    late = await owner.post("/invitations/accept", {"token": token})
    more = await owner.post("/me/confirmation-letters")

    assert (await owner.get(f"/organizers/{organizer['id']}/staff")).status_code == 200
    assert early.json()["code"] == "address_unconfirmed"
    assert late.status_code == 200
    assert (more.status_code, more.json()["code"]) == (409, "address_confirmed")


async def test_no_notice_goes_to_an_address_that_is_not_proved(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    person = await world.newcomer()

    await person.made(f"/roadshows/{roadshow['id']}/registrations", {})

    assert [row.template for row in await world.letters(person.email)] == ["address_confirm"]


async def test_a_letter_resets_the_password_and_ends_every_login(world: World) -> None:
    person = await world.person()
    asked = [await (await world.stranger()).post("/password-letters", {"email": email})
             for email in (person.email.title(), "nobody@example.com")]  # fmt: skip
    (letter,) = await world.letters(person.email)
    body = {"token": letter.data["token"], "password": ANOTHER}

    done = await (await world.stranger()).post("/password-resets", body)
    again = await (await world.stranger()).post("/password-resets", body)

    assert (
        (asked[0].status_code, asked[0].content) == (asked[1].status_code, asked[1].content) == (202, asked[0].content)
    )
    assert (done.status_code, again.status_code, again.json()["code"]) == (200, 410, "link_over")
    async with world.session() as session:
        assert (await session.scalars(select(Login).where(Login.user_id == person.id))).all() == []
    assert (await person.read("/me"))["user"] is None
    assert [await sign_in(world, person.email, each) for each in (PASSWORD, ANOTHER)] == [401, 200]
    assert await world.letters("nobody@example.com") == []


async def test_a_link_does_only_what_it_was_sent_for(world: World) -> None:
    person = await world.newcomer()
    token = await token_of(world, person.email)

    answer = await person.post("/password-resets", {"token": token, "password": ANOTHER})

    assert (answer.status_code, answer.json()["code"]) == (410, "link_over")


@pytest.mark.parametrize("template", ["address_confirm", "address_known", "password_reset"])
async def test_letters_are_limited(sqlite_url: str, letters_stay: None, template: str, tmp_path: Any) -> None:
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path / "files")
    async with World.open(settings) as world:
        person: Person = await world.newcomer(email="many@example.com")
        if template != "address_confirm":
            await world.prove(person)
        path, body = {
            "address_confirm": ("/me/confirmation-letters", None),
            "address_known": ("/accounts", {"email": person.email, "password": ANOTHER, "name": "来人"}),
            "password_reset": ("/password-letters", {"email": person.email}),
        }[template]
        answers = [
            (await (person if body is None else await world.stranger()).post(path, body)).status_code for _ in range(12)
        ]

        assert answers[-1] == 429
        async with world.session() as session:
            sent = list(await session.scalars(select(OutboxRow.id).where(OutboxRow.address == "many@example.com")))
        assert 5 <= len(sent) <= 11
