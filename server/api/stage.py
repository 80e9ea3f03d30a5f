"""Who is what in a room: what I may do there, and the roles its hosts give."""

from __future__ import annotations

from fastapi import Response

from events.live.stage import queries, roles
from events.live.stage.schemas import PlaceView, RoleIn, RoleList, RoleView
from server.api.door import Identifier, Read, Write, names, routes_of
from server.live import enter

router = routes_of("stage")


@router.get("/roadshows/{roadshow_id}/live/me", response_model=PlaceView, openapi_extra=names("public"))
async def what_i_am(roadshow_id: Identifier, read: Read) -> PlaceView:
    """What I am in this room and what I may do there, for screens to adapt to."""
    entered = await enter(read.session, read.actor, roadshow_id)
    return await queries.mine(read.session, read.actor, entered.roadshow)


@router.get("/roadshows/{roadshow_id}/roles", response_model=RoleList, openapi_extra=names("live.host"))
async def read_roles(roadshow_id: Identifier, read: Read) -> RoleList:
    """Co-hosts and moderators of this room."""
    return await roles.listed(read.session, read.actor, roadshow_id)


@router.post("/roadshows/{roadshow_id}/roles", response_model=RoleView, openapi_extra=names("live.host"))
async def give_role(roadshow_id: Identifier, data: RoleIn, door: Write) -> Response:
    """Make whoever proves the address a co-host or moderator of this room; a second time changes the role."""
    await door.state.limits.hit("invitation", door.actor.key)
    return await door(lambda session, actor, now: roles.give(session, actor, roadshow_id, data, now=now))


@router.delete("/roadshows/{roadshow_id}/roles/{role_id}", status_code=204, openapi_extra=names("live.host"))
async def take_role(roadshow_id: Identifier, role_id: Identifier, door: Write) -> Response:
    """Take somebody's role back; their open sockets in the room end within 5 s."""
    return await door(lambda session, actor, now: roles.take(session, actor, roadshow_id, role_id, now=now), status=204)
