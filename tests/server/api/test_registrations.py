"""Registrations over HTTP: guards, lists, tickets; and who may see what."""

from __future__ import annotations

from typing import Any

from tests.events.registrations.steps import MISSING, come, ready, refusal
from tests.world import World, soon, wire


async def test_register_twice_is_refused_and_names_the_first(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    person = await small_world.person()
    first = await come(person, roadshow)

    again = await person.post(f"/roadshows/{roadshow['id']}/registrations", {})

    assert (again.status_code, again.json()["code"]) == (409, "already_registered")
    assert again.json()["details"] == {"registration_id": first["id"], "state": "confirmed"}


async def test_register_needs_an_account(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    stranger = await small_world.stranger()

    assert await refusal(stranger, "POST", f"/roadshows/{roadshow['id']}/registrations", {}) == (
        401,
        "sign_in_required",
    )


async def test_draft_and_missing_roadshows_answer_alike_and_staff_cannot_register_for_a_draft(
    small_world: World,
) -> None:
    owner, organizer = await small_world.organizer()
    draft = await small_world.draft(owner, organizer["id"])
    person = await small_world.person()

    hidden = await person.post(f"/roadshows/{draft['id']}/registrations", {})
    missing = await person.post(f"/roadshows/{MISSING}/registrations", {})

    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert await refusal(owner, "POST", f"/roadshows/{draft['id']}/registrations", {}) == (410, "registration_closed")


async def test_rejection_needs_a_reason(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    view = await come(await small_world.person(), roadshow)

    assert await refusal(owner, "POST", f"/registrations/{view['id']}/reject", {"reason": " "}) == (
        422,
        "validation_failed",
    )


async def test_nobody_registers_for_a_foreign_institution(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    foreign = await small_world.institution(await small_world.person())
    person = await small_world.person()
    path = f"/roadshows/{roadshow['id']}/registrations"

    theirs = await person.post(path, {"institution_id": foreign["id"]})
    missing = await person.post(path, {"institution_id": MISSING})

    assert (theirs.status_code, theirs.content) == (404, missing.content)


async def test_foreign_registrations_answer_like_missing_ones(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    view = await come(await small_world.person(), roadshow)
    other_owner, _ = await small_world.organizer()

    for person in (await small_world.person(), other_owner):
        for method, act, body in (
            ("DELETE", "", None),
            ("POST", "/approve", None),
            ("POST", "/reject", {"reason": "无"}),
        ):
            theirs = await person.send(method, f"/registrations/{view['id']}{act}", body)
            missing = await person.send(method, f"/registrations/{MISSING}{act}", body)
            assert (theirs.status_code, theirs.content) == (404, missing.content)
        ticket = await person.get(f"/registrations/{view['id']}/ticket.svg")
        no_ticket = await person.get(f"/registrations/{MISSING}/ticket.svg")
        assert (ticket.status_code, ticket.content) == (404, no_ticket.content)


async def test_strangers_learn_nothing_of_registrations(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    view = await come(await small_world.person(), roadshow)
    stranger = await small_world.stranger()

    answers = [
        await stranger.get("/me/registrations"),
        await stranger.get(f"/registrations/{view['id']}/ticket.svg"),
        await stranger.get(f"/roadshows/{roadshow['id']}/registrations"),
        await stranger.post(f"/roadshows/{roadshow['id']}/check-ins", {"code": view["ticket_code"]}),
        *[await stranger.post(f"/registrations/{id_}/approve") for id_ in (view["id"], MISSING)],
    ]

    assert {answer.status_code for answer in answers} == {401}


async def test_viewers_read_the_list_and_change_nothing(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    person = await small_world.person("韩梅梅")
    view = await come(person, roadshow)
    viewer = await small_world.staff(owner, roadshow["organizer_id"], "viewer")
    path = f"/roadshows/{roadshow['id']}"

    listed = await viewer.read(f"{path}/registrations")

    assert listed["items"][0] == {
        "id": view["id"], "roadshow_id": roadshow["id"], "user_id": person.id, "user_name": "韩梅梅",
        "institution_id": None, "institution_name": None, "note": "", "state": "confirmed", "reason": "",
        "queue_position": None, "checked_in_at": None,
        "created_at": view["created_at"], "updated_at": view["updated_at"],
    }  # fmt: skip
    assert await refusal(viewer, "POST", f"{path}/check-ins", {"code": view["ticket_code"]}) == (403, "forbidden")
    assert await refusal(viewer, "POST", f"/registrations/{view['id']}/approve") == (403, "forbidden")
    assert await refusal(viewer, "POST", f"/registrations/{view['id']}/reject", {"reason": "无"}) == (403, "forbidden")


async def test_list_is_only_for_the_roadshows_own_staff(small_world: World) -> None:
    _, roadshow = await ready(small_world)
    other_owner, _ = await small_world.organizer()

    theirs = await other_owner.get(f"/roadshows/{roadshow['id']}/registrations")
    missing = await other_owner.get(f"/roadshows/{MISSING}/registrations")

    assert (theirs.status_code, theirs.content) == (404, missing.content)


async def test_list_filters_searches_pages_and_counts(world: World) -> None:
    owner, roadshow = await ready(world, capacity=2)
    people = [await world.person(name) for name in ("王小明", "李雷", "韩梅梅")]
    fund = await world.institution(people[2], name="百分%基金")
    for person in people[:2]:
        await come(person, roadshow)
    await come(people[2], roadshow, institution_id=fund["id"])
    path = f"/roadshows/{roadshow['id']}/registrations"

    async def found(**query: Any) -> list[str]:
        return [item["user_name"] for item in (await owner.read(path, params=query))["items"]]

    page = await owner.get(path, params={"limit": 2})
    rest = await owner.read(path, params={"limit": 2, "cursor": page.json()["next"]})

    assert await found() == ["王小明", "李雷", "韩梅梅"]
    assert await found(state="waitlisted") == ["韩梅梅"]
    assert await found(q="雷") == ["李雷"]
    assert await found(q="%") == ["韩梅梅"]
    assert ([item["user_name"] for item in rest["items"]], rest["next"]) == (["韩梅梅"], None)
    assert page.headers["link"].endswith('rel="next"')
    assert rest["counts"] == {
        "pending": 0, "confirmed": 2, "waitlisted": 1, "rejected": 0, "cancelled": 0, "checked_in": 0,
        "capacity": 2, "seats_taken": 2,
    }  # fmt: skip


async def test_ticket_is_a_picture_for_its_owner_while_the_seat_is_there(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    person = await small_world.person()
    view = await come(person, roadshow)
    path = f"/registrations/{view['id']}/ticket.svg"

    picture = await person.get(path)
    for_staff = await owner.get(path)
    await person.send("DELETE", f"/registrations/{view['id']}")
    afterwards = await person.get(path)

    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert picture.headers["cache-control"] == "no-store"
    assert picture.content.startswith(b"<?xml")
    assert for_staff.status_code == 404
    assert (afterwards.status_code, afterwards.json()["code"]) == (409, "ticket_not_issued")


async def test_stream_address_is_shown_with_the_seat(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    address = "https://live.example.org/1"
    channel = await small_world.venue(
        owner, organizer["id"], kind="online", name="线上", stream_url=address, hours=None
    )
    roadshow = await small_world.roadshow(
        owner, organizer["id"], slots=1, channel_id=channel["id"], needs_approval=True
    )
    person = await small_world.person()
    asked = await come(person, roadshow)

    await owner.made(f"/registrations/{asked['id']}/approve")

    assert asked["stream_url"] is None
    assert (await person.read("/me/registrations"))["items"][0]["stream_url"] == address


async def test_my_registrations_page_by_roadshow_latest_first(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    person = await small_world.person()
    for hour in (6, 8, 10):
        starts_at = wire(soon(hour=hour))
        await come(person, await small_world.roadshow(owner, organizer["id"], slots=0, starts_at=starts_at))

    first = await person.read("/me/registrations", params={"limit": 2})
    rest = await person.read("/me/registrations", params={"limit": 2, "cursor": first["next"]})

    starts = [item["roadshow"]["starts_at"] for item in first["items"] + rest["items"]]
    assert (len(starts), rest["next"]) == (3, None)
    assert starts == sorted(starts, reverse=True)
