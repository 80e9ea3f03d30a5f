"""An organizer's word on an institution: asked for, given, or refused with a reason."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.actor import Actor, Permission
from events.directory import handover, library, views
from events.directory.institutions import load_institution
from events.directory.models import Institution, LibraryEntry, Source, Verification, VerificationStatus
from events.directory.organizers import load_organizer
from events.directory.schemas import VerificationIn, VerificationView
from events.errors import Conflict, Invalid, NotFound


class AlreadyAsked(Conflict):
    code = "verification_open"
    zh, en = "该主办方已认证或正在审核本机构。", "This organizer has verified you or is still looking."
    fix_zh, fix_en = "请等待审核结果。", "Wait for its decision."


class ReasonMissing(Invalid):
    code = "reason_required"
    zh, en = "驳回时必须说明理由。", "A rejection says why."
    fix_zh, fix_en = "请填写理由，机构会看到。", "Write the reason; the institution will read it."


async def ask_for_verification(
    session: AsyncSession, actor: Actor, institution_id: str, organizer_id: str, *, now: datetime
) -> VerificationView:
    """Ask an organizer, or again after it rejected. Refuses: not_found, verification_open."""
    actor.require_institution(institution_id)
    organizer = await load_organizer(session, organizer_id)
    institution = await load_institution(session, institution_id)
    word = await session.get(Verification, (organizer_id, institution_id))
    if word is None:
        word = Verification(organizer_id=organizer_id, institution_id=institution_id)
        session.add(word)
    elif word.status != VerificationStatus.REJECTED:
        raise AlreadyAsked
    word.status, word.reason = VerificationStatus.PENDING, ""
    word.requested_at, word.decided_at, word.decided_by = now, None, None
    await session.flush()
    if not await library.enlist(session, organizer_id, "institution", institution_id, Source.SIGNED_UP, now):
        await library.publish_institution(session, institution, now, {organizer_id})
    _record(session, actor, "institution.verification_requested", word, now)
    return views.verification(word, organizer.name)


async def decide(
    session: AsyncSession, actor: Actor, organizer_id: str, institution_id: str, data: VerificationIn, *, now: datetime
) -> VerificationView:
    """Verify or reject an institution of the library; it opens or closes gated fields at once.

    Refuses: not_found when the institution is not in the library, reason_required.
    """
    actor.require(organizer_id, Permission.DIRECTORY_VERIFY)
    organizer = await load_organizer(session, organizer_id)
    institution = await _enlisted(session, organizer_id, institution_id)
    if data.status is VerificationStatus.REJECTED and not data.reason:
        raise ReasonMissing
    word = await session.get(Verification, (organizer_id, institution_id))
    if word is None:
        word = Verification(organizer_id=organizer_id, institution_id=institution_id, requested_at=now)
        session.add(word)
    word.status, word.reason = data.status, data.reason
    word.decided_at, word.decided_by = now, actor.user_id
    await session.flush()
    if data.status is VerificationStatus.VERIFIED:
        await handover.hand_over_institution(session, organizer_id, institution, now)
        await session.flush()
    await _note_check(session, institution, data.status, now)
    await library.publish_institution(session, institution, now, {organizer_id})
    if institution.contact_email:
        letter = {"institution": institution.name, "organizer": organizer.name, "reason": data.reason}
        outbox.mail(session, institution.contact_email, f"institution_{data.status}", letter, now)
    _record(session, actor, f"institution.{data.status}", word, now)
    return views.verification(word, organizer.name)


async def _enlisted(session: AsyncSession, organizer_id: str, institution_id: str) -> Institution:
    if await session.get(LibraryEntry, (organizer_id, "institution", institution_id)) is None:
        raise NotFound
    return await load_institution(session, institution_id)


async def _note_check(
    session: AsyncSession, institution: Institution, status: VerificationStatus, now: datetime
) -> None:
    """The day a registration number was last found good; its owner's ETag does not move."""
    if status is not VerificationStatus.VERIFIED or institution.registration_no is None:
        return
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    table = Institution.__table__
    await session.execute(update(table).where(table.c.id == institution.id).values(registration_checked_on=today))  # type: ignore[arg-type]
    await session.refresh(institution)


def _record(session: AsyncSession, actor: Actor, action: str, word: Verification, now: datetime) -> None:
    audit.record(
        session, actor, action, ("institution", word.institution_id), now=now, organizer_id=word.organizer_id,
        reason=word.reason,
    )  # fmt: skip
