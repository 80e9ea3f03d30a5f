"""What two processes do at the same moment on PostgreSQL: locks make the second see what the first did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from events.actor import Actor, Role
from events.errors import Refusal
from events.log import LogEntry
from events.programme.bookings import BookingClosed, hold_slot
from events.programme.endings import cancel_roadshow
from events.programme.schemas import BookingIn, SlotIn
from events.programme.slots import SlotBooked, replace_slots
from server.settings import Settings
from tests.world import World

SETTLE_SECONDS = 0.5


@pytest.fixture
async def world(fresh_postgres_url: str, tmp_path: Path) -> AsyncIterator[World]:
    settings = Settings(database_url=fresh_postgres_url, files_dir=tmp_path / "files", rate_limits=False)
    async with World.open(settings) as world:
        yield world


class Scene:
    """A published roadshow with three slots, its planner, and two founders with a project each."""

    def __init__(self, planner: Actor, roadshow: dict[str, Any], slots: list[dict[str, Any]]) -> None:
        self.planner = planner
        self.roadshow_id = roadshow["id"]
        self.slots = slots
        self.founders: list[tuple[Actor, BookingIn]] = []


async def set_up(world: World) -> Scene:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    planner = Actor(user_id=owner.id, organizer_roles={organizer["id"]: Role.OWNER})
    scene = Scene(planner, roadshow, (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"])
    for _ in range(2):
        founder = await world.person("创始人")
        company = await world.company(founder)
        project = await world.project(founder, company["id"])
        actor = Actor(user_id=founder.id, company_roles={company["id"]: "owner"})
        scene.founders.append((actor, BookingIn(project_id=project["id"])))
    return scene


async def hold(world: World, scene: Scene, number: int, slot: int) -> Refusal | None:
    """One founder holds one slot in a transaction of its own; what was refused."""
    actor, data = scene.founders[number]
    try:
        async with world.app.state.roadshow.database.write() as session:
            await hold_slot(session, actor, scene.slots[slot]["id"], data, now=datetime.now(UTC))
    except Refusal as refusal:
        return refusal
    return None


async def test_hold_beside_a_cancellation_is_refused(world: World) -> None:
    scene = await set_up(world)

    async with world.app.state.roadshow.database.write() as session:
        await cancel_roadshow(session, scene.planner, scene.roadshow_id, "改期", now=datetime.now(UTC))
        held = asyncio.create_task(hold(world, scene, 0, 0))
        await asyncio.sleep(SETTLE_SECONDS)

    assert isinstance(await held, BookingClosed)


async def test_slot_held_meanwhile_is_not_removed(world: World) -> None:
    scene = await set_up(world)

    async def remove_all() -> Refusal | None:
        try:
            async with world.app.state.roadshow.database.write() as session:
                none: list[SlotIn] = []
                await replace_slots(session, scene.planner, scene.roadshow_id, none, now=datetime.now(UTC))
        except Refusal as refusal:
            return refusal
        return None

    actor, data = scene.founders[0]
    async with world.app.state.roadshow.database.write() as session:
        await hold_slot(session, actor, scene.slots[0]["id"], data, now=datetime.now(UTC))
        removed = asyncio.create_task(remove_all())
        await asyncio.sleep(SETTLE_SECONDS)

    assert isinstance(await removed, SlotBooked)


async def test_of_two_agendas_the_later_carries_both(world: World) -> None:
    scene = await set_up(world)

    actor, data = scene.founders[0]
    async with world.app.state.roadshow.database.write() as session:
        await hold_slot(session, actor, scene.slots[0]["id"], data, now=datetime.now(UTC))
        second = asyncio.create_task(hold(world, scene, 1, 1))
        await asyncio.sleep(SETTLE_SECONDS)
    refused = await second

    async with world.session() as session:
        query = select(LogEntry.data).where(LogEntry.stream_id == f"{scene.roadshow_id}/public")
        last = list(await session.scalars(query.order_by(LogEntry.seq)))[-1]
    assert refused is None
    assert [slot["state"] for slot in last["agenda"]] == ["held", "held", "free"]
