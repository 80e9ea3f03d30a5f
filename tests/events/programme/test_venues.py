"""Venues: validated hours, stream addresses, and changes that would break a promise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World, soon, wire

HALL = {"kind": "hall", "name": "长江路演厅", "capacity": 60, "hours": {"0": [["09:00", "18:00"]]}}
ONLINE = {"kind": "online", "name": "云路演", "capacity": 500, "stream_url": "https://live.example.org/1"}


async def test_channel_without_hours_never_closes(small_world: World) -> None:
    owner, organizer = await small_world.organizer()

    channel = await owner.made(f"/organizers/{organizer['id']}/venues", ONLINE)

    assert channel["hours"] == {str(weekday): [["00:00", "24:00"]] for weekday in range(7)}
    assert channel == await owner.read(f"/venues/{channel['id']}")


@pytest.mark.parametrize(
    "wrong",
    [
        HALL | {"hours": None},
        HALL | {"hours": {}},
        HALL | {"hours": {"0": [["18:00", "09:00"]]}},
        HALL | {"capacity": 0},
        HALL | {"setup_minutes": -5},
        HALL | {"timezone": "Mars/Olympus"},
        HALL | {"version": 7},
        ONLINE | {"stream_url": ""},
        ONLINE | {"stream_url": "javascript:alert(1)"},
        ONLINE | {"stream_url": "ftp://live.example.org"},
        ONLINE | {"stream_url": "//live.example.org"},
    ],
)
async def test_wrong_venues_are_refused(small_world: World, wrong: dict[str, Any]) -> None:
    owner, organizer = await small_world.organizer()

    answer = await owner.post(f"/organizers/{organizer['id']}/venues", wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_hours_that_shut_out_published_roadshows_are_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"])
    shown = await small_world.roadshow(owner, organizer["id"], hall_id=hall["id"], title="已发布")
    await small_world.draft(owner, organizer["id"], hall_id=hall["id"], starts_at=wire(soon(3)))
    night = {str(weekday): [["20:00", "23:00"]] for weekday in range(7)}

    refused = await owner.send("PATCH", f"/venues/{hall['id']}", {"hours": night}, version=1)
    await owner.made(f"/roadshows/{shown['id']}/cancel", {"reason": "改期"})
    allowed = await owner.send("PATCH", f"/venues/{hall['id']}", {"hours": night}, version=1)

    assert (refused.status_code, refused.json()["code"]) == (409, "roadshows_outside_hours")
    assert refused.json()["details"]["roadshows"] == [
        {"id": shown["id"], "title": "已发布", "starts_at": shown["starts_at"]}
    ]
    assert (allowed.status_code, allowed.json()["hours"]) == (200, night)


async def test_another_time_zone_counts_as_other_hours(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    office = {str(weekday): [["14:00", "16:00"]] for weekday in range(7)}
    hall = await small_world.venue(owner, organizer["id"], hours=office)
    await small_world.roadshow(owner, organizer["id"], hall_id=hall["id"])

    answer = await owner.send("PATCH", f"/venues/{hall['id']}", {"timezone": "Europe/Berlin"}, version=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "roadshows_outside_hours")


async def test_smaller_hall_than_promised_is_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"])
    await small_world.roadshow(owner, organizer["id"], hall_id=hall["id"], capacity=50)

    smaller = await owner.send("PATCH", f"/venues/{hall['id']}", {"capacity": 49}, version=1)
    enough = await owner.send("PATCH", f"/venues/{hall['id']}", {"capacity": 50}, version=1)

    assert (smaller.status_code, smaller.json()["code"]) == (409, "roadshows_over_capacity")
    assert enough.status_code == 200


async def test_channel_keeps_an_address(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    channel = await owner.made(f"/organizers/{organizer['id']}/venues", ONLINE)

    answer = await owner.send("PATCH", f"/venues/{channel['id']}", {"stream_url": ""}, version=1)

    assert (answer.status_code, answer.json()["code"]) == (422, "stream_url_required")


async def test_unused_venue_is_deleted_and_a_used_one_archived(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    unused = await small_world.venue(owner, organizer["id"])
    used = await small_world.venue(owner, organizer["id"])
    await small_world.draft(owner, organizer["id"], hall_id=used["id"])

    deleted = await owner.send("DELETE", f"/venues/{unused['id']}", version=1)
    archived = await owner.send("DELETE", f"/venues/{used['id']}", version=1)

    assert (deleted.json()["outcome"], archived.json()["outcome"]) == ("deleted", "archived")
    assert (await owner.read(f"/organizers/{organizer['id']}/venues"))["items"] == []


async def test_venues_are_for_staff(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    hall = await small_world.venue(owner, organizer["id"])
    viewer = await small_world.staff(owner, organizer["id"], "viewer")
    person = await small_world.person()

    assert (await viewer.read(f"/venues/{hall['id']}")) == hall
    assert (await viewer.send("PATCH", f"/venues/{hall['id']}", {"name": "甲"}, version=1)).status_code == 403
    assert (await person.get(f"/venues/{hall['id']}")).status_code == 404
    assert (await person.send("PATCH", f"/venues/{hall['id']}", {"name": "甲"}, version=1)).status_code == 404
