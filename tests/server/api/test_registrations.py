"""Registrations over HTTP: seats, requests, the queue, tickets, the door; and who may see what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from events.audit import AuditRow
from events.directory.models import LibraryEntry, Verification
from events.outbox import OutboxRow
from tests.world import Person, World, soon, wire

MISSING = "01JD3V0000000000000000000A"


async def ready(world: World, **fields: Any) -> tuple[Person, dict[str, Any]]:
    """A published roadshow and its organizer's owner."""
    owner, organizer = await world.organizer()
    return owner, await world.roadshow(owner, organizer["id"], slots=1, **fields)


async def come(person: Person, roadshow: dict[str, Any], **data: Any) -> dict[str, Any]:
    return await person.made(f"/roadshows/{roadshow['id']}/registrations", data)


async def refusal(person: Person, method: str, path: str, json: Any = None) -> tuple[int, str]:
    answer = await person.send(method, path, json)
    return answer.status_code, answer.json()["code"]


async def letters(world: World) -> list[tuple[str, str]]:
    """(template, name of the person) of every letter about registrations, in order."""
    query = select(OutboxRow).where(OutboxRow.template.like("registration.%")).order_by(OutboxRow.id)
    async with world.session() as session:
        return [(row.template, row.data["name"]) for row in await session.scalars(query)]


async def actions(world: World, subject: str) -> list[str]:
    query = select(AuditRow.action).where(AuditRow.subject_id == subject).order_by(AuditRow.n)
    async with world.session() as session:
        return list(await session.scalars(query))


async def test_register_gives_a_seat_a_ticket_and_a_letter(world: World) -> None:
    _, roadshow = await ready(world)
    person = await world.person("韩梅梅")

    view = await come(person, roadshow, note="关注光电子")

    assert (view["state"], view["queue_position"], view["note"]) == ("confirmed", None, "关注光电子")
    assert len(view["ticket_code"]) == 10
    assert view["roadshow"]["title"] == roadshow["title"]
    assert (await person.read("/me/registrations"))["items"] == [view]
    assert await letters(world) == [("registration.confirmed", "韩梅梅")]
    assert await actions(world, view["id"]) == ["registration.made"]


async def test_seats_do_not_move_the_roadshows_version(world: World) -> None:
    owner, roadshow = await ready(world)
    await come(await world.person(), roadshow)

    answer = await owner.get(f"/roadshows/{roadshow['id']}")

    assert answer.headers["etag"] == f'"{roadshow["version"]}"'
    assert answer.json()["seats_taken"] == 1


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


async def test_full_roadshow_queues_in_order_and_a_cancellation_promotes_the_next(world: World) -> None:
    _, roadshow = await ready(world, capacity=1)
    first, second, third = [await world.person(name) for name in ("甲", "乙", "丙")]
    seat = await come(first, roadshow)
    waiting = [await come(second, roadshow), await come(third, roadshow)]

    cancelled = await first.send("DELETE", f"/registrations/{seat['id']}")

    assert [(view["state"], view["queue_position"]) for view in waiting] == [("waitlisted", 1), ("waitlisted", 2)]
    assert [view["ticket_code"] for view in waiting] == [None, None]
    assert (cancelled.json()["state"], cancelled.json()["ticket_code"]) == ("cancelled", None)
    now = [(await person.read("/me/registrations"))["items"][0] for person in (second, third)]
    assert [(view["state"], view["queue_position"]) for view in now] == [("confirmed", None), ("waitlisted", 1)]
    assert await letters(world) == [
        ("registration.confirmed", "甲"),
        ("registration.waitlisted", "乙"),
        ("registration.waitlisted", "丙"),
        ("registration.promoted", "乙"),
    ]
    assert await actions(world, waiting[0]["id"]) == ["registration.made", "registration.promoted"]


async def test_leaving_the_queue_moves_those_behind(small_world: World) -> None:
    _, roadshow = await ready(small_world, capacity=1)
    people = [await small_world.person() for _ in range(3)]
    views = [await come(person, roadshow) for person in people]

    await people[1].send("DELETE", f"/registrations/{views[1]['id']}")

    last = (await people[2].read("/me/registrations"))["items"][0]
    assert (last["state"], last["queue_position"]) == ("waitlisted", 1)
    assert (await people[0].read("/me/registrations"))["items"][0]["state"] == "confirmed"


async def test_who_cancelled_comes_again_on_the_same_row_at_the_end(world: World) -> None:
    _, roadshow = await ready(world, capacity=1)
    first, second = await world.person(), await world.person()
    seat = await come(first, roadshow, note="一")
    await come(second, roadshow)
    await first.send("DELETE", f"/registrations/{seat['id']}")

    again = await come(first, roadshow, note="二")

    assert (again["id"], again["state"], again["queue_position"]) == (seat["id"], "waitlisted", 1)
    assert again["note"] == "二"


async def test_raised_capacity_promotes_as_many_as_fit(world: World) -> None:
    owner, roadshow = await ready(world, capacity=1)
    people = [await world.person() for _ in range(4)]
    for person in people:
        await come(person, roadshow)

    answer = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"capacity": 3}, version=roadshow["version"])

    assert answer.is_success, answer.text
    assert (answer.json()["capacity"], answer.json()["seats_taken"]) == (3, 3)
    states = [(await person.read("/me/registrations"))["items"][0]["state"] for person in people]
    assert states == ["confirmed", "confirmed", "confirmed", "waitlisted"]


async def test_needed_approval_waits_for_the_organizer(world: World) -> None:
    owner, roadshow = await ready(world, capacity=1, needs_approval=True)
    people = [await world.person(name) for name in ("甲", "乙", "丙")]
    asked = [await come(person, roadshow) for person in people]

    accepted = [await owner.made(f"/registrations/{view['id']}/approve") for view in asked[:2]]
    rejected = await owner.made(f"/registrations/{asked[2]['id']}/reject", {"reason": "仅限机构"})

    assert [view["state"] for view in asked] == ["pending"] * 3
    assert [(view["state"], view["queue_position"]) for view in accepted] == [("confirmed", None), ("waitlisted", 1)]
    assert (rejected["state"], rejected["reason"]) == ("rejected", "仅限机构")
    own = (await people[2].read("/me/registrations"))["items"][0]
    assert (own["state"], own["reason"]) == ("rejected", "仅限机构")
    assert await letters(world) == [
        ("registration.received", "甲"),
        ("registration.received", "乙"),
        ("registration.received", "丙"),
        ("registration.confirmed", "甲"),
        ("registration.waitlisted", "乙"),
        ("registration.rejected", "丙"),
    ]


async def test_rejection_is_final_for_the_person_and_not_for_the_staff(small_world: World) -> None:
    owner, roadshow = await ready(small_world, needs_approval=True)
    person = await small_world.person()
    view = await come(person, roadshow)
    await owner.made(f"/registrations/{view['id']}/reject", {"reason": "仅限机构"})

    again = await person.post(f"/roadshows/{roadshow['id']}/registrations", {})
    cancel = await refusal(person, "DELETE", f"/registrations/{view['id']}")
    accepted = await owner.made(f"/registrations/{view['id']}/approve")

    assert (again.status_code, again.json()["code"]) == (409, "registration_rejected")
    assert "仅限机构" in again.json()["message"]["zh-CN"]
    assert cancel == (409, "registration_state")
    assert (accepted["state"], accepted["reason"]) == ("confirmed", "")


async def test_rejecting_who_has_a_seat_gives_it_to_the_next(small_world: World) -> None:
    owner, roadshow = await ready(small_world, capacity=1)
    first, second = await small_world.person(), await small_world.person()
    seat = await come(first, roadshow)
    await come(second, roadshow)

    await owner.made(f"/registrations/{seat['id']}/reject", {"reason": "重复报名"})

    assert (await second.read("/me/registrations"))["items"][0]["state"] == "confirmed"


async def test_only_requests_and_rejections_are_approved(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    person = await small_world.person()
    view = await come(person, roadshow)

    confirmed = await refusal(owner, "POST", f"/registrations/{view['id']}/approve")
    await person.send("DELETE", f"/registrations/{view['id']}")
    cancelled = await refusal(owner, "POST", f"/registrations/{view['id']}/approve")

    assert confirmed == cancelled == (409, "registration_state")


async def test_rejection_needs_a_reason(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    view = await come(await small_world.person(), roadshow)

    assert await refusal(owner, "POST", f"/registrations/{view['id']}/reject", {"reason": " "}) == (
        422,
        "validation_failed",
    )


async def test_first_registration_of_an_institution_asks_for_verification_once(world: World) -> None:
    owner, roadshow = await ready(world)
    person = await world.person()
    institution = await world.institution(person, name="示例创投")
    second = await world.roadshow(owner, roadshow["organizer_id"], slots=1)

    view = await come(person, roadshow, institution_id=institution["id"])
    await come(person, second, institution_id=institution["id"])

    assert (view["institution_id"], view["institution_name"]) == (institution["id"], "示例创投")
    async with world.session() as session:
        words = (await session.scalars(select(Verification))).all()
        listed = (await session.scalars(select(LibraryEntry).where(LibraryEntry.kind == "institution"))).all()
    assert [(word.organizer_id, word.institution_id, word.status) for word in words] == [
        (roadshow["organizer_id"], institution["id"], "pending")
    ]
    assert [(entry.organizer_id, entry.subject_id) for entry in listed] == [
        (roadshow["organizer_id"], institution["id"])
    ]


async def test_registration_leaves_a_given_verification_alone(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    person = await small_world.person()
    institution = await small_world.verified(owner, roadshow["organizer_id"], person)

    await come(person, roadshow, institution_id=institution["id"])

    assert (await person.read(f"/institutions/{institution['id']}"))["verifications"][0]["status"] == "verified"


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


async def test_check_in_takes_code_or_address_and_the_second_time_says_when(world: World) -> None:
    owner, roadshow = await ready(world)
    host = await world.staff(owner, roadshow["organizer_id"], "host")
    person = await world.person("韩梅梅")
    view = await come(person, roadshow)
    path = f"/roadshows/{roadshow['id']}/check-ins"

    first = await host.made(path, {"code": f"https://roadshow.example.org/t/{view['ticket_code']}"})
    second = await host.made(path, {"code": f" {view['ticket_code'].lower()} "})
    third = await host.made(path, {"registration_id": view["id"]})

    assert (first["first"], first["registration"]["user_name"]) == (True, "韩梅梅")
    assert first["registration"]["checked_in_at"] is not None
    assert second == third == first | {"first": False}
    assert await actions(world, view["id"]) == ["registration.made", "registration.checked_in"]
    assert (await host.read(f"/roadshows/{roadshow['id']}/registrations"))["counts"]["checked_in"] == 1


async def test_check_in_refuses_unknown_foreign_and_unconfirmed_tickets(small_world: World) -> None:
    owner, roadshow = await ready(small_world, capacity=1)
    other = await small_world.roadshow(owner, roadshow["organizer_id"], slots=1)
    seated, waiting = await small_world.person(), await small_world.person()
    view = await come(seated, roadshow)
    queued = await come(waiting, roadshow)
    elsewhere = await come(waiting, other)
    path = f"/roadshows/{roadshow['id']}/check-ins"

    assert await refusal(owner, "POST", path, {"code": "0000000000"}) == (404, "ticket_unknown")
    assert await refusal(owner, "POST", path, {"code": elsewhere["ticket_code"]}) == (404, "ticket_unknown")
    assert await refusal(owner, "POST", path, {"registration_id": elsewhere["id"]}) == (404, "ticket_unknown")
    assert await refusal(owner, "POST", path, {"registration_id": queued["id"]}) == (409, "ticket_not_valid")
    assert await refusal(owner, "POST", path, {}) == (422, "validation_failed")
    await seated.send("DELETE", f"/registrations/{view['id']}")
    assert await refusal(owner, "POST", path, {"code": view["ticket_code"]}) == (409, "ticket_not_valid")


async def test_who_is_in_the_hall_stays_on_the_list(small_world: World) -> None:
    owner, roadshow = await ready(small_world)
    person = await small_world.person()
    view = await come(person, roadshow)
    await owner.made(f"/roadshows/{roadshow['id']}/check-ins", {"code": view["ticket_code"]})

    cancel = await refusal(person, "DELETE", f"/registrations/{view['id']}")
    reject = await refusal(owner, "POST", f"/registrations/{view['id']}/reject", {"reason": "无"})

    assert cancel == reject == (409, "already_checked_in")


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


async def test_called_off_roadshow_keeps_registrations_shows_why_and_takes_nobody(small_world: World) -> None:
    owner, roadshow = await ready(small_world, capacity=1)
    seated, waiting, late = [await small_world.person() for _ in range(3)]
    seat = await come(seated, roadshow)
    await come(waiting, roadshow)
    answer = await owner.post(f"/roadshows/{roadshow['id']}/cancel", {"reason": "台风"})
    assert answer.is_success, answer.text

    late_answer = await refusal(late, "POST", f"/roadshows/{roadshow['id']}/registrations", {})
    check_in = await refusal(owner, "POST", f"/roadshows/{roadshow['id']}/check-ins", {"code": seat["ticket_code"]})
    shown = (await seated.read("/me/registrations"))["items"][0]
    await seated.send("DELETE", f"/registrations/{seat['id']}")

    assert late_answer == (410, "registration_closed")
    assert check_in == (410, "roadshow_cancelled")
    assert (shown["state"], shown["roadshow"]["state"], shown["roadshow"]["cancel_reason"]) == (
        "confirmed",
        "cancelled",
        "台风",
    )
    assert (await waiting.read("/me/registrations"))["items"][0]["state"] == "waitlisted"


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
