"""Roles in one room: given by the organizer's hosts to an address, and taken back.

| who | sees | may |
|---|---|---|
| audience, investor | public, own | ask, vote, answer; an investor also leaves intents |
| startup that pitches | and speaker | turn the pages of its own deck on stage, acknowledge messages |
| moderator (this room) | and staff, speaker | approve, hide, label, merge; danmaku |
| co-host (this room) | the same | and open, close, stage, clock, polls, messages, pages, screens |
| organizer's host, planner, owner | the same | and give or take back roles |
| organizer's viewer | the same | nothing |

A role waits for whoever proves the address, and hosts are never told whether somebody has: neither by an answer nor by
the list. Roles from before stand with the account they were given to.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.accounts.models import User
from events.actor import Actor, Permission, RoomRole
from events.base import new_id
from events.errors import NotFound
from events.live.stage.models import RoleForAddress, RoomRoleRow
from events.live.stage.schemas import RoleIn, RoleList, RoleView
from events.programme.models import Roadshow
from events.programme.queries import load_roadshow
from events.text import address


async def give(session: AsyncSession, actor: Actor, roadshow_id: str, data: RoleIn, *, now: datetime) -> RoleView:
    """Make whoever proves this address a co-host or moderator of this room; a second time changes the role.

    Known and unknown addresses are answered alike, and written to alike. Refuses: not_found, forbidden,
    sign_in_required.
    """
    roadshow = await _managed(session, actor, roadshow_id)
    email = address(data.email)
    before = (await session.execute(_before(roadshow_id).where(User.email == email))).one_or_none()
    if before is not None:
        before.RoomRoleRow.role = data.role
        _record(session, actor, roadshow, "room_role.given", now, user_id=before.User.id, role=data.role)
        return _view_before(before.RoomRoleRow, before.User)
    query = select(RoleForAddress).where(RoleForAddress.roadshow_id == roadshow_id, RoleForAddress.email == email)
    row = await session.scalar(query)
    if row is None:
        row = RoleForAddress(
            id=new_id(), roadshow_id=roadshow_id, email=email, role=data.role, given_by=actor.require_user(),
            created_at=now,
        )  # fmt: skip
        session.add(row)
        letter = {"roadshow_id": roadshow_id, "title": roadshow.title, "inviter": actor.name, "role": data.role}
        outbox.mail(session, email, "room_role", letter, now)
    row.role = data.role
    _record(session, actor, roadshow, "room_role.given", now, email=email, role=data.role)
    return _view(row)


async def take(session: AsyncSession, actor: Actor, roadshow_id: str, role_id: str, *, now: datetime) -> None:
    """Take a role in this room back. Refuses: not_found, forbidden, sign_in_required."""
    roadshow = await _managed(session, actor, roadshow_id)
    row = await session.get(RoleForAddress, role_id)
    if row is not None and row.roadshow_id == roadshow_id:
        await session.delete(row)
        return _record(session, actor, roadshow, "room_role.taken", now, email=row.email)
    before = await session.get(RoomRoleRow, (roadshow_id, role_id))
    if before is None:
        raise NotFound
    await session.delete(before)
    _record(session, actor, roadshow, "room_role.taken", now, user_id=role_id)


async def listed(session: AsyncSession, actor: Actor, roadshow_id: str) -> RoleList:
    """Who has a role in this room, for the organizer's hosts. Refuses: not_found, forbidden, sign_in_required."""
    await _managed(session, actor, roadshow_id)
    before = [_view_before(row, user) for row, user in await session.execute(_before(roadshow_id))]
    rows = await session.scalars(select(RoleForAddress).where(RoleForAddress.roadshow_id == roadshow_id))
    return RoleList(items=sorted([*before, *map(_view, rows)], key=lambda role: (role.created_at, role.id)))


def held(*, users: Collection[str] | None = None, rooms: Collection[str] | None = None) -> list[Select[str, str, str]]:
    """Who has in which room which role, in two selects: accounts of before, and those for an address they have proved.

    Of these users, or in these rooms.
    """
    own = select(RoomRoleRow.user_id, RoomRoleRow.roadshow_id, RoomRoleRow.role)
    proved = (
        select(User.id, RoleForAddress.roadshow_id, RoleForAddress.role)
        .join(User, User.email == RoleForAddress.email)
        .where(User.email_proved_at.is_not(None))
    )
    if users is not None:
        own, proved = own.where(RoomRoleRow.user_id.in_(users)), proved.where(User.id.in_(users))
    if rooms is not None:
        own, proved = own.where(RoomRoleRow.roadshow_id.in_(rooms)), proved.where(RoleForAddress.roadshow_id.in_(rooms))
    return [own, proved]


async def _managed(session: AsyncSession, actor: Actor, roadshow_id: str) -> Roadshow:
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.LIVE_HOST)
    return roadshow


def _before(roadshow_id: str) -> Select[RoomRoleRow, User]:
    """Roles in this room from before, and whose they are."""
    return (
        select(RoomRoleRow, User)
        .join(User, User.id == RoomRoleRow.user_id)
        .where(RoomRoleRow.roadshow_id == roadshow_id)
    )


def _view(row: RoleForAddress) -> RoleView:
    return RoleView(id=row.id, email=row.email, role=RoomRole(row.role), created_at=row.created_at)


def _view_before(row: RoomRoleRow, user: User) -> RoleView:
    return RoleView(id=user.id, email=user.email or "", role=RoomRole(row.role), created_at=row.created_at)


def _record(session: AsyncSession, actor: Actor, roadshow: Roadshow, action: str, now: datetime, **detail: str) -> None:
    subject = ("roadshow", roadshow.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, **detail)
