"""Who may be in a room, whatever they come for."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.errors import NotFound, Refusal, Unauthenticated
from events.live.queries import Entrance, Registered, entrance
from events.registrations.queries import is_registered


async def enter(
    session: AsyncSession, actor: Actor, roadshow_id: str, registered: Registered = is_registered
) -> Entrance:
    """Why the actor may be in this room. Refuses: not_found, room_over, not_admitted, guests_not_admitted.

    Where signing in could help a stranger, it is asked to: sign_in_required.
    """
    try:
        return await entrance(session, actor, roadshow_id, registered)
    except NotFound:
        raise
    except Refusal:
        if actor.user_id is None:
            raise Unauthenticated from None
        raise
