"""Reads of accounts."""

from __future__ import annotations

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import MemberOf, Membership, User
from events.accounts.schemas import MembershipView, UserView
from events.accounts.users import view_user
from events.actor import Actor
from events.directory.models import Company, Institution, Organizer


async def memberships_of(session: AsyncSession, actor: Actor) -> tuple[UserView | None, list[MembershipView]]:
    """The actor's own account and everything it belongs to or has asked to join."""
    if actor.user_id is None:
        return None, []
    user = await session.get_one(User, actor.user_id)
    name = case(
        (Membership.kind == MemberOf.ORGANIZER, Organizer.name),
        (Membership.kind == MemberOf.COMPANY, Company.name),
        else_=Institution.name,
    )
    query = (
        select(Membership.kind, Membership.subject_id, name, Membership.role, Membership.state)
        .outerjoin(Organizer, Organizer.id == Membership.subject_id)
        .outerjoin(Company, Company.id == Membership.subject_id)
        .outerjoin(Institution, Institution.id == Membership.subject_id)
        .where(Membership.user_id == actor.user_id)
        .order_by(Membership.created_at)
    )
    rows = await session.execute(query)
    views = [
        MembershipView(kind=kind, id=id_, name=name, role=role, state=state) for kind, id_, name, role, state in rows
    ]
    return view_user(user), views
