"""How a roadshow ends: called off with a reason, or over and never opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from events.claims import Claim
from events.outbox import OutboxRow
from events.programme.endings import end_overdue
from events.programme.models import Roadshow
from tests.world import World


async def test_cancel_frees_everything_and_tells_everybody_why(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, investor = await world.person("创始人"), await world.person("投资人")
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")
    await investor.made(f"/roadshows/{roadshow['id']}/registrations", {})

    cancelled = await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "场地检修"})

    mine = (await founder.read(f"/companies/{company['id']}/bookings"))["items"][0]
    async with world.session() as session:
        claims = await session.scalar(select(func.count()).select_from(Claim))
        query = select(OutboxRow).where(OutboxRow.template == "roadshow.cancelled").order_by(OutboxRow.id)
        letters = list(await session.scalars(query))
    assert (cancelled["state"], cancelled["cancel_reason"], cancelled["sequence"]) == ("cancelled", "场地检修", 1)
    assert (mine["state"], mine["roadshow_state"]) == ("cancelled", "cancelled")
    assert claims == 0
    assert sorted(letter.data["name"] for letter in letters) == ["创始人", "投资人"]
    assert {letter.data["reason"] for letter in letters} == {"场地检修"}


async def test_cancelled_hall_can_be_planned_again(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "改期"})

    again = await small_world.roadshow(owner, organizer["id"], hall_id=roadshow["hall"]["id"])

    assert again["state"] == "published"


async def test_what_is_cancelled_stays_cancelled(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    cancelled = await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "改期"})

    answers = [
        await owner.post(f"/roadshows/{roadshow['id']}/cancel", {"reason": "再次"}),
        await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"title": "新"}, version=cancelled["version"]),
        await owner.send("PUT", f"/roadshows/{roadshow['id']}/slots", {"slots": []}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(410, "roadshow_over")] * 3


async def test_slots_of_a_cancelled_roadshow_cannot_be_booked(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder = await small_world.person()
    project = await small_world.project(founder, (await small_world.company(founder))["id"])
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "改期"})

    answer = await founder.post(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "booking_closed")


async def test_published_roadshow_that_never_opened_ends_by_itself(world: World) -> None:
    owner, organizer = await world.organizer()
    forgotten = await world.roadshow(owner, organizer["id"])
    coming = await world.roadshow(owner, organizer["id"])
    now = datetime.now(UTC)
    long_ago = {"starts_at": now - timedelta(hours=9), "ends_at": now - timedelta(hours=7)}
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Roadshow).where(Roadshow.id == forgotten["id"]).values(**long_ago))
        count = await end_overdue(session, now)

    states = [(await owner.read(f"/roadshows/{one['id']}"))["state"] for one in (forgotten, coming)]
    assert (count, states) == (1, ["ended", "published"])
