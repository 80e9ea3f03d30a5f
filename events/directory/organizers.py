"""Organizers (主办方): the tenants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import MemberOf, Membership
from events.actor import Actor, Role
from events.base import new_id
from events.directory import views
from events.directory.models import Organizer
from events.directory.schemas import OrganizerIn, OrganizerList, OrganizerView
from events.errors import Conflict, NotFound
from events.paging import Window, page


class SlugTaken(Conflict):
    code = "slug_taken"
    zh, en = "该网址简称已被使用。", "That short name is already in use."
    fix_zh, fix_en = "请换一个简称。", "Choose another one."


async def create_organizer(session: AsyncSession, actor: Actor, data: OrganizerIn, *, now: datetime) -> OrganizerView:
    """A new organizer with the actor as its owner. Refuses: sign_in_required, slug_taken."""
    user_id = actor.require_account()
    if await session.scalar(select(Organizer.id).where(Organizer.slug == data.slug)) is not None:
        raise SlugTaken
    organizer = Organizer(id=new_id(), **data.model_dump(), timezone="Asia/Shanghai", created_at=now)
    session.add(organizer)
    await session.flush()
    session.add(
        Membership(
            id=new_id(), user_id=user_id, kind=MemberOf.ORGANIZER, subject_id=organizer.id, role=Role.OWNER,
            created_at=now,
        )
    )  # fmt: skip
    audit.record(
        session, actor, "organizer.created", ("organizer", organizer.id), now=now, organizer_id=organizer.id,
        slug=organizer.slug,
    )  # fmt: skip
    return views.organizer(organizer)


async def list_organizers(session: AsyncSession, window: Window) -> OrganizerList:
    """Every organizer, the oldest first; public."""
    found = await page(session, select(Organizer), [Organizer.id], window)
    return OrganizerList(items=[views.organizer(row) for row in found.firsts], next=found.next)


async def load_organizer(session: AsyncSession, organizer_id: str) -> Organizer:
    """Refuses: not_found."""
    organizer = await session.get(Organizer, organizer_id)
    if organizer is None:
        raise NotFound
    return organizer
