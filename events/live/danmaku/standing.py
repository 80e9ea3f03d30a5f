"""What a room knows of somebody who wants to send: one query."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.directory.models import Verification, VerificationStatus
from events.live.danmaku.models import Danmaku, DanmakuRole, DanmakuState, Flow, Mute, OwnWords
from events.live.danmaku.rules import Ban, Standing
from events.live.danmaku.views import view_flow
from events.live.models import Room
from events.programme.models import Booking, BookingState, Roadshow


async def standing_of(session: AsyncSession, actor: Actor, room: Room, roadshow: Roadshow, now: datetime) -> Standing:
    """As whom the actor speaks here, and what holds for them."""
    in_room = Danmaku.roadshow_id == room.roadshow_id
    own = in_room & (Danmaku.author_id == actor.user_id)
    line = in_room & (Danmaku.state == DanmakuState.DELAYED)
    query = (
        select(
            Flow, Mute, OwnWords.words,
            select(func.max(Danmaku.sent_at)).where(own).scalar_subquery().label("last_sent_at"),
            select(func.max(Danmaku.due_at)).where(line).scalar_subquery().label("line_ends_at"),
            _recent(in_room, now).label("in_last_second"),
            _invests(actor, roadshow).label("invests"),
            _is_on_stage(actor, room).label("is_on_stage"),
        )
        .select_from(Roadshow)
        .outerjoin(Flow, Flow.roadshow_id == Roadshow.id)
        .outerjoin(Mute, and_(Mute.roadshow_id == Roadshow.id, Mute.user_id == actor.user_id))
        .outerjoin(OwnWords, OwnWords.organizer_id == Roadshow.organizer_id)
        .where(Roadshow.id == room.roadshow_id)
    )  # fmt: skip
    row = (await session.execute(query)).one()
    flow = view_flow(row.Flow)
    return Standing(
        role=_role(actor, roadshow, row),
        is_on=flow.danmaku_on,
        guests_on=flow.guests_on,
        slow_seconds=flow.slow_seconds,
        delay_seconds=flow.delay_seconds,
        words=row.words or (),
        ban=ban_of(row.Mute),
        last_sent_at=row.last_sent_at,
        in_last_second=row.in_last_second,
        line_ends_at=row.line_ends_at,
    )


def ban_of(mute: Mute | None) -> Ban | None:
    return None if mute is None else Ban(mute.reason, mute.until)


def _recent(in_room: ColumnElement[bool], now: datetime) -> Any:
    since = now - timedelta(seconds=1)
    return select(func.count()).select_from(Danmaku).where(in_room, Danmaku.sent_at > since).scalar_subquery()


def _invests(actor: Actor, roadshow: Roadshow) -> ColumnElement[bool]:
    if not actor.institution_roles:
        return false()
    return (
        select(Verification.institution_id)
        .where(
            Verification.organizer_id == roadshow.organizer_id,
            Verification.institution_id.in_(actor.institution_roles),
            Verification.status == VerificationStatus.VERIFIED,
        )
        .exists()
    )


def _is_on_stage(actor: Actor, room: Room) -> ColumnElement[bool]:
    if not actor.company_roles or room.current_slot_id is None:
        return false()
    return (
        select(Booking.id)
        .where(
            Booking.slot_id == room.current_slot_id,
            Booking.state == BookingState.CONFIRMED,
            Booking.company_id.in_(actor.company_roles),
        )
        .exists()
    )


def _role(actor: Actor, roadshow: Roadshow, row: Any) -> DanmakuRole:
    if actor.may_in_room(roadshow.id, roadshow.organizer_id, Permission.LIVE_MODERATE):
        return DanmakuRole.HOST
    if row.is_on_stage:
        return DanmakuRole.STARTUP
    return DanmakuRole.INVESTOR if row.invests else DanmakuRole.AUDIENCE
