"""Reads of the live room: who may come in, and how the room stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import text
from events.actor import Actor
from events.errors import NotFound
from events.live import rules
from events.live.models import Room
from events.live.rooms import view_room
from events.live.schemas import JoinView, RoomView
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState

Registered = Callable[[AsyncSession, str | None, str], Awaitable[bool]]
"""`registered(session, user_id, roadshow_id)`: whether the registration is confirmed."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Somebody may come in, and why."""

    roadshow: Roadshow
    basis: rules.Basis


async def entrance(session: AsyncSession, actor: Actor, roadshow_id: str, registered: Registered) -> Entrance:
    """Whether the actor may be in the room. Refuses: not_found, room_over, not_admitted, guests_not_admitted."""
    roadshow = await session.get(Roadshow, roadshow_id)
    if roadshow is None:
        raise NotFound
    basis = rules.admit(
        RoadshowState(roadshow.state),
        needs_approval=roadshow.needs_approval,
        open_to_guests=roadshow.open_to_guests,
        visitor=await _visitor(session, actor, roadshow, registered),
    )
    return Entrance(roadshow, basis)


async def _visitor(session: AsyncSession, actor: Actor, roadshow: Roadshow, registered: Registered) -> rules.Visitor:
    has_account = actor.user_id is not None and not actor.is_guest
    if actor.is_room_staff(roadshow.id, roadshow.organizer_id):
        return rules.Visitor(is_staff=True)
    return rules.Visitor(
        is_pitching=await is_pitching(session, roadshow.id, actor),
        is_registered=await registered(session, actor.user_id, roadshow.id),
        has_account=has_account,
    )


async def is_pitching(session: AsyncSession, roadshow_id: str, actor: Actor) -> bool:
    """Whether one of the actor's companies has a confirmed slot in this roadshow."""
    if not actor.company_roles:
        return False
    query = select(Booking.id).where(
        Booking.roadshow_id == roadshow_id,
        Booking.state == BookingState.CONFIRMED,
        Booking.company_id.in_(actor.company_roles),
    )
    return await session.scalar(query.limit(1)) is not None


async def by_join_code(session: AsyncSession, code: str) -> JoinView:
    """The roadshow behind a code from a screen or a QR picture. Refuses: not_found."""
    wanted = text.code(code).upper()
    query = select(Roadshow.id).where(Roadshow.join_code == wanted, Roadshow.state != RoadshowState.DRAFT)
    roadshow_id = await session.scalar(query)
    if roadshow_id is None:
        raise NotFound
    return JoinView(roadshow_id=roadshow_id)


async def room_view(session: AsyncSession, roadshow_id: str) -> RoomView:
    """The room as everybody in it sees it. Refuses: not_found."""
    query = select(Roadshow, Room).outerjoin(Room, Room.roadshow_id == Roadshow.id).where(Roadshow.id == roadshow_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return view_room(row.Room, row.Roadshow)
