"""Bookings: hold, confirm, move, cancel; the insert decides, and every refusal names a way on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from events.audit import AuditRow
from events.changes import Change
from events.claims import Claim
from events.directory.models import LibraryEntry
from events.log import LogEntry
from events.outbox import OutboxRow
from events.programme.bookings import expire_holds
from events.programme.models import Booking
from tests.world import Person, World, soon, wire


async def startup(world: World, name: str = "示例光子科技有限公司") -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """Somebody with a company and a project."""
    founder = await world.person("创始人")
    company = await world.company(founder, name)
    return founder, company, await world.project(founder, company["id"])


async def slots_of(person: Person, roadshow: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    return items


async def lapse(world: World, booking_id: str) -> None:
    """Put the end of a hold into the past."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Booking).where(Booking.id == booking_id).values(held_until=past))


async def claims_of(world: World, owner: str) -> set[str]:
    async with world.session() as session:
        return set(await session.scalars(select(Claim.resource).where(Claim.owner == owner)))


async def test_hold_reserves_for_five_minutes(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, company, project = await startup(world)
    slot = (await slots_of(founder, roadshow))[0]

    answer = await founder.post(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    booking = answer.json()
    left = datetime.fromisoformat(booking["held_until"]) - datetime.now(UTC)
    assert answer.status_code == 201
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5)
    assert (booking["state"], booking["starts_at"]) == ("held", slot["starts_at"])
    assert [one["state"] for one in await slots_of(founder, roadshow)] == ["held", "free", "free"]
    assert await claims_of(world, f"booking:{booking['id']}") == {
        f"slot:{slot['id']}",
        f"company:{company['id']}",
        f"entry:{project['id']}/{roadshow['id']}",
    }


async def test_confirm_shows_the_project_enlists_it_and_tells_everybody(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, company, project = await startup(world)
    slot = (await slots_of(founder, roadshow))[0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    confirmed = await founder.made(f"/bookings/{held['id']}/confirm")

    shown = (await slots_of(founder, roadshow))[0]
    assert (confirmed["state"], confirmed["held_until"]) == ("confirmed", None)
    assert (shown["state"], shown["project"]["id"], shown["project"]["company_name"]) == (
        "booked", project["id"], company["name"],
    )  # fmt: skip
    async with world.session() as session:
        entry = await session.get(LibraryEntry, (organizer["id"], "project", project["id"]))
        letters = list(await session.scalars(select(OutboxRow.template).where(OutboxRow.template.like("booking.%"))))
        told = select(Change.kind, Change.object_id).where(Change.organizer_id == organizer["id"])
        kinds = {tuple(row) for row in await session.execute(told)}
        trail = select(AuditRow.action).where(AuditRow.subject_id == held["id"]).order_by(AuditRow.n)
        actions = list(await session.scalars(trail))
        last = await session.scalar(
            select(LogEntry)
            .where(LogEntry.stream_id == f"{roadshow['id']}/public", LogEntry.kind == "agenda.changed")
            .order_by(LogEntry.seq.desc())
            .limit(1)
        )
    assert entry is not None
    assert letters == ["booking.confirmed"]
    assert {("booking", held["id"]), ("roadshow", roadshow["id"]), ("project", project["id"])} <= kinds
    assert actions == ["booking.held", "booking.confirmed"]
    assert last is not None
    assert last.data["agenda"] == await slots_of(founder, roadshow)


async def test_second_company_gets_409_with_blocker_and_three_nearest(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], slots=5)
    first, _, project = await startup(world)
    second, _, other = await startup(world, "示例医疗有限公司")
    slots = await slots_of(first, roadshow)
    await first.made(f"/slots/{slots[1]['id']}/bookings", {"project_id": project["id"]})

    answer = await second.post(f"/slots/{slots[1]['id']}/bookings", {"project_id": other["id"]})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "slot_taken")
    assert problem["details"]["blocked_by"]["id"] == slots[1]["id"]
    assert problem["details"]["blocked_by"]["state"] == "held"
    assert project["id"] not in answer.text
    assert [one["slot_id"] for one in problem["details"]["alternatives"]] == [slots[n]["id"] for n in (2, 0, 3)]
    assert problem["details"]["alternatives"][0] == {
        "slot_id": slots[2]["id"],
        "roadshow_id": roadshow["id"],
        "title": roadshow["title"],
        "starts_at": slots[2]["starts_at"],
        "ends_at": slots[2]["ends_at"],
    }


async def test_company_cannot_pitch_in_two_places_at_once(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    here = await small_world.roadshow(owner, organizer["id"], title="此处")
    there = await small_world.roadshow(owner, organizer["id"], title="彼处")
    founder, company, project = await startup(small_world)
    second = await small_world.project(founder, company["id"], name="第二个项目")
    held = await founder.made(
        f"/slots/{(await slots_of(founder, here))[0]['id']}/bookings", {"project_id": project["id"]}
    )
    other = await slots_of(founder, there)

    answer = await founder.post(f"/slots/{other[0]['id']}/bookings", {"project_id": second["id"]})

    details = answer.json()["details"]
    assert (answer.status_code, answer.json()["code"]) == (409, "company_busy")
    assert (details["blocked_by"]["id"], details["blocked_by"]["title"]) == (held["id"], "此处")
    assert {one["starts_at"] for one in details["alternatives"]} <= {other[1]["starts_at"], other[2]["starts_at"]}
    assert len(details["alternatives"]) == 3


async def test_one_booking_a_project_and_roadshow(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder, _, project = await startup(small_world)
    slots = await slots_of(founder, roadshow)
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})

    answer = await founder.post(f"/slots/{slots[1]['id']}/bookings", {"project_id": project["id"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "already_booked")
    assert answer.json()["details"]["blocked_by"]["id"] == held["id"]


async def test_lapsed_hold_makes_room_in_the_same_transaction(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    first, _, project = await startup(world)
    second, _, other = await startup(world, "示例医疗有限公司")
    slot = (await slots_of(first, roadshow))[0]
    held = await first.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    await lapse(world, held["id"])

    too_late = await first.post(f"/bookings/{held['id']}/confirm")
    taken = await second.post(f"/slots/{slot['id']}/bookings", {"project_id": other["id"]})

    mine = (await first.read(f"/companies/{held['company_id']}/bookings"))["items"]
    assert (too_late.status_code, too_late.json()["code"]) == (410, "hold_expired")
    assert taken.status_code == 201
    assert [booking["state"] for booking in mine] == ["expired"]
    assert await claims_of(world, f"booking:{held['id']}") == set()


async def test_expire_holds_frees_slots_and_leaves_the_rest(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    first, _, project = await startup(world)
    second, _, other = await startup(world, "示例医疗有限公司")
    slots = await slots_of(first, roadshow)
    lapsed = await first.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    await second.made(f"/slots/{slots[1]['id']}/bookings", {"project_id": other["id"]})
    await lapse(world, lapsed["id"])

    async with world.app.state.roadshow.database.write() as session:
        count = await expire_holds(session, datetime.now(UTC))

    assert count == 1
    assert [slot["state"] for slot in await slots_of(first, roadshow)] == ["free", "held", "free"]


async def test_move_takes_the_new_slot_and_frees_the_old(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, _, project = await startup(world)
    slots = await slots_of(founder, roadshow)
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")

    moved = await founder.made(f"/bookings/{held['id']}/move", {"slot_id": slots[2]["id"]})

    assert (moved["id"], moved["state"], moved["starts_at"]) == (held["id"], "confirmed", slots[2]["starts_at"])
    assert [slot["state"] for slot in await slots_of(founder, roadshow)] == ["free", "free", "booked"]


async def test_move_to_a_taken_slot_keeps_the_old_one(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    first, _, project = await startup(small_world)
    second, _, other = await startup(small_world, "示例医疗有限公司")
    slots = await slots_of(first, roadshow)
    mine = await first.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    await second.made(f"/slots/{slots[1]['id']}/bookings", {"project_id": other["id"]})

    answer = await first.post(f"/bookings/{mine['id']}/move", {"slot_id": slots[1]["id"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert [slot["state"] for slot in await slots_of(first, roadshow)] == ["held", "held", "free"]
    assert f"slot:{slots[0]['id']}" in await claims_of(small_world, f"booking:{mine['id']}")


async def test_cancel_frees_the_slot_once(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder, _, project = await startup(small_world)
    slot = (await slots_of(founder, roadshow))[0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    cancelled = await founder.send("DELETE", f"/bookings/{held['id']}")
    again = await founder.send("DELETE", f"/bookings/{held['id']}")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()["code"]) == (410, "booking_over")
    assert (await slots_of(founder, roadshow))[0]["state"] == "free"
    assert await claims_of(small_world, f"booking:{held['id']}") == set()


async def test_drafts_cannot_be_booked_nor_seen(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    draft = await small_world.draft(owner, organizer["id"])
    founder, _, project = await startup(small_world)
    slot = (await slots_of(owner, draft))[0]

    answer = await founder.post(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    assert answer.status_code == 404


async def test_slot_that_began_is_closed(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder, _, project = await startup(small_world)
    slot = (await slots_of(founder, roadshow))[0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")
    await small_world_starts(small_world, roadshow["id"])

    cancel = await founder.send("DELETE", f"/bookings/{held['id']}")

    assert (cancel.status_code, cancel.json()["code"]) == (409, "booking_closed")


async def small_world_starts(world: World, roadshow_id: str) -> None:
    """Put the bookings of a roadshow into the past."""
    past = datetime.now(UTC) - timedelta(hours=1)
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Booking).where(Booking.roadshow_id == roadshow_id).values(starts_at=past))


async def test_foreign_projects_and_bookings_look_missing(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder, company, project = await startup(small_world)
    rival, _, own = await startup(small_world, "示例医疗有限公司")
    slots = await slots_of(founder, roadshow)
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    missing = (await rival.post("/bookings/01JD3V0000000000000000000A/confirm")).content

    answers = [
        await rival.post(f"/slots/{slots[1]['id']}/bookings", {"project_id": project["id"]}),
        await rival.post(f"/bookings/{held['id']}/confirm"),
        await rival.post(f"/bookings/{held['id']}/move", {"slot_id": slots[1]["id"]}),
        await rival.send("DELETE", f"/bookings/{held['id']}"),
        await rival.get(f"/companies/{company['id']}/bookings"),
        await rival.get(f"/roadshows/{roadshow['id']}/bookings"),
        await rival.post("/slots/01JD3V0000000000000000000A/bookings", {"project_id": own["id"]}),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, missing)}


async def test_staff_list_names_company_and_booker(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder, company, project = await startup(small_world)
    slot = (await slots_of(founder, roadshow))[0]
    await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    listed = (await owner.read(f"/roadshows/{roadshow['id']}/bookings?state=held"))["items"]

    assert [(one["company_name"], one["booked_by_name"]) for one in listed] == [(company["name"], "创始人")]
    assert (await owner.read(f"/roadshows/{roadshow['id']}/bookings?state=confirmed"))["items"] == []


async def test_move_to_another_organizer_is_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    stranger, elsewhere = await small_world.organizer("另一主办方")
    roadshow = await small_world.roadshow(owner, organizer["id"])
    foreign = await small_world.roadshow(stranger, elsewhere["id"], starts_at=wire(soon(5)))
    founder, _, project = await startup(small_world)
    slot = (await slots_of(founder, roadshow))[0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    answer = await founder.post(
        f"/bookings/{held['id']}/move", {"slot_id": (await slots_of(founder, foreign))[0]["id"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "other_organizer")
