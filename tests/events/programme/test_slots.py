"""Slots: replaced as a whole; a booked one neither vanishes nor moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from events.log import LogEntry
from tests.world import Person, World, wire


def slot(roadshow: dict[str, Any], first: int, last: int, **more: str) -> dict[str, str]:
    """Minutes from the roadshow's start."""
    start = datetime.fromisoformat(roadshow["starts_at"])
    return {
        "starts_at": wire(start + timedelta(minutes=first)),
        "ends_at": wire(start + timedelta(minutes=last)),
    } | more


async def put(owner: Person, roadshow: dict[str, Any], *slots: dict[str, str]) -> httpx.Response:
    return await owner.send("PUT", f"/roadshows/{roadshow['id']}/slots", {"slots": list(slots)})


async def booked(world: World, roadshow: dict[str, Any], position: int) -> tuple[Person, dict[str, Any]]:
    """Somebody holds the slot at this position; the person and the booking."""
    founder = await world.person("创始人")
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    items = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    path = f"/slots/{items[position]['id']}/bookings"
    return founder, await founder.made(path, {"project_id": project["id"]})


async def test_replace_keeps_slots_by_id_and_by_time(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], slots=3)
    first, second, _ = (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"]

    answer = await put(
        owner, roadshow, slot(roadshow, 0, 20), slot(roadshow, 30, 60, id=second["id"]), slot(roadshow, 90, 120)
    )

    items = answer.json()["items"]
    assert [one["id"] for one in items[:2]] == [first["id"], second["id"]]
    assert [(one["starts_at"], one["ends_at"]) for one in items] == [
        tuple(slot(roadshow, *span).values()) for span in ((0, 20), (30, 60), (90, 120))
    ]


@pytest.mark.parametrize(
    ("spans", "code"),
    [
        ([(-20, 0)], "slot_outside"),
        ([(110, 130)], "slot_outside"),
        ([(0, 20), (15, 40)], "slots_overlap"),
        ([(20, 20)], "time_invalid"),
        ([(0, 21)], "validation_failed"),
    ],
)
async def test_impossible_slots_are_refused(small_world: World, spans: list[tuple[int, int]], code: str) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])

    answer = await put(owner, roadshow, *(slot(roadshow, *span) for span in spans))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len((await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"]) == 3


async def test_booked_slot_neither_vanishes_nor_moves(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], slots=2)
    _, booking = await booked(small_world, roadshow, 1)

    gone = await put(owner, roadshow, slot(roadshow, 0, 20))
    moved = await put(owner, roadshow, slot(roadshow, 0, 20), slot(roadshow, 25, 45, id=booking["slot_id"]))
    kept = await put(owner, roadshow, slot(roadshow, 20, 40), slot(roadshow, 60, 80))

    for refused in (gone, moved):
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_booked")
        assert [one["id"] for one in refused.json()["details"]["slots"]] == [booking["slot_id"]]
    assert [(one["id"] == booking["slot_id"], one["state"]) for one in kept.json()["items"]] == [
        (True, "held"), (False, "free"),
    ]  # fmt: skip


async def test_slot_of_a_cancelled_booking_may_go_and_the_booking_stays_in_the_list(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], slots=1)
    founder, booking = await booked(world, roadshow, 0)
    await founder.send("DELETE", f"/bookings/{booking['id']}")

    answer = await put(owner, roadshow)

    mine = (await founder.read(f"/companies/{booking['company_id']}/bookings"))["items"][0]
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert (mine["state"], mine["slot_id"], mine["starts_at"]) == ("cancelled", None, booking["starts_at"])


@pytest.mark.parametrize("ids", [["01JD3V0000000000000000000A"], ["same", "same"]])
async def test_unknown_and_repeated_ids_are_refused(small_world: World, ids: list[str]) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    known = (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]["id"]

    wanted = [slot(roadshow, n * 20, n * 20 + 20, id=known if id_ == "same" else id_) for n, id_ in enumerate(ids)]
    answer = await put(owner, roadshow, *wanted)

    assert (answer.status_code, answer.json()["code"]) == (422, "slot_unknown")


async def test_new_slots_appear_in_the_room(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], slots=1)

    items = (await put(owner, roadshow, slot(roadshow, 0, 30))).json()["items"]

    async with small_world.session() as session:
        query = select(LogEntry.data).where(LogEntry.stream_id == f"{roadshow['id']}/public")
        last = list(await session.scalars(query.order_by(LogEntry.seq)))[-1]
    assert last == {"agenda": items}


async def test_viewers_and_strangers_do_not_change_slots(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    viewer = await small_world.staff(owner, organizer["id"], "viewer")

    by_viewer = await put(viewer, roadshow)
    by_stranger = await put(await small_world.person(), roadshow)

    assert (by_viewer.status_code, by_stranger.status_code) == (403, 404)
