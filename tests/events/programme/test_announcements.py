"""The room's agenda: after every act, the last entry is what a fresh reader would see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from events.log import LogEntry
from events.programme.bookings import expire_holds
from events.programme.models import Booking
from tests.world import World, soon, wire


async def last_agenda(world: World, roadshow_id: str) -> list[dict[str, Any]]:
    async with world.session() as session:
        query = select(LogEntry.data).where(
            LogEntry.stream_id == f"{roadshow_id}/public", LogEntry.kind == "agenda.changed"
        )
        found: list[dict[str, Any]] = list(await session.scalars(query.order_by(LogEntry.seq)))[-1]["agenda"]
        return found


async def test_last_entry_is_the_agenda_after_every_act(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    path = f"/roadshows/{roadshow['id']}"
    founder = await world.person("创始人")
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    slots = (await founder.read(f"{path}/slots"))["items"]
    states: list[list[str]] = []

    async def look() -> None:
        entry, fresh = await last_agenda(world, roadshow["id"]), (await founder.read(f"{path}/slots"))["items"]
        assert entry == fresh
        states.append([slot["state"] for slot in fresh])

    await look()
    booking = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    await look()
    await founder.made(f"/bookings/{booking['id']}/confirm")
    await look()
    await founder.made(f"/bookings/{booking['id']}/move", {"slot_id": slots[1]["id"]})
    await look()
    later = {"starts_at": wire(soon(5)), "ends_at": wire(soon(5, hour=8))}
    await owner.send("PATCH", path, later, version=(await owner.read(path))["version"])
    await look()
    await founder.send("DELETE", f"/bookings/{booking['id']}")
    await look()
    booking = await founder.made(f"/slots/{slots[2]['id']}/bookings", {"project_id": project["id"]})
    async with world.app.state.roadshow.database.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Booking).where(Booking.id == booking["id"]).values(held_until=past))
        await expire_holds(session, datetime.now(UTC))
    await look()
    await world.slots(owner, await owner.read(path), 1)
    await look()
    await owner.made(f"{path}/cancel", {"reason": "改期"})
    await look()

    free, held, booked = "free", "held", "booked"
    assert states == [
        [free, free, free],
        [held, free, free],
        [booked, free, free],
        [free, booked, free],
        [free, booked, free],
        [free, free, free],
        [free, free, free],
        [free],
        [free],
    ]
