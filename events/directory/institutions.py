"""Institutions (投资机构): who invests, in what, and which organizers trust them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import MemberOf
from events.actor import Actor
from events.base import new_id
from events.directory import library, members, rules, views
from events.directory.models import Institution, Organizer, Verification, VerificationStatus
from events.directory.schemas import (
    InstitutionIn,
    InstitutionJoined,
    InstitutionPatch,
    Named,
    OwnInstitution,
    VerificationView,
)
from events.errors import Conflict, NotFound, PreconditionFailed

IDENTITY = {"name", "kind", "registration_no", "credit_code"}


class NumberTaken(Conflict):
    code = "institution_number_taken"
    zh, en = "该编号属于另一家机构。", "That number belongs to another institution."
    fix_zh, fix_en = "请核对编号；若确属本机构，请申请加入。", "Check it; if it is yours, ask to join that institution."


async def sign_up_institution(
    session: AsyncSession, actor: Actor, data: InstitutionIn, *, now: datetime
) -> InstitutionJoined:
    """The actor's institution: new with the actor as owner, or known by a number and its members are asked.

    Refuses: sign_in_required, registration_no_format, credit_code_*, cheque_range.
    """
    actor.require_account()
    fields = data.model_dump() | _numbers(data)
    rules.check_cheque(data.cheque_min_fen, data.cheque_max_fen)
    known = await _by_numbers(session, fields["registration_no"], fields["credit_code"])
    if known is not None:
        state = await members.ask_to_join(session, actor, _body(known), now=now)
        return InstitutionJoined(institution=Named(id=known.id, name=known.name), membership=state)
    institution = Institution(id=new_id(), **fields, created_at=now, updated_at=now)
    _own_numbers(institution)
    session.add(institution)
    await session.flush()
    audit.record(session, actor, "institution.signed_up", ("institution", institution.id), now=now)
    state = await members.found(session, actor, _body(institution), now=now)
    return InstitutionJoined(institution=views.own_institution(institution, []), membership=state)


async def own_institution(session: AsyncSession, actor: Actor, institution_id: str) -> OwnInstitution:
    """Refuses: not_found for all but its members."""
    actor.require_institution(institution_id)
    institution = await load_institution(session, institution_id)
    return views.own_institution(institution, await verifications_of(session, institution_id))


async def change_institution(
    session: AsyncSession, actor: Actor, institution_id: str, version: int, data: InstitutionPatch, *, now: datetime
) -> OwnInstitution:
    """Change what is sent. A changed identity has to be verified anew.

    Refuses: not_found, version_stale, registration_no_format, credit_code_*, cheque_range, institution_number_taken.
    """
    actor.require_institution(institution_id)
    institution = await load_institution(session, institution_id)
    if institution.version != version:
        raise PreconditionFailed
    changed = data.model_dump(exclude_unset=True)
    changed |= {name: number for name, number in _numbers(data).items() if name in changed}
    await _refuse_foreign_numbers(session, institution, changed)
    became = {name for name, value in changed.items() if getattr(institution, name) != value}
    for name, value in changed.items():
        setattr(institution, name, value)
    _own_numbers(institution)
    rules.check_cheque(institution.cheque_min_fen, institution.cheque_max_fen)
    institution.updated_at = now
    if became & IDENTITY:
        await _reopen(session, institution, now)
    await session.flush()
    await library.publish_institution(session, institution, now)
    audit.record(session, actor, "institution.changed", ("institution", institution_id), now=now, fields=sorted(became))
    return views.own_institution(institution, await verifications_of(session, institution_id))


async def load_institution(session: AsyncSession, institution_id: str) -> Institution:
    """Refuses: not_found."""
    institution = await session.get(Institution, institution_id)
    if institution is None:
        raise NotFound
    return institution


async def verifications_of(session: AsyncSession, institution_id: str) -> list[VerificationView]:
    """What each organizer that was asked says of it, in order of asking."""
    query = (
        select(Verification, Organizer.name)
        .join(Organizer, Organizer.id == Verification.organizer_id)
        .where(Verification.institution_id == institution_id)
        .order_by(Verification.requested_at, Verification.organizer_id)
    )
    return [views.verification(row, name) for row, name in await session.execute(query)]


def _body(institution: Institution) -> members.Body:
    return members.Body(MemberOf.INSTITUTION, institution.id, institution.name)


def _numbers(data: InstitutionIn) -> dict[str, str | None]:
    return {
        "registration_no": rules.registration_no(data.registration_no) if data.registration_no else None,
        "credit_code": rules.credit_code(data.credit_code) if data.credit_code else None,
    }


def _own_numbers(institution: Institution) -> None:
    institution.own_no, institution.own_code = institution.registration_no, institution.credit_code


async def _by_numbers(
    session: AsyncSession, registration_no: str | None, credit_code: str | None, *, other_than: str = ""
) -> Institution | None:
    same = [
        column == number
        for column, number in (
            (Institution.own_no, registration_no), (Institution.own_code, credit_code),
        )
        if number
    ]  # fmt: skip
    if not same:
        return None
    return await session.scalar(select(Institution).where(or_(*same), Institution.id != other_than).limit(1))


async def _refuse_foreign_numbers(session: AsyncSession, institution: Institution, changed: dict[str, object]) -> None:
    numbers = [str(changed[name]) if changed.get(name) else None for name in ("registration_no", "credit_code")]
    if await _by_numbers(session, *numbers, other_than=institution.id) is not None:
        raise NumberTaken


async def _reopen(session: AsyncSession, institution: Institution, now: datetime) -> None:
    institution.registration_checked_on = None
    await session.execute(
        update(Verification)
        .where(Verification.institution_id == institution.id, Verification.status == VerificationStatus.VERIFIED)
        .values(status=VerificationStatus.PENDING, reason="", requested_at=now, decided_at=None, decided_by=None)
    )
