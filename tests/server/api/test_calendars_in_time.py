"""What calendars are told goes forwards alone: counts, times of change, and the places of roadshows that are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import update

from events.programme.models import Roadshow
from server.recorder import catch_up
from tests.server.api.test_calendars import cancel, events, feed_of
from tests.world import Person, World

pytestmark = pytest.mark.field


async def put_back(world: World, roadshow: dict[str, Any], days: int) -> None:
    """The roadshow was that many days ago."""
    starts_at = datetime.now(UTC) - timedelta(days=days)
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(
            update(Roadshow)
            .where(Roadshow.id == roadshow["id"])
            .values(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        )


async def last_modified(person: Person, path: str) -> datetime:
    return parsedate_to_datetime((await person.get(path)).headers["last-modified"])


async def renamed(owner: Person, path: str, body: dict[str, Any], version: int) -> dict[str, Any]:
    answer = await owner.send("PATCH", path, body, version=version)
    assert answer.is_success, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def founded(world: World) -> tuple[Person, dict[str, Any]]:
    founder = await world.person()
    return founder, await world.project(founder, (await world.company(founder))["id"])


async def test_booking_moved_at_once_and_to_a_roadshow_with_a_lower_count_rises_each_time(world: World) -> None:
    owner, organizer = await world.organizer()
    often, never = [await world.roadshow(owner, organizer["id"]) for _ in range(2)]
    for n in range(4):
        often = await renamed(owner, f"/roadshows/{often['id']}", {"title": f"改名 {n}"}, often["version"])
    founder, project = await founded(world)
    slots = [(await founder.read(f"/roadshows/{one['id']}/slots"))["items"] for one in (often, never)]
    booking = await founder.made(f"/slots/{slots[0][0]['id']}/bookings", {"project_id": project["id"]})
    path = await feed_of(founder)
    seen = [(await events(founder, path))[0]["SEQUENCE"]]

    await founder.made(f"/bookings/{booking['id']}/confirm")
    seen.append((await events(founder, path))[0]["SEQUENCE"])
    for slot in (slots[0][1], slots[0][2], slots[1][0], slots[0][0], slots[1][1]):
        await founder.made(f"/bookings/{booking['id']}/move", {"slot_id": slot["id"]})
        seen.append((await events(founder, path))[0]["SEQUENCE"])
    await founder.send("DELETE", f"/bookings/{booking['id']}")
    seen.append((await events(founder, path))[0]["SEQUENCE"])

    assert seen == sorted(set(seen))


async def test_registration_changed_at_once_rises_each_time(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    person = await world.person()
    path, seen = await feed_of(person), []

    for _ in range(3):
        mine = await person.made(f"/roadshows/{roadshow['id']}/registrations", {})
        seen.append((await events(person, path))[0]["SEQUENCE"])
        await person.send("DELETE", f"/registrations/{mine['id']}")
        seen.append((await events(person, path))[0]["SEQUENCE"])
    await cancel(owner, roadshow)
    seen.append((await events(person, path))[0]["SEQUENCE"])

    assert seen == sorted(set(seen))


async def test_hold_given_up_by_hand_leaves_no_event_and_a_booking_leaves_one(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, project = await founded(world)
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    path = await feed_of(founder)

    seen, times = [], []
    for confirms in (False, True):
        booking = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
        times.append(await last_modified(founder, path))
        if confirms:
            await founder.made(f"/bookings/{booking['id']}/confirm")
        await founder.send("DELETE", f"/bookings/{booking['id']}")
        seen.append([str(event["STATUS"]) for event in await events(founder, path)])
        times.append(await last_modified(founder, path))

    assert seen == [[], ["CANCELLED"]]
    assert times == sorted(times)


async def test_time_of_a_feed_stays_when_its_newest_item_leaves(world: World) -> None:
    owner, organizer = await world.organizer()
    series = await world.series(owner, organizer["id"])
    _, newest, leaving = [await world.roadshow(owner, organizer["id"], series_id=series["id"]) for _ in range(3)]
    for n in range(5):
        newest = await renamed(owner, f"/roadshows/{newest['id']}", {"title": f"新题 {n}"}, newest["version"])
    founder = await world.person()
    await founder.made(f"/roadshows/{newest['id']}/registrations", {})
    paths = [f"/series/{series['id']}/calendar.ics", f"/organizers/{organizer['id']}/calendar.ics"]
    paths.append(await feed_of(founder))
    before = [await last_modified(founder, path) for path in paths]

    await put_back(world, newest, 200)
    aged = [await last_modified(founder, path) for path in paths]
    assert all(newest["id"] not in str(event["UID"]) for event in await events(founder, paths[0]))
    for n in range(12):
        leaving = await renamed(owner, f"/roadshows/{leaving['id']}", {"title": f"去处 {n}"}, leaving["version"])
    full = await last_modified(founder, paths[0])
    other = await world.series(owner, organizer["id"])
    await renamed(owner, f"/roadshows/{leaving['id']}", {"series_id": other["id"]}, leaving["version"])
    left = await last_modified(founder, paths[0])

    assert all(now >= then for then, now in zip(before, aged, strict=True))
    assert left >= full
    assert (await owner.read(f"/series/{series['id']}"))["version"] == series["version"]


async def test_roadshow_that_is_over_keeps_the_place_it_had(world: World) -> None:
    owner, organizer = await world.organizer()
    hall = await world.venue(owner, organizer["id"], address="老地址")
    past, ahead = [
        await world.roadshow(owner, organizer["id"], hall_id=hall["id"], **when)
        for when in ({}, {"starts_at": (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT06:00:00Z")})
    ]
    visitor = await world.person()
    await visitor.made(f"/roadshows/{past['id']}/registrations", {})
    await put_back(world, past, 3)

    for n, change in enumerate(({"address": "新地址"}, {"name": "新名字"}, {"address": "更新的地址"})):
        await renamed(owner, f"/venues/{hall['id']}", change, hall["version"] + n)

    (kept,) = await events(visitor, f"/roadshows/{past['id']}/calendar.ics")
    (moved,) = await events(visitor, f"/roadshows/{ahead['id']}/calendar.ics")
    page = await visitor.read(f"/roadshows/{past['id']}")
    (mine,) = (await visitor.read("/me/registrations"))["items"]
    assert str(kept["LOCATION"]) == f"{hall['name']} 老地址"
    assert str(moved["LOCATION"]) == "新名字 更新的地址"
    assert (kept["SEQUENCE"], moved["SEQUENCE"]) == (0, 3)
    assert (page["hall"]["name"], page["hall"]["address"], page["venue_name"]) == (hall["name"], "老地址", hall["name"])
    assert (mine["roadshow"]["hall_name"], mine["roadshow"]["hall_address"]) == (hall["name"], "老地址")


@pytest.mark.parametrize("what", ["venue", "series"])
async def test_new_name_of_a_venue_or_series_reaches_partners(world: World, what: str) -> None:
    owner, organizer = await world.organizer()
    series = await world.series(owner, organizer["id"])
    roadshow = await world.roadshow(owner, organizer["id"], series_id=series["id"])
    database = world.app.state.roadshow.database
    await catch_up(database)
    before = (await owner.read(f"/changes?organizer={organizer['id']}"))["next_after"]

    subject = {"venue": roadshow["hall"]["id"], "series": series["id"]}[what]
    path = {"venue": "/venues", "series": "/series"}[what]
    await renamed(owner, f"{path}/{subject}", {"name": "新的名字"}, 1)
    await catch_up(database)

    (told,) = (await owner.read(f"/changes?organizer={organizer['id']}&after={before}"))["items"]
    now = {"venue": told["data"]["hall"]["name"], "series": told["data"]["series_name"]}[what]
    assert (told["kind"], told["object_id"], now) == ("roadshow", roadshow["id"], "新的名字")
    assert told["data"]["sequence"] == roadshow["sequence"] + 1
