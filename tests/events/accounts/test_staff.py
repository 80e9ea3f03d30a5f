"""An organizer's staff: invited by a secret that is told once, and never without an owner."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from events.accounts.models import Invitation, Token
from events.audit import AuditRow
from events.outbox import OutboxRow
from server.commands import CommandRow
from tests.world import Person, World


async def roles(owner: Person, organizer_id: str) -> dict[str, str]:
    items = (await owner.read(f"/organizers/{organizer_id}/staff"))["items"]
    return {item["user_id"]: item["role"] for item in items}


async def test_creator_owns_the_organizer(world: World) -> None:
    owner, organizer = await world.organizer("光谷路演中心")

    assert await roles(owner, organizer["id"]) == {owner.id: "owner"}
    assert await owner.read(f"/organizers/{organizer['id']}") == organizer
    assert (await (await world.stranger()).read("/organizers"))["items"] == [organizer]


async def test_slug_is_unique(small_world: World) -> None:
    owner, organizer = await small_world.organizer()

    answer = await owner.post("/organizers", {"slug": organizer["slug"], "name": "另一家"})

    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


async def test_invitation_is_mailed_and_accepted_once(world: World) -> None:
    owner, organizer = await world.organizer()
    host, another = await world.person(), await world.person()
    path = f"/organizers/{organizer['id']}/staff"

    made = await owner.made(path, {"email": host.email.title(), "role": "host"})
    listed = await owner.read(path)
    joined = await host.made("/invitations/accept", {"token": made["token"]})
    again = await another.post("/invitations/accept", {"token": made["token"]})

    assert [(item["email"], item["role"]) for item in listed["invitations"]] == [(host.email, "host")]
    assert "token" not in listed["invitations"][0]
    assert joined == {
        "kind": "organizer", "id": organizer["id"], "name": organizer["name"], "role": "host", "state": "active",
    }  # fmt: skip
    assert (again.status_code, again.json()["code"]) == (410, "invitation_over")
    assert await roles(owner, organizer["id"]) == {owner.id: "owner", host.id: "host"}
    async with world.session() as session:
        letter = (await session.scalars(select(OutboxRow))).one()
        row = (await session.scalars(select(Invitation))).one()
    assert (letter.address, letter.data["token"]) == (host.email, made["token"])
    assert made["token"] not in json.dumps({c.key: str(getattr(row, c.key)) for c in row.__mapper__.column_attrs})


async def test_invitation_dies_after_seven_days(world: World) -> None:
    owner, organizer = await world.organizer()
    made = await owner.made(f"/organizers/{organizer['id']}/staff", {"email": "a@example.com", "role": "host"})
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Invitation).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    answer = await (await world.person()).post("/invitations/accept", {"token": made["token"]})

    lifetime = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert answer.status_code == 410
    assert timedelta(days=6, hours=23) < lifetime <= timedelta(days=7)


async def test_newer_invitation_replaces_the_older(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    path, asked = f"/organizers/{organizer['id']}/staff", {"email": "a@example.com", "role": "host"}
    older = await owner.made(path, asked)
    await owner.made(path, asked)

    answer = await (await small_world.person()).post("/invitations/accept", {"token": older["token"]})

    assert answer.status_code == 404


async def test_withdrawn_invitation_opens_nothing(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    made = await owner.made(f"/organizers/{organizer['id']}/staff", {"email": "a@example.com", "role": "host"})

    gone = await owner.send("DELETE", f"/organizers/{organizer['id']}/invitations/{made['id']}")
    answer = await (await small_world.person()).post("/invitations/accept", {"token": made["token"]})

    assert (gone.status_code, answer.status_code) == (204, 404)


async def test_last_owner_is_neither_demoted_nor_removed(world: World) -> None:
    owner, organizer = await world.organizer()
    path = f"/organizers/{organizer['id']}/staff/{owner.id}"

    demoted = await owner.send("PATCH", path, {"role": "planner"})
    removed = await owner.send("DELETE", path)

    assert [(answer.status_code, answer.json()["code"]) for answer in (demoted, removed)] == [(409, "last_owner")] * 2
    assert await roles(owner, organizer["id"]) == {owner.id: "owner"}


async def test_two_owners_who_demote_each_other_leave_one(world: World) -> None:
    owner, organizer = await world.organizer()
    second = await world.staff(owner, organizer["id"], "owner")
    path = f"/organizers/{organizer['id']}/staff"

    answers = await asyncio.gather(
        owner.send("PATCH", f"{path}/{second.id}", {"role": "viewer"}),
        second.send("PATCH", f"{path}/{owner.id}", {"role": "viewer"}),
    )

    left = [user for user, role in (await roles(owner, organizer["id"])).items() if role == "owner"]
    assert len(left) == 1
    assert sum(answer.is_success for answer in answers) == 1


async def test_removed_colleague_is_a_stranger_at_once(world: World) -> None:
    owner, organizer = await world.organizer()
    planner = await world.staff(owner, organizer["id"], "planner")
    path = f"/organizers/{organizer['id']}/staff"

    await owner.send("DELETE", f"{path}/{planner.id}")

    assert (await planner.get(path)).status_code == 404
    async with world.session() as session:
        actions = list(
            await session.scalars(
                select(AuditRow.action).where(AuditRow.organizer_id == organizer["id"]).order_by(AuditRow.n)
            )
        )
    assert actions == ["organizer.created", "staff.invited", "staff.joined", "staff.removed"]


async def test_token_is_shown_once_stored_hashed_and_revocable(world: World) -> None:
    owner, organizer = await world.organizer()
    path = f"/organizers/{organizer['id']}/tokens"

    made = await owner.made(path, {"name": "鄂融通"})
    listed = (await owner.read(path))["items"]
    revoked = (await owner.send("DELETE", f"{path}/{made['id']}")).json()

    async with world.session() as session:
        stored = (await session.scalars(select(Token.secret_hash))).one()
        answers = [row.body.decode() for row in await session.scalars(select(CommandRow))]
    assert (len(made["secret"]), stored != made["secret"], len(stored)) == (43, True, 64)
    assert not [body for body in answers if made["secret"] in body]
    assert listed == [{name: value for name, value in made.items() if name != "secret"}]
    assert revoked["revoked_at"] is not None


async def test_repeat_is_told_the_same_secret(world: World) -> None:
    owner, organizer = await world.organizer()
    path = f"/organizers/{organizer['id']}/tokens"

    first = await owner.post(path, {"name": "鄂融通"}, key="k1")
    second = await owner.post(path, {"name": "鄂融通"}, key="k1")
    another = await owner.post(path, {"name": "鄂融通"}, key="k2")

    assert first.content == second.content
    assert first.json()["secret"] != another.json()["secret"]
