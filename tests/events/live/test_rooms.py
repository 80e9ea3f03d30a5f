"""The host runs the room."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from events import log
from events.audit import AuditRow
from events.changes import Change
from events.programme.models import Roadshow
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    """The fold and the votes are proved on both databases."""
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world)


async def test_opening_takes_the_roadshow_live_and_closing_ends_it(world: World, show: Show) -> None:
    opened = await show.act(show.host, "room.open")
    async with world.session() as session:
        live = await session.get_one(Roadshow, show.id)
    closed = await show.act(show.host, "room.close")

    async with world.session() as session:
        ended = await session.get_one(Roadshow, show.id)
        changes = (await session.scalars(select(Change).where(Change.object_id == show.id).order_by(Change.n))).all()
        audited = (
            await session.scalars(select(AuditRow.action).where(AuditRow.subject_id == show.id).order_by(AuditRow.n))
        ).all()
    assert (opened["state"], live.state, closed["state"], ended.state) == ("open", "live", "over", "ended")
    assert [change.data and change.data["state"] for change in changes] == ["live", "ended"]
    assert list(audited) == ["room.open", "room.over"]
    assert ended.version == live.version + 1


async def test_opening_twice_changes_nothing(show: Show) -> None:
    first = await show.act(show.host, "room.open")

    assert await show.act(show.host, "room.open") == first
    assert (await show.state(show.host))["seq"] == 1


async def test_room_that_was_closed_stays_closed(show: Show) -> None:
    await show.act(show.host, "room.open")
    await show.act(show.host, "room.close")

    assert await show.refused(show.host, "room.open") == (410, "room_over")
    assert await show.refused(show.host, "room.close") == (410, "room_over")
    assert await show.refused(show.host, "room.stage", {"slot_id": None}) == (410, "room_over")


async def test_draft_cannot_open(show: Show) -> None:
    await show.change(state="draft")

    assert await show.refused(show.host, "room.open") == (409, "roadshow_not_published")


async def test_closing_before_opening_is_refused(show: Show) -> None:
    assert await show.refused(show.host, "room.close") == (409, "room_not_open")


async def test_stage_takes_a_slot_of_this_roadshow_only(world: World, show: Show) -> None:
    other = await new_show(world)

    staged = await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[1]})

    assert staged["current_slot_id"] == show.slot_ids[1]
    assert await show.refused(show.host, "room.stage", {"slot_id": other.slot_ids[0]}) == (404, "slot_not_here")
    assert (await show.act(show.host, "room.stage", {"slot_id": None}))["current_slot_id"] is None


@pytest.mark.parametrize("name", ["room.open", "room.close", "room.stage", "room.moderation"])
async def test_hosting_is_for_hosts(world: World, show: Show, name: str) -> None:
    bodies = {"room.stage": {"slot_id": None}, "room.moderation": {"mode": "before"}}
    body = bodies.get(name)
    viewer = await world.staff(show.host, show.organizer_id, "viewer")

    assert await show.refused(await world.person(), name, body) == (404, "not_found")
    assert await show.refused(viewer, name, body) == (403, "forbidden")
    assert await show.refused(await world.stranger(), name, body) == (401, "sign_in_required")


async def test_room_nobody_touched_is_waiting(world: World, show: Show) -> None:
    snapshot = await show.state(await world.stranger())

    assert snapshot["seq"] == 0
    assert snapshot["state"]["room"]["state"] == "waiting"
    assert [slot["state"] for slot in snapshot["state"]["agenda"]] == ["booked", "free"]


@pytest.mark.parametrize("is_open", [False, True])
async def test_new_title_reaches_the_room(world: World, is_open: bool) -> None:
    show = await new_show(world, is_open=is_open)
    view = await show.host.read(show.path)

    response = await show.host.send("PATCH", show.path, {"title": "新名称"}, version=view["version"])

    snapshot = await show.state(show.host)
    async with world.session() as session:
        entry = (await log.since(session, log.public_stream(show.id), snapshot["seq"] - 1))[0]
    assert response.status_code == 200, response.text
    assert entry.kind == "room.changed"
    assert entry.data["room"] == snapshot["state"]["room"]
    assert entry.data["room"]["title"] == "新名称"


async def test_changed_project_card_reaches_the_room(world: World, show: Show) -> None:
    assert show.startup is not None
    card = await show.startup.read(f"/projects/{show.project_id}")

    response = await show.startup.send(
        "PATCH", f"/projects/{show.project_id}", {"name": "新项目名"}, version=card["version"]
    )

    snapshot = await show.state(show.host)
    async with world.session() as session:
        entry = (await log.since(session, log.public_stream(show.id), snapshot["seq"] - 1))[0]
    assert response.status_code == 200, response.text
    assert entry.kind == "agenda.changed"
    assert entry.data["agenda"] == snapshot["state"]["agenda"]
    assert entry.data["agenda"][0]["project"]["name"] == "新项目名"
