"""A project that pitches, an investor of a verified institution, and what they do with intents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from events import log
from events.outbox import OutboxRow
from tests.world import Person, World, new_credit_code

MISSING = "01JD3V0000000000000000000A"
STARTUP_PHONE, FUND_PHONE = "13800000001", "13900000002"
EQUITY = {"kind": "equity", "amount_min_fen": 300_000_000, "amount_max_fen": 500_000_000, "note": "希望尽调"}


@dataclass
class Scene:
    """A project that pitches at a published roadshow, and an investor of a verified institution."""

    world: World
    owner: Person
    organizer: dict[str, Any]
    roadshow: dict[str, Any]
    founder: Person
    company: dict[str, Any]
    project: dict[str, Any]
    investor: Person
    institution: dict[str, Any]

    async def leave(self, **changes: Any) -> dict[str, Any]:
        body = {"project_id": self.project["id"], **EQUITY} | changes
        return await self.investor.made(f"/roadshows/{self.roadshow['id']}/intents", body)

    async def refused(self, person: Person | None = None, path: str = "", **changes: Any) -> tuple[int, str]:
        body = {"project_id": self.project["id"], **EQUITY} | changes
        answer = await (person or self.investor).post(path or f"/roadshows/{self.roadshow['id']}/intents", body)
        return answer.status_code, answer.json()["code"]

    async def answer(self, intent: dict[str, Any], answer: str, reason: str = "") -> dict[str, Any]:
        return await self.founder.made(f"/intents/{intent['id']}/answer", {"answer": answer, "reason": reason})

    async def entries(self, stream: str) -> list[tuple[str, str, str | None]]:
        """(kind, state, side) of every entry about intents in the stream."""
        async with self.world.session() as session:
            found = await log.since(session, stream, 0)
        intents = [entry for entry in found if entry.kind.startswith("intent.")]
        return [(entry.kind, entry.data["intent"]["state"], entry.data["intent"].get("side")) for entry in intents]

    async def letters(self) -> list[tuple[str, str]]:
        """(template, address) of every letter about intents, in order; what it says is gone once it is sent."""
        query = select(OutboxRow).where(OutboxRow.template.like("intent.%")).order_by(OutboxRow.created_at)
        async with self.world.session() as session:
            return [(row.template, row.address) for row in await session.scalars(query)]


async def address_of(person: Person) -> str:
    email: str = (await person.read("/me"))["user"]["email"]
    return email


async def pitch(founder: Person, roadshow: dict[str, Any], project_id: str) -> dict[str, Any]:
    """A confirmed booking of the first free slot."""
    slots = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    free = next(slot for slot in slots if slot["state"] == "free")
    held = await founder.made(f"/slots/{free['id']}/bookings", {"project_id": project_id})
    return await founder.made(f"/bookings/{held['id']}/confirm")


async def set_scene(world: World) -> Scene:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder, investor = await world.person("创始人"), await world.person("投资经理")
    company = await world.company(founder)
    project = await world.project(
        founder, company["id"], contact_name="周工", contact_phone=STARTUP_PHONE, contact_email="zhou@example.com"
    )
    await pitch(founder, roadshow, project["id"])
    institution = await world.verified(
        owner, organizer["id"], investor, name="示例创投", contact_name="吴总", contact_phone=FUND_PHONE
    )
    return Scene(world, owner, organizer, roadshow, founder, company, project, investor, institution)


async def join_institution(scene: Scene) -> Person:
    """A second member of the investor's institution."""
    code = new_credit_code()
    mine = f"/institutions/{scene.institution['id']}"
    await scene.investor.send("PATCH", mine, {"credit_code": code}, version=scene.institution["version"])
    colleague = await scene.world.person("同事")
    await colleague.made("/institutions", {"name": "同一家", "kind": "vc", "credit_code": code})
    await scene.investor.made(f"{mine}/members/{colleague.id}/approve")
    return colleague
