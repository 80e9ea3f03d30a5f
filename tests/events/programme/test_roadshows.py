"""Roadshows: planned, changed, published; hall and channel are one booking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from events.audit import AuditRow
from events.changes import Change
from events.claims import Claim
from events.outbox import OutboxRow
from events.programme.models import Roadshow
from tests.world import Person, World, soon, wire

OFFICE = {str(weekday): [["09:00", "18:00"]] for weekday in range(7)}


def at(hour: int, minute: int = 0, days: int = 3) -> str:
    """A wall-clock time in Shanghai some days from now."""
    return wire(soon(days, hour=0) + timedelta(hours=hour - 8, minutes=minute))


def shifted(thing: dict[str, Any], by: timedelta) -> dict[str, str]:
    """The thing's start and end, moved."""
    return {name: wire(datetime.fromisoformat(thing[name]) + by) for name in ("starts_at", "ends_at")}


async def plan(world: World, owner: Person, organizer: dict[str, Any], **fields: Any) -> httpx.Response:
    """Ask for a roadshow from 14:00 to 16:00."""
    series = await world.series(owner, organizer["id"])
    data = {"series_id": series["id"], "title": "专场", "starts_at": at(14), "ends_at": at(16)} | fields
    return await owner.post(f"/organizers/{organizer['id']}/roadshows", data)


async def venues_held(world: World, roadshow_id: str) -> dict[str, int]:
    """How many cells of which venue the roadshow holds."""
    held: dict[str, int] = {}
    async with world.session() as session:
        for resource in await session.scalars(select(Claim.resource).where(Claim.owner == f"roadshow:{roadshow_id}")):
            held[resource] = held.get(resource, 0) + 1
    return held


async def test_draft_is_published_and_seen_by_everybody(world: World) -> None:
    owner, organizer = await world.organizer()
    stranger = await world.stranger()

    draft = await world.draft(owner, organizer["id"], slots=3)
    hidden = await stranger.get(f"/roadshows/{draft['id']}")
    published = await owner.made(f"/roadshows/{draft['id']}/publish")
    seen = await stranger.read(f"/roadshows/{draft['id']}")
    agenda = await stranger.read(f"/roadshows/{draft['id']}/slots")

    assert hidden.status_code == 404
    assert (published["state"], published["audience"], seen["audience"]) == ("published", "staff", "public")
    assert seen["slots_total"] == seen["slots_free"] == 3
    assert [slot["state"] for slot in agenda["items"]] == ["free"] * 3


async def test_publishing_twice_is_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])

    again = await owner.post(f"/roadshows/{roadshow['id']}/publish")

    assert (again.status_code, again.json()["code"]) == (409, "roadshow_not_draft")


async def test_draft_holds_the_hall_with_its_buffers(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"], setup_minutes=30, teardown_minutes=15)

    first = await plan(small_world, owner, organizer, hall_id=hall["id"])
    in_teardown = await plan(small_world, owner, organizer, hall_id=hall["id"], starts_at=at(16, 40), ends_at=at(18))

    assert first.status_code == 201
    assert await venues_held(small_world, first.json()["id"]) == {f"venue:{hall['id']}": (30 + 120 + 15) // 5}
    assert (in_teardown.status_code, in_teardown.json()["code"]) == (409, "venue_taken")
    blocker = in_teardown.json()["details"]["blocked_by"]
    assert [(one["id"], one["title"], one["venue_name"]) for one in blocker] == [
        (first.json()["id"], "专场", hall["name"])
    ]


async def test_next_roadshow_begins_after_teardown_and_setup(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"], setup_minutes=30, teardown_minutes=15)
    await plan(small_world, owner, organizer, hall_id=hall["id"])

    too_early = await plan(small_world, owner, organizer, hall_id=hall["id"], starts_at=at(16, 40), ends_at=at(18))
    nearest = too_early.json()["details"]["alternatives"][0]
    in_time = await plan(small_world, owner, organizer, hall_id=hall["id"], starts_at=at(16, 45), ends_at=at(18))

    assert (too_early.status_code, in_time.status_code) == (409, 201)
    assert nearest == {"starts_at": at(17, 10), "ends_at": at(18, 30)}


async def test_alternatives_are_the_nearest_free_times_within_hours(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"], hours=OFFICE)
    await plan(small_world, owner, organizer, hall_id=hall["id"])

    refused = await plan(small_world, owner, organizer, hall_id=hall["id"], starts_at=at(14, 30), ends_at=at(16, 30))

    assert refused.json()["details"]["alternatives"] == [
        {"starts_at": at(16), "ends_at": at(18)},
        {"starts_at": at(12), "ends_at": at(14)},
        {"starts_at": at(11, 30), "ends_at": at(13, 30)},
    ]


async def test_hybrid_claims_hall_and_channel_or_neither(world: World) -> None:
    owner, organizer = await world.organizer()
    stream = {"kind": "online", "stream_url": "https://live.example.org/1", "capacity": 500}
    hall = await world.venue(owner, organizer["id"])
    channel = await world.venue(owner, organizer["id"], **stream)
    first = (await plan(world, owner, organizer, channel_id=channel["id"])).json()

    refused = await plan(world, owner, organizer, hall_id=hall["id"], channel_id=channel["id"])
    hall_alone = await plan(world, owner, organizer, hall_id=hall["id"])
    hybrid = await plan(
        world, owner, organizer, hall_id=hall["id"], channel_id=channel["id"], starts_at=at(16), ends_at=at(17)
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "venue_taken")
    assert [one["id"] for one in refused.json()["details"]["blocked_by"]] == [first["id"]]
    assert hall_alone.status_code == 201
    view = hybrid.json()
    assert (view["mode"], view["capacity"], view["stream_url"]) == ("hybrid", 560, "https://live.example.org/1")
    assert await venues_held(world, view["id"]) == {f"venue:{hall['id']}": 12, f"venue:{channel['id']}": 12}


async def test_closed_hall_refuses_and_names_its_hours(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"], hours=OFFICE)

    refused = await plan(small_world, owner, organizer, hall_id=hall["id"], starts_at=at(17), ends_at=at(19))

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "outside_hours")
    assert (problem["details"]["venue_id"], problem["details"]["hours"]) == (hall["id"], OFFICE)
    assert "09:00–18:00" in problem["message"]["zh-CN"]
    assert "09:00–18:00" in problem["message"]["en"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"starts_at": at(14, days=-1), "ends_at": at(16, days=-1)}, "in_the_past"),
        ({"starts_at": at(16), "ends_at": at(14)}, "time_invalid"),
        ({"starts_at": at(14, 1)}, "validation_failed"),
        ({"starts_at": "2026-12-01T06:00:00"}, "validation_failed"),
        ({"capacity": 61}, "over_venue_capacity"),
        ({"series_id": "01JD3V0000000000000000000A"}, "series_unknown"),
        ({"hall_id": "01JD3V0000000000000000000A"}, "venue_unknown"),
        ({"hall_id": None}, "validation_failed"),
        ({"organizer_id": "x"}, "validation_failed"),
    ],
)
async def test_impossible_plans_are_refused(small_world: World, fields: dict[str, Any], code: str) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"])

    answer = await plan(small_world, owner, organizer, **({"hall_id": hall["id"]} | fields))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_other_organizers_hall_and_series_look_missing(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    other_owner, other = await small_world.organizer("另一主办方")
    hall = await small_world.venue(other_owner, other["id"])
    series = await small_world.series(other_owner, other["id"])
    own = await small_world.venue(owner, organizer["id"])

    by_hall = await plan(small_world, owner, organizer, hall_id=hall["id"])
    by_series = await plan(small_world, owner, organizer, hall_id=own["id"], series_id=series["id"])

    assert (by_hall.json()["code"], by_series.json()["code"]) == ("venue_unknown", "series_unknown")


async def test_move_takes_slots_and_bookings_along_and_tells_those_who_booked(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder = await world.person("创始人")
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][1]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")
    version = (await owner.read(f"/roadshows/{roadshow['id']}"))["version"]

    later = {
        name: wire(datetime.fromisoformat(roadshow[name]) + timedelta(days=1)) for name in ("starts_at", "ends_at")
    }
    moved = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", later, version=version)

    view = moved.json()
    assert (moved.status_code, view["starts_at"], view["sequence"]) == (200, later["starts_at"], 1)
    then = shifted(slot, timedelta(days=1))["starts_at"]
    agenda = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    mine = (await founder.read(f"/companies/{company['id']}/bookings"))["items"][0]
    assert (agenda[1]["id"], agenda[1]["starts_at"], agenda[1]["state"]) == (slot["id"], then, "booked")
    assert (mine["starts_at"], mine["state"]) == (then, "confirmed")
    async with world.session() as session:
        cells = list(
            await session.scalars(select(Claim.cell).where(Claim.resource == f"slot:{slot['id']}").order_by(Claim.cell))
        )
        letters = list(await session.scalars(select(OutboxRow.template).where(OutboxRow.template == "roadshow.moved")))
    assert cells[0] == int(datetime.fromisoformat(then).timestamp()) // 300
    assert letters == ["roadshow.moved"]


async def test_move_is_refused_when_slots_do_not_fit(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], slots=6)

    shorter = {"ends_at": wire(datetime.fromisoformat(roadshow["starts_at"]) + timedelta(minutes=100))}
    answer = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", shorter, version=roadshow["version"])

    assert (answer.status_code, answer.json()["code"]) == (409, "slots_do_not_fit")
    assert len(answer.json()["details"]["slots"]) == 1


async def test_move_into_a_taken_hall_keeps_everything_where_it_was(world: World) -> None:
    owner, organizer = await world.organizer()
    taken = await world.venue(owner, organizer["id"], name="已占用")
    await world.roadshow(owner, organizer["id"], hall_id=taken["id"])
    roadshow = await world.roadshow(owner, organizer["id"])

    answer = await owner.send(
        "PATCH", f"/roadshows/{roadshow['id']}", {"hall_id": taken["id"]}, version=roadshow["version"]
    )

    now = await owner.read(f"/roadshows/{roadshow['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "venue_taken")
    assert (now["hall"], now["version"]) == (roadshow["hall"], roadshow["version"])
    assert await venues_held(world, roadshow["id"]) == {f"venue:{roadshow['hall']['id']}": 24}


async def test_move_is_refused_when_a_company_is_busy_then(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    here = await small_world.roadshow(owner, organizer["id"])
    there = await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(3)))
    founder = await small_world.person("创始人")
    company = await small_world.company(founder)
    for roadshow in (here, there):
        project = await small_world.project(founder, company["id"])
        slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
        await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    onto = {"starts_at": here["starts_at"], "ends_at": here["ends_at"]}
    answer = await owner.send("PATCH", f"/roadshows/{there['id']}", onto, version=there["version"])

    assert (answer.status_code, answer.json()["code"]) == (409, "company_busy")
    assert answer.json()["details"]["blocked_by"]["roadshow_id"] == here["id"]


async def test_moving_by_less_than_its_length_does_not_block_itself(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])

    half = {
        name: wire(datetime.fromisoformat(roadshow[name]) + timedelta(hours=1)) for name in ("starts_at", "ends_at")
    }
    answer = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", half, version=roadshow["version"])

    assert answer.status_code == 200
    assert await venues_held(world, roadshow["id"]) == {f"venue:{roadshow['hall']['id']}": 24}


async def test_capacity_cannot_fall_below_seats_taken(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Roadshow.__table__).values(seats_taken=10))

    below = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"capacity": 9}, version=roadshow["version"])
    equal = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"capacity": 10}, version=roadshow["version"])

    assert (below.status_code, below.json()["code"]) == (409, "capacity_below_seats")
    assert (equal.status_code, equal.json()["seats_free"]) == (200, 0)


async def test_title_alone_raises_the_sequence_since_calendars_show_it(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])

    answer = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"title": "新标题"}, version=roadshow["version"])

    assert (answer.json()["title"], answer.json()["sequence"]) == ("新标题", 1)


async def test_every_change_is_recorded_and_published(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], slots=1)
    await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"title": "新标题"}, version=roadshow["version"])
    await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "场地检修"})

    async with small_world.session() as session:
        rows = select(AuditRow.action).where(AuditRow.subject_id == roadshow["id"]).order_by(AuditRow.n)
        actions = list(await session.scalars(rows))
        published = select(Change.data).where(Change.object_id == roadshow["id"]).order_by(Change.n)
        states = [(data or {})["state"] for data in await session.scalars(published)]

    assert actions == [
        "roadshow.created", "slots.replaced", "roadshow.published", "roadshow.changed", "roadshow.cancelled",
    ]  # fmt: skip
    assert states == ["draft", "draft", "published", "published", "cancelled"]
