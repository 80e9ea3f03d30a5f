"""What becomes of registrations: seats, the queue, requests, rejections, and letters about them."""

from __future__ import annotations

from sqlalchemy import select

from events.directory.models import LibraryEntry, Verification
from tests.events.registrations.steps import actions, address_of, come, letters, ready, refusal
from tests.world import World


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
        ("registration.confirmed", await address_of(first)),
        ("registration.waitlisted", await address_of(second)),
        ("registration.waitlisted", await address_of(third)),
        ("registration.promoted", await address_of(second)),
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
    addresses = [await address_of(person) for person in people]
    assert (own["state"], own["reason"]) == ("rejected", "仅限机构")
    assert await letters(world) == [
        *[("registration.received", address) for address in addresses],
        ("registration.confirmed", addresses[0]),
        ("registration.waitlisted", addresses[1]),
        ("registration.rejected", addresses[2]),
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


async def test_register_gives_a_seat_a_ticket_and_a_letter(world: World) -> None:
    _, roadshow = await ready(world)
    person = await world.person("韩梅梅")

    view = await come(person, roadshow, note="关注光电子")

    assert (view["state"], view["queue_position"], view["note"]) == ("confirmed", None, "关注光电子")
    assert len(view["ticket_code"]) == 10
    assert view["roadshow"]["title"] == roadshow["title"]
    assert (await person.read("/me/registrations"))["items"] == [view]
    assert await letters(world) == [("registration.confirmed", await address_of(person))]
    assert await actions(world, view["id"]) == ["registration.made"]


async def test_seats_do_not_move_the_roadshows_version(world: World) -> None:
    owner, roadshow = await ready(world)
    await come(await world.person(), roadshow)

    answer = await owner.get(f"/roadshows/{roadshow['id']}")

    assert answer.headers["etag"] == f'"{roadshow["version"]}"'
    assert answer.json()["seats_taken"] == 1
