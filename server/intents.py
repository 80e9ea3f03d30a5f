"""The intents of a room, for the states of its streams; in the order in which clients keep them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import User
from events.deals.queries import room_staff_intents, room_user_intents
from server.auth import user_actor


async def intents_of(session: AsyncSession, roadshow_id: str, user_id: str | None) -> list[dict[str, Any]]:
    """As the room's staff see them, or, for a user, those of its institutions and companies."""
    if user_id is None:
        return _plain(await room_staff_intents(session, roadshow_id))
    actor = await user_actor(session, await session.get_one(User, user_id))
    if not (actor.institution_roles or actor.company_roles):
        return []
    return _plain(await room_user_intents(session, actor, roadshow_id))


def _plain(views: Sequence[BaseModel]) -> list[dict[str, Any]]:
    return sorted((view.model_dump(mode="json") for view in views), key=lambda view: str(view["id"]))
