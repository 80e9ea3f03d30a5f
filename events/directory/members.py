"""Who belongs to a company or an institution: the first is a member at once, the next ones ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.accounts.models import MemberOf, Membership, MembershipState, User
from events.actor import Actor
from events.base import new_id
from events.directory.models import Company, Institution
from events.directory.schemas import MemberList, MemberState, MemberView
from events.errors import NotFound

OWNER, MEMBER = "owner", "member"


@dataclass(frozen=True, slots=True)
class Body:
    """A company or an institution people belong to."""

    kind: MemberOf
    id: str
    name: str


async def load_body(session: AsyncSession, kind: MemberOf, body_id: str) -> Body:
    """Refuses: not_found."""
    table: type[Company] | type[Institution] = Company if kind is MemberOf.COMPANY else Institution
    name = await session.scalar(select(table.name).where(table.id == body_id))
    if name is None:
        raise NotFound
    return Body(kind, body_id, name)


async def found(session: AsyncSession, actor: Actor, body: Body, *, now: datetime) -> MemberState:
    """Make the actor the first member of what it just signed up."""
    return await _add(session, actor, body, OWNER, MembershipState.ACTIVE, now)


async def ask_to_join(session: AsyncSession, actor: Actor, body: Body, *, now: datetime) -> MemberState:
    """Ask the members; asking twice changes nothing."""
    mine = await _membership(session, body, actor.require_account())
    if mine is not None:
        return MemberState(role=mine.role, state=MembershipState(mine.state))
    for address in await _addresses_of_deciders(session, body):
        data = {"body": body.name, "kind": body.kind, "person": actor.name}
        outbox.mail(session, address, "membership_requested", data, now)
    return await _add(session, actor, body, MEMBER, MembershipState.REQUESTED, now)


async def approve(session: AsyncSession, actor: Actor, body: Body, user_id: str, *, now: datetime) -> MemberList:
    """Let the person in. Refuses: not_found for strangers and for who never asked."""
    require_member(actor, body)
    request = await _request(session, body, user_id)
    request.state = MembershipState.ACTIVE
    audit.record(session, actor, "membership.approved", (body.kind, body.id), now=now, user_id=user_id)
    return await list_members(session, body)


async def reject(session: AsyncSession, actor: Actor, body: Body, user_id: str, *, now: datetime) -> MemberList:
    """Drop the request. Refuses: not_found for strangers and for who never asked."""
    require_member(actor, body)
    await session.delete(await _request(session, body, user_id))
    audit.record(session, actor, "membership.rejected", (body.kind, body.id), now=now, user_id=user_id)
    await session.flush()
    return await list_members(session, body)


async def list_members(session: AsyncSession, body: Body) -> MemberList:
    """Members and those who ask, in order of coming."""
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.kind == body.kind, Membership.subject_id == body.id)
        .order_by(Membership.created_at, Membership.id)
    )
    rows = await session.execute(query)
    return MemberList(items=[_view(membership, user) for membership, user in rows])


def require_member(actor: Actor, body: Body) -> None:
    """Members alone say who belongs to them, whatever organizers have in their libraries. Refuses: not_found."""
    if body.kind is MemberOf.COMPANY:
        actor.require_company(body.id)
    else:
        actor.require_institution(body.id)


async def _addresses_of_deciders(session: AsyncSession, body: Body) -> Sequence[str]:
    query = (
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.kind == body.kind, Membership.subject_id == body.id,
            Membership.state == MembershipState.ACTIVE, User.email.is_not(None),
        )
    )  # fmt: skip
    return [address for address in await session.scalars(query) if address]


async def _membership(session: AsyncSession, body: Body, user_id: str) -> Membership | None:
    query = select(Membership).where(
        Membership.kind == body.kind, Membership.subject_id == body.id, Membership.user_id == user_id
    )
    return await session.scalar(query)


async def _request(session: AsyncSession, body: Body, user_id: str) -> Membership:
    row = await _membership(session, body, user_id)
    if row is None or row.state != MembershipState.REQUESTED:
        raise NotFound
    return row


async def _add(
    session: AsyncSession, actor: Actor, body: Body, role: str, state: MembershipState, now: datetime
) -> MemberState:
    user_id = actor.require_account()
    session.add(
        Membership(
            id=new_id(), user_id=user_id, kind=body.kind, subject_id=body.id, role=role, state=state, created_at=now
        )
    )
    audit.record(session, actor, f"membership.{state}", (body.kind, body.id), now=now, user_id=user_id, role=role)
    await session.flush()
    return MemberState(role=role, state=state)


def _view(membership: Membership, user: User) -> MemberView:
    return MemberView(
        user_id=user.id, name=user.name, email=user.email, role=membership.role,
        state=MembershipState(membership.state), since=membership.created_at,
    )  # fmt: skip
