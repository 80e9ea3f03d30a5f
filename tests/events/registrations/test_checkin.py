"""The door of the hall: tickets typed, scanned, repeated and refused."""

from __future__ import annotations

from tests.events.registrations.steps import actions, come, ready, refusal
from tests.world import World


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
