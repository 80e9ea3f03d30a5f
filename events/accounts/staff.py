"""An organizer's staff: invitations, roles, and always one owner left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, masks, outbox
from events.accounts.keys import hashed
from events.accounts.models import Invitation, MemberOf, Membership, User
from events.accounts.schemas import InvitationIn, InvitationView, MembershipView, StaffList, StaffView
from events.accounts.users import require_address
from events.actor import Actor, Permission, Role
from events.base import new_id
from events.directory.organizers import load_organizer
from events.errors import Conflict, Gone, NotFound
from events.text import address

INVITATION_KEPT = timedelta(days=7)


class AlreadyStaff(Conflict):
    code = "already_staff"
    zh, en = "对方已是团队成员。", "Already on the staff."
    fix_zh, fix_en = "可直接调整其角色。", "Change the role instead."


class LastOwner(Conflict):
    code = "last_owner"
    zh, en = "主办方至少保留一位负责人。", "An organizer keeps at least one owner."
    fix_zh, fix_en = "请先指定另一位负责人。", "Make somebody else an owner first."


class InvitationOver(Gone):
    code = "invitation_over"
    zh, en = "邀请已使用或已过期。", "The invitation was used or has expired."
    fix_zh, fix_en = "请联系主办方重新邀请。", "Ask the organizer for a new one."


async def list_staff(session: AsyncSession, actor: Actor, organizer_id: str, now: datetime) -> StaffList:
    """The staff and the invitations still open, for the staff."""
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.kind == MemberOf.ORGANIZER, Membership.subject_id == organizer_id)
        .order_by(Membership.created_at, Membership.id)
    )
    mask = None if actor.may(organizer_id, Permission.CONTACTS_READ) else masks.mail
    staff = [_view(membership, user, mask) for membership, user in await session.execute(query)]
    still_open = select(Invitation).where(
        Invitation.organizer_id == organizer_id, Invitation.accepted_at.is_(None), Invitation.expires_at > now
    )
    invitations = await session.scalars(still_open.order_by(Invitation.created_at))
    return StaffList(items=staff, invitations=[_invitation(row, mask) for row in invitations])


async def invite(
    session: AsyncSession, actor: Actor, organizer_id: str, data: InvitationIn, secret: str, *, now: datetime
) -> InvitationView:
    """Ask an address to join, by mail, with a secret that lives 7 days. Refuses: already_staff."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    organizer = await load_organizer(session, organizer_id)
    email = address(data.email)
    await _refuse_member(session, organizer_id, email)
    await session.execute(
        delete(Invitation).where(
            Invitation.organizer_id == organizer_id, Invitation.email == email, Invitation.accepted_at.is_(None)
        )
    )
    row = Invitation(
        id=new_id(), secret_hash=hashed(secret), organizer_id=organizer_id, email=email, role=data.role,
        invited_by=actor.require_account(), created_at=now, expires_at=now + INVITATION_KEPT,
    )  # fmt: skip
    session.add(row)
    letter = {"organizer": organizer.name, "inviter": actor.name, "role": data.role, "token": secret}
    outbox.mail(session, email, "staff_invitation", letter, now)
    audit.record(
        session, actor, "staff.invited", ("invitation", row.id), now=now, organizer_id=organizer_id, email=email,
        role=data.role,
    )  # fmt: skip
    return _invitation(row)


async def withdraw_invitation(
    session: AsyncSession, actor: Actor, organizer_id: str, invitation_id: str, *, now: datetime
) -> None:
    """Make the link worthless. Refuses: not_found."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    row = await session.get(Invitation, invitation_id)
    if row is None or row.organizer_id != organizer_id or row.accepted_at is not None:
        raise NotFound
    await session.delete(row)
    audit.record(
        session, actor, "staff.invitation_withdrawn", ("invitation", row.id), now=now, organizer_id=organizer_id
    )


async def accept_invitation(session: AsyncSession, actor: Actor, secret: str, *, now: datetime) -> MembershipView:
    """Join with the link's secret, once. Refuses: not_found, invitation_over, already_staff, address_unconfirmed,
    address_other."""
    user_id = actor.require_account()
    query = select(Invitation).where(Invitation.secret_hash == hashed(secret)).with_for_update()
    row = await session.scalar(query)
    if row is None:
        raise NotFound
    if row.accepted_at is not None or row.expires_at <= now:
        raise InvitationOver
    if row.organizer_id in actor.organizer_roles:
        raise AlreadyStaff
    await require_address(session, user_id, row.email)
    row.accepted_at = now
    session.add(
        Membership(
            id=new_id(), user_id=user_id, kind=MemberOf.ORGANIZER, subject_id=row.organizer_id, role=row.role,
            created_at=now,
        )
    )  # fmt: skip
    await session.flush()
    organizer = await load_organizer(session, row.organizer_id)
    audit.record(session, actor, "staff.joined", ("user", user_id), now=now, organizer_id=organizer.id, role=row.role)
    return MembershipView.model_validate(
        {"kind": "organizer", "id": organizer.id, "name": organizer.name, "role": row.role, "state": "active"}
    )


async def change_role(
    session: AsyncSession, actor: Actor, organizer_id: str, user_id: str, role: Role, *, now: datetime
) -> StaffView:
    """Refuses: not_found, last_owner."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    membership, user = await _staff(session, organizer_id, user_id)
    if role is not Role.OWNER:
        await _keep_an_owner(session, membership)
    before, membership.role = membership.role, role
    audit.record(
        session, actor, "staff.role_changed", ("user", user_id), now=now, organizer_id=organizer_id, before=before,
        after=role,
    )  # fmt: skip
    return _view(membership, user)


async def remove(session: AsyncSession, actor: Actor, organizer_id: str, user_id: str, *, now: datetime) -> None:
    """Refuses: not_found, last_owner."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    membership, _ = await _staff(session, organizer_id, user_id)
    await _keep_an_owner(session, membership)
    await session.delete(membership)
    audit.record(
        session, actor, "staff.removed", ("user", user_id), now=now, organizer_id=organizer_id, role=membership.role
    )


async def _staff(session: AsyncSession, organizer_id: str, user_id: str) -> tuple[Membership, User]:
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.kind == MemberOf.ORGANIZER, Membership.subject_id == organizer_id,
            Membership.user_id == user_id,
        )
    )  # fmt: skip
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    membership, user = row
    return membership, user


async def _keep_an_owner(session: AsyncSession, leaving: Membership) -> None:
    """Every owner's row is locked, so that two owners cannot demote each other at once."""
    query = select(Membership.id).where(
        Membership.kind == MemberOf.ORGANIZER, Membership.subject_id == leaving.subject_id,
        Membership.role == Role.OWNER,
    )  # fmt: skip
    owners = set(await session.scalars(query.order_by(Membership.id).with_for_update()))
    if owners == {leaving.id}:
        raise LastOwner


async def _refuse_member(session: AsyncSession, organizer_id: str, email: str) -> None:
    query = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.kind == MemberOf.ORGANIZER, Membership.subject_id == organizer_id, User.email == email)
    )
    if await session.scalar(query) is not None:
        raise AlreadyStaff


def _view(membership: Membership, user: User, mask: Callable[[str], str] | None = None) -> StaffView:
    email = mask(user.email) if mask and user.email else user.email
    return StaffView(user_id=user.id, name=user.name, email=email, role=Role(membership.role))


def _invitation(row: Invitation, mask: Callable[[str], str] | None = None) -> InvitationView:
    email = mask(row.email) if mask else row.email
    return InvitationView(id=row.id, email=email, role=Role(row.role), expires_at=row.expires_at)
