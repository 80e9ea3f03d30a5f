"""An institution meets an organizer for the first time: it enters the library and asks to be verified."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.directory.models import Verification
from events.directory.verifications import AlreadyAsked, ask_for_verification


async def introduce(
    session: AsyncSession, actor: Actor, organizer_id: str, institution_id: str, *, now: datetime
) -> None:
    """Ask once; whatever the organizer has said stands. A colleague who asks in the same moment asks for both."""
    if await session.get(Verification, (organizer_id, institution_id)) is not None:
        return
    try:
        async with session.begin_nested():
            await ask_for_verification(session, actor, institution_id, organizer_id, now=now)
    except (IntegrityError, AlreadyAsked):
        return
