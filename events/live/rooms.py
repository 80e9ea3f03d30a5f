"""The room as the host runs it: open, close, moderation, and what is pinned or being answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import Actor, Permission
from events.errors import NotFound
from events.live import rules
from events.live.models import Moderation, Room, RoomState
from events.live.schemas import ModerationIn, Nothing, RoomView
from events.programme.announcements import announce_roadshow
from events.programme.models import Roadshow, RoadshowState
from events.programme.revisions import later


async def hold(session: AsyncSession, roadshow_id: str) -> tuple[Room, Roadshow]:
    """The room and its roadshow, the room locked to the end of the transaction. Refuses: not_found.

    Everything that changes a room takes this lock first, so that processes sharing it cannot deadlock.
    """
    query = (
        select(Room, Roadshow)
        .join(Roadshow, Roadshow.id == Room.roadshow_id)
        .where(Room.roadshow_id == roadshow_id)
        .with_for_update(of=Room)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        await _found(session, roadshow_id)
        row = (await session.execute(query)).one()
    return row.Room, row.Roadshow


async def _found(session: AsyncSession, roadshow_id: str) -> None:
    """Add the room unless another process was quicker."""
    if await session.get(Roadshow, roadshow_id) is None:
        raise NotFound
    try:
        async with session.begin_nested():
            session.add(Room(roadshow_id=roadshow_id))
    except IntegrityError:
        return


async def hosted(session: AsyncSession, actor: Actor, roadshow_id: str) -> tuple[Room, Roadshow]:
    """`hold` for somebody who hosts here: staff or co-host. Refuses: not_found, forbidden, sign_in_required."""
    room, roadshow = await hold(session, roadshow_id)
    actor.require_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_HOST)
    return room, roadshow


async def moderated(session: AsyncSession, actor: Actor, roadshow_id: str) -> tuple[Room, Roadshow]:
    """`hold` for somebody who moderates here, or hosts. Refuses: not_found, forbidden, sign_in_required."""
    room, roadshow = await hold(session, roadshow_id)
    actor.require_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_MODERATE)
    return room, roadshow


def view_room(room: Room | None, roadshow: Roadshow) -> RoomView:
    """The room, or, before anything happened in it, how it will begin."""
    if room is None:
        room = Room(roadshow_id=roadshow.id, state=RoomState.WAITING, moderation=Moderation.AFTER)
    return RoomView(
        roadshow_id=roadshow.id,
        title=roadshow.title,
        timezone=roadshow.timezone,
        state=RoomState(room.state),
        moderation=Moderation(room.moderation),
        current_slot_id=room.current_slot_id,
        pinned_question_id=room.pinned_question_id,
        answering_question_id=room.answering_question_id,
        opened_at=room.opened_at,
        closed_at=room.closed_at,
        join_code=roadshow.join_code,
    )


async def announce_room(session: AsyncSession, room: Room, roadshow: Roadshow, now: datetime) -> RoomView:
    """Tell both audiences how the room stands."""
    view = view_room(room, roadshow)
    data = {"room": view.model_dump(mode="json")}
    await log.append(session, log.public_stream(roadshow.id), "room.changed", data, now)
    await log.append(session, log.staff_stream(roadshow.id), "room.changed", data, now)
    return view


async def open_room(session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime) -> RoomView:
    """The roadshow goes live. Opening an open room changes nothing. Refuses: roadshow_not_published, room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    rules.require_not_over(room.state)
    rules.may_open(roadshow.state)
    if room.state == RoomState.OPEN:
        return view_room(room, roadshow)
    room.state, room.opened_at = RoomState.OPEN, now
    return await _turn(session, actor, room, roadshow, RoadshowState.LIVE, now)


async def close_room(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime
) -> RoomView:
    """The roadshow ends; its questions stay readable. Refuses: room_not_open, room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    rules.require_open(room.state)
    room.state, room.closed_at = RoomState.OVER, now
    return await _turn(session, actor, room, roadshow, RoadshowState.ENDED, now)


async def _turn(
    session: AsyncSession, actor: Actor, room: Room, roadshow: Roadshow, state: RoadshowState, now: datetime
) -> RoomView:
    """Move the roadshow with its room, and tell partners, the trail and the audience."""
    roadshow.state, roadshow.updated_at = state, later(roadshow.updated_at, now)
    await session.flush()
    await announce_roadshow(session, roadshow.id, now)
    subject = ("roadshow", roadshow.id)
    audit.record(
        session, actor, f"room.{room.state}", subject, now=now, organizer_id=roadshow.organizer_id, state=state
    )
    return await announce_room(session, room, roadshow, now)


async def set_moderation(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ModerationIn, *, now: datetime
) -> RoomView:
    """Questions from now on wait for the host (`before`) or appear at once (`after`). Refuses: room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    rules.require_not_over(room.state)
    room.moderation = data.mode
    _record(session, actor, roadshow, "room.moderation", now, mode=data.mode)
    return await announce_room(session, room, roadshow, now)


def _record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, action: str, now: datetime, **detail: str | None
) -> None:
    subject = ("roadshow", roadshow.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, **detail)
