"""Words from the host to whoever speaks; each waits to be acknowledged, and the host sees by whom and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import NotFound
from events.live import rules as room_rules
from events.live.queries import is_pitching
from events.live.rooms import hold, hosted
from events.live.stage import rules
from events.live.stage.models import Message
from events.live.stage.queries import booking_of, view_message
from events.live.stage.schemas import MessageIn, MessageRef, MessageView
from events.programme.models import Roadshow


async def send(session: AsyncSession, actor: Actor, roadshow_id: str, data: MessageIn, *, now: datetime) -> MessageView:
    """Say something to whoever is on stage. Refuses: room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    room_rules.require_not_over(room.state)
    message = Message(
        id=new_id(), roadshow_id=roadshow_id, slot_id=room.current_slot_id, text=data.text,
        sent_by=actor.require_user(), at=now,
    )  # fmt: skip
    session.add(message)
    return await _tell(session, actor, roadshow, message, "message.sent", now)


async def acknowledge(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: MessageRef, *, now: datetime
) -> MessageView:
    """I have read it: for the people of the slot it was said to, and for who stands by from the staff.

    A second time changes nothing. Refuses: not_found, not_your_stage.
    """
    _, roadshow = await hold(session, roadshow_id)
    is_staff = actor.may_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_MODERATE)
    if not is_staff and not await is_pitching(session, roadshow_id, actor):
        raise rules.NotYourStage
    message = await session.get(Message, data.message_id)
    if message is None or message.roadshow_id != roadshow_id:
        raise NotFound
    booking = await booking_of(session, message.slot_id)
    if not is_staff and booking is not None and booking.company_id not in actor.company_roles:
        raise rules.NotYourStage
    if message.acknowledged_at is not None:
        return view_message(message)
    message.acknowledged_at, message.acknowledged_by = now, actor.name
    return await _tell(session, actor, roadshow, message, "message.acknowledged", now)


async def _tell(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, message: Message, action: str, now: datetime
) -> MessageView:
    subject = ("speaker_message", message.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id)
    await session.flush()
    view = view_message(message)
    data = {"message": view.model_dump(mode="json")}
    await log.append(session, log.staff_stream(roadshow.id), "message.changed", data, now)
    await log.append(session, log.speaker_stream(roadshow.id), "message.changed", data, now)
    return view
