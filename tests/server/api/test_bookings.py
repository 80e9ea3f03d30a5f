"""Bookings over HTTP: repeats, sign-in, pages."""

from __future__ import annotations

from typing import Any

from tests.world import Person, World, soon, wire


async def startup(world: World) -> tuple[Person, dict[str, Any]]:
    founder = await world.person("创始人")
    company = await world.company(founder)
    return founder, await world.project(founder, company["id"])


async def test_repeated_hold_is_one_booking(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, project = await startup(world)
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    path, body = f"/slots/{slot['id']}/bookings", {"project_id": project["id"]}

    first = await founder.post(path, body, key="k1")
    again = await founder.post(path, body, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert len((await founder.read(f"/companies/{project['company_id']}/bookings"))["items"]) == 1


async def test_refusal_is_a_problem_in_two_languages_and_repeats_byte_for_byte(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    slot = (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    path = f"/slots/{slot['id']}/bookings"
    founder, project = await startup(small_world)
    rival, other = await startup(small_world)
    await founder.made(path, {"project_id": project["id"]})

    refused = await rival.post(path, {"project_id": other["id"]}, key="k1")
    again = await rival.post(path, {"project_id": other["id"]}, key="k1")

    problem = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["code"], problem["type"]) == (409, "slot_taken", "/problems/slot_taken")
    assert set(problem["message"]) == set(problem["fix"]) == {"zh-CN", "en"}
    assert len(problem["details"]["alternatives"]) == 2
    assert again.content == refused.content


async def test_booking_needs_an_account(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    slot = (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    stranger = await small_world.stranger()

    answer = await stranger.post(f"/slots/{slot['id']}/bookings", {"project_id": "01JD3V0000000000000000000A"})

    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")


async def test_own_list_has_the_latest_pitch_first_and_pages(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    founder, project = await startup(small_world)
    made = []
    for days in (2, 3, 4):
        roadshow = await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(days)))
        slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
        made.append((await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]}))["id"])
    where = f"/companies/{project['company_id']}/bookings"

    first = await founder.read(where, params={"limit": 2})
    second = await founder.read(where, params={"limit": 2, "cursor": first["next"]})

    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
