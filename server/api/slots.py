"""Slots: the public agenda, and its replacement by planners."""

from __future__ import annotations

from fastapi import Response

from events.programme.queries import agenda, visible_roadshow
from events.programme.schemas import Agenda, SlotsIn
from events.programme.slots import replace_slots
from server.api.door import Identifier, Read, Write, names, routes_of

router = routes_of("programme")


@router.get("/roadshows/{roadshow_id}/slots", response_model=Agenda, openapi_extra=names("public"))
async def read_slots(roadshow_id: Identifier, read: Read) -> Agenda:
    """The agenda: each slot free, held or booked, with the public side of the project that has it."""
    await visible_roadshow(read.session, read.actor, roadshow_id)
    return Agenda(items=await agenda(read.session, roadshow_id))


@router.put("/roadshows/{roadshow_id}/slots", response_model=Agenda, openapi_extra=names("programme.edit"))
async def replace(roadshow_id: Identifier, data: SlotsIn, door: Write) -> Response:
    """Make these the slots; one with a known id or equal times stays the same. Booked ones stay as they are."""
    return await door(
        lambda session, actor, now: replace_slots(session, actor, roadshow_id, data.slots, now=now), lane=roadshow_id
    )
