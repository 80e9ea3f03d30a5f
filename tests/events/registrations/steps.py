"""Steps of the tests about registrations, over HTTP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from events.audit import AuditRow
from events.outbox import OutboxRow
from tests.world import Person, World

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
    """(template, address) of every letter about registrations, in order; what it says is gone once it is sent."""
    query = select(OutboxRow).where(OutboxRow.template.like("registration.%")).order_by(OutboxRow.created_at)
    async with world.session() as session:
        return [(row.template, row.address) for row in await session.scalars(query)]


async def actions(world: World, subject: str) -> list[str]:
    query = select(AuditRow.action).where(AuditRow.subject_id == subject).order_by(AuditRow.n)
    async with world.session() as session:
        return list(await session.scalars(query))


async def address_of(person: Person) -> str:
    email: str = (await person.read("/me"))["user"]["email"]
    return email
