"""Roles in one room: given by the organizer's hosts to somebody with an account, and taken back.

| who | sees | may |
|---|---|---|
| audience, investor | public, own | ask, vote, answer; an investor also leaves intents |
| startup that pitches | and speaker | turn the pages of its own deck on stage, acknowledge messages |
| moderator (this room) | and staff, speaker | approve, hide, label, merge; danmaku |
| co-host (this room) | the same | and open, close, stage, clock, polls, messages, pages, screens |
| organizer's host, planner, owner | the same | and give or take back roles |
| organizer's viewer | the same | nothing |
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import User
from events.actor import Actor, Permission, RoomRole
from events.errors import NotFound
from events.live.stage import rules
from events.live.stage.models import RoomRoleRow
from events.live.stage.schemas import RoleIn, RoleList, RoleView
from events.programme.models import Roadshow
from events.programme.queries import load_roadshow


async def give(session: AsyncSession, actor: Actor, roadshow_id: str, data: RoleIn, *, now: datetime) -> RoleView:
    """Make who has proved this address a co-host or moderator of this room; a second time changes the role.

    Refuses: not_found, forbidden, sign_in_required, no_such_account.
    """
    roadshow = await _managed(session, actor, roadshow_id)
    proved = select(User).where(User.email == data.email.lower(), User.email_proved_at.is_not(None))
    user = await session.scalar(proved)
    if user is None:
        raise rules.NoSuchAccount
    row = await session.get(RoomRoleRow, (roadshow_id, user.id))
    if row is None:
        row = RoomRoleRow(roadshow_id=roadshow_id, user_id=user.id, given_by=actor.require_user(), created_at=now)
        session.add(row)
    row.role = data.role
    _record(session, actor, roadshow, user.id, "room_role.given", now, role=data.role)
    return _view(row, user)


async def take(session: AsyncSession, actor: Actor, roadshow_id: str, user_id: str, *, now: datetime) -> None:
    """Take somebody's role in this room back. Refuses: not_found, forbidden, sign_in_required."""
    roadshow = await _managed(session, actor, roadshow_id)
    row = await session.get(RoomRoleRow, (roadshow_id, user_id))
    if row is None:
        raise NotFound
    await session.delete(row)
    _record(session, actor, roadshow, user_id, "room_role.taken", now)


async def listed(session: AsyncSession, actor: Actor, roadshow_id: str) -> RoleList:
    """Who has a role in this room, for the organizer's hosts. Refuses: not_found, forbidden, sign_in_required."""
    await _managed(session, actor, roadshow_id)
    query = (
        select(RoomRoleRow, User)
        .join(User, User.id == RoomRoleRow.user_id)
        .where(RoomRoleRow.roadshow_id == roadshow_id)
        .order_by(RoomRoleRow.created_at, User.id)
    )
    return RoleList(items=[_view(row, user) for row, user in await session.execute(query)])


async def _managed(session: AsyncSession, actor: Actor, roadshow_id: str) -> Roadshow:
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.LIVE_HOST)
    return roadshow


def _view(row: RoomRoleRow, user: User) -> RoleView:
    return RoleView(
        user_id=user.id, name=user.name, email=user.email or "", role=RoomRole(row.role), created_at=row.created_at
    )


def _record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, user_id: str, action: str, now: datetime, **detail: str
) -> None:
    subject = ("roadshow", roadshow.id)
    audit.record(
        session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, user_id=user_id, **detail
    )
