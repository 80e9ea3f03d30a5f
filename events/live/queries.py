"""Reads of the live room: who may come in, and the state of each stream at exactly one `seq` (P6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import Actor, Permission
from events.errors import NotFound
from events.live import rules
from events.live.models import Question, Room, Vote
from events.live.rooms import view_room
from events.live.schemas import JoinView, RoomView
from events.live.views import own_question, public_question, staff_question
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState
from events.programme.queries import agenda

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
    if actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ):
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
    query = select(Roadshow.id).where(Roadshow.join_code == code.strip().upper(), Roadshow.state != RoadshowState.DRAFT)
    roadshow_id = await session.scalar(query)
    if roadshow_id is None:
        raise NotFound
    return JoinView(roadshow_id=roadshow_id)


# Snapshots.

Intents = Callable[[AsyncSession, str, str | None], Awaitable[list[dict[str, Any]]]]
"""`intents(session, roadshow_id, user_id)`: the intents of a room as its staff (no user) or that user sees them."""


@dataclass(frozen=True, slots=True)
class StreamName:
    """A stream's key taken apart."""

    roadshow_id: str
    audience: str
    user_id: str | None = None

    @classmethod
    def of(cls, stream: str) -> StreamName:
        roadshow_id, audience, *user = stream.split("/")
        return cls(roadshow_id, audience, user[0] if user else None)


async def snapshot(session: AsyncSession, stream: str, intents: Intents) -> tuple[str, int, dict[str, Any]]:
    """Epoch, seq, and the stream's state at exactly that seq; `session` must read one consistent view."""
    top = (await log.tops(session, [stream]))[stream]
    name = StreamName.of(stream)
    if name.audience == "public":
        return top.epoch, top.seq, await _public_state(session, name.roadshow_id)
    if name.user_id is None:
        return top.epoch, top.seq, await _staff_state(session, name.roadshow_id, intents)
    return top.epoch, top.seq, await _user_state(session, name.roadshow_id, name.user_id, intents)


async def _public_state(session: AsyncSession, roadshow_id: str) -> dict[str, Any]:
    query = _questions(roadshow_id).where(Question.state.in_(rules.PUBLIC))
    return {
        "room": _plain(await room_view(session, roadshow_id)),
        "agenda": [_plain(slot) for slot in await agenda(session, roadshow_id)],
        "questions": [_plain(public_question(row)) for row in await session.scalars(query)],
    }


async def _staff_state(session: AsyncSession, roadshow_id: str, intents: Intents) -> dict[str, Any]:
    return {
        "room": _plain(await room_view(session, roadshow_id)),
        "questions": [_plain(staff_question(row)) for row in await session.scalars(_questions(roadshow_id))],
        "intents": await intents(session, roadshow_id, None),
    }


async def _user_state(session: AsyncSession, roadshow_id: str, user_id: str, intents: Intents) -> dict[str, Any]:
    mine = _questions(roadshow_id).where(Question.author_id == user_id)
    votes = (
        select(Vote.question_id)
        .join(Question, Question.id == Vote.question_id)
        .where(Question.roadshow_id == roadshow_id, Vote.user_id == user_id)
    )
    return {
        "questions": [_plain(own_question(row)) for row in await session.scalars(mine)],
        "votes": sorted(await session.scalars(votes)),
        "intents": await intents(session, roadshow_id, user_id),
    }


async def room_view(session: AsyncSession, roadshow_id: str) -> RoomView:
    """The room as everybody in it sees it. Refuses: not_found."""
    query = select(Roadshow, Room).outerjoin(Room, Room.roadshow_id == Roadshow.id).where(Roadshow.id == roadshow_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return view_room(row.Room, row.Roadshow)


def _questions(roadshow_id: str) -> Any:
    return select(Question).where(Question.roadshow_id == roadshow_id).order_by(Question.id)


def _plain(view: BaseModel) -> dict[str, Any]:
    return view.model_dump(mode="json")
