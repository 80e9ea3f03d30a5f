"""A company proves to an organizer who it is, and gets that organizer's records of its credit code.

Nothing here tells a company what an organizer's list holds, before that organizer has recognised it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, many, outbox
from events.accounts.keys import hashed
from events.accounts.models import User
from events.actor import Actor, Permission
from events.directory import handover, views
from events.directory.companies import load_company
from events.directory.models import Company, Evidence, Organizer, Recognition, RecognitionStatus
from events.directory.organizers import load_organizer
from events.directory.schemas import (
    Named,
    RecognitionIn,
    RecognitionList,
    RecognitionView,
    StaffRecognition,
    StaffRecognitionList,
)
from events.directory.verifications import ReasonMissing
from events.errors import Conflict, Invalid, NotFound
from events.text import address as plain_address

CODE_KEPT = timedelta(days=3)
MOST_DOCUMENTS = 5


class RecognitionOpen(Conflict):
    code = "recognition_open"
    zh, en = "该主办方已认可或正在审核本企业。", "This organizer has recognised you or is still looking."
    fix_zh, fix_en = "请等待审核结果；可继续补充材料。", "Wait for its decision; you may add evidence meanwhile."


class RecognitionDecided(Conflict):
    code = "recognition_decided"
    zh, en = "该申请已有结果，不能再补充材料。", "This request was decided; it takes no more evidence."
    fix_zh, fix_en = "如被驳回，请重新申请。", "If it was rejected, ask again."


class EvidenceMissing(Invalid):
    code = "evidence_missing"
    zh = "还没有任何证明材料，不能认可：认可后，本主办方名单中的资料将归对方所有。"
    en = "There is no evidence yet: recognition would hand your own records to whoever asked."
    fix_zh, fix_en = (
        "请等对方上传营业执照或回填邮箱验证码，或驳回并说明理由。",
        "Wait for a licence or the code sent to the registered address, or reject with a reason.",
    )


class TooManyDocuments(Conflict):
    code = "too_many_documents"
    zh, en = "每个申请最多 5 份材料。", "A request takes at most 5 documents."
    fix_zh, fix_en = "请合并后重新申请。", "Put them together and ask again."


class CodeWrong(Invalid):
    code = "recognition_code_wrong"
    zh, en = "验证码不正确或已过期。", "The code is not right, or it has expired."
    fix_zh, fix_en = "请核对信件，或重新发送。", "Compare it with the letter, or have another sent."


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was taken in and lies beside the database; `size` in bytes."""

    id: str
    filename: str
    kind: str
    size: int
    sha256: str


async def ask(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, *, now: datetime
) -> RecognitionView:
    """Ask an organizer, or again after it rejected. Refuses: not_found, recognition_open."""
    actor.require_company(company_id)
    await load_organizer(session, organizer_id)
    row = await session.get(Recognition, (organizer_id, company_id))
    if row is None:
        row = Recognition(organizer_id=organizer_id, company_id=company_id)
        session.add(row)
    elif row.status != RecognitionStatus.REJECTED:
        raise RecognitionOpen
    row.status, row.reason, row.requested_by, row.requested_at = (
        RecognitionStatus.PENDING, "", actor.require_account(), now,
    )  # fmt: skip
    row.decided_at = row.decided_by = row.code_hash = row.code_until = row.address_proved_at = None
    _record(session, actor, "recognition.requested", row, now)
    await session.flush()
    return await _view(session, row)


async def add_document(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, document: Document, *, now: datetime
) -> RecognitionView:
    """Show the organizer a document. Refuses: not_found, recognition_decided, too_many_documents."""
    row = await open_request(session, actor, company_id, organizer_id)
    session.add(
        Evidence(
            id=document.id, organizer_id=organizer_id, company_id=company_id, filename=document.filename,
            kind=document.kind, size=document.size, sha256=document.sha256, added_by=actor.require_account(),
            added_at=now,
        )
    )  # fmt: skip
    _record(session, actor, "recognition.document_added", row, now, sha256=document.sha256)
    await session.flush()
    return await _view(session, row)


async def open_request(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, *, locked: bool = True
) -> Recognition:
    """The company's undecided request with room for a document; a mere look does without the lock.

    Refuses: not_found, recognition_decided, too_many_documents.
    """
    row = await _pending(session, actor, company_id, organizer_id, locked=locked)
    count = select(func.count()).select_from(Evidence).where(*_of(row))
    if (await session.scalar(count) or 0) >= MOST_DOCUMENTS:
        raise TooManyDocuments
    return row


async def send_code(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, code: str, *, now: datetime
) -> RecognitionView:
    """Send `code` to the addresses that stand in this organizer's own records of the credit code, if there are any.

    The answer is the same either way. Refuses: not_found, recognition_decided.
    """
    row = await _pending(session, actor, company_id, organizer_id)
    company, organizer = await load_company(session, company_id), await load_organizer(session, organizer_id)
    row.code_hash, row.code_until = hashed(code), now + CODE_KEPT
    cards = await handover.cards_listed(session, organizer_id, company.credit_code)
    for address in sorted({plain_address(card.contact_email) for card in cards if card.contact_email}):
        letter = {"company": company.name, "organizer": organizer.name, "person": actor.name, "code": code}
        outbox.mail(session, address, "recognition_code", letter, now)
    _record(session, actor, "recognition.code_sent", row, now)
    await session.flush()
    return await _view(session, row)


async def give_code(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, code: str, *, now: datetime
) -> RecognitionView:
    """Give the letter's code back, once. Refuses: not_found, recognition_decided, recognition_code_wrong."""
    row = await _pending(session, actor, company_id, organizer_id)
    if row.code_hash != hashed(code) or row.code_until is None or row.code_until <= now:
        raise CodeWrong
    row.code_hash, row.code_until, row.address_proved_at = None, None, now
    _record(session, actor, "recognition.address_proved", row, now)
    await session.flush()
    return await _view(session, row)


async def decide(
    session: AsyncSession, actor: Actor, organizer_id: str, company_id: str, data: RecognitionIn, *, now: datetime
) -> StaffRecognition:
    """Recognise the company, which hands this organizer's records over, or reject it with a reason.

    Refuses: not_found, recognition_decided, evidence_missing, reason_required.
    """
    actor.require(organizer_id, Permission.DIRECTORY_VERIFY)
    row = await session.get(Recognition, (organizer_id, company_id), with_for_update=True)
    if row is None:
        raise NotFound
    if row.status != RecognitionStatus.PENDING:
        raise RecognitionDecided
    company = await load_company(session, company_id)
    if data.status is RecognitionStatus.REJECTED and not data.reason:
        raise ReasonMissing
    if data.status is RecognitionStatus.RECOGNISED and not await _has_evidence(session, row):
        raise EvidenceMissing
    row.status, row.reason, row.decided_at, row.decided_by = data.status, data.reason, now, actor.user_id
    _record(session, actor, f"recognition.{data.status}", row, now, reason=data.reason)
    await session.flush()
    if data.status is RecognitionStatus.RECOGNISED:
        cards = await handover.hand_over_company(session, organizer_id, company, now)
        audit.record(
            session, actor, "company.records_handed_over", ("company", company_id), now=now,
            organizer_id=organizer_id, projects=cards,
        )  # fmt: skip
        row = await session.get_one(Recognition, (organizer_id, company_id))
    await _tell(session, row, now)
    return (await _staff(session, [row]))[0]


async def own(session: AsyncSession, actor: Actor, company_id: str) -> RecognitionList:
    """Where the company stands with each organizer it asked. Refuses: not_found for all but its members."""
    actor.require_company(company_id)
    query = select(Recognition).where(Recognition.company_id == company_id).order_by(Recognition.requested_at)
    rows = (await session.scalars(query)).all()
    return RecognitionList(items=[await _view(session, row) for row in rows])


async def asked_of(session: AsyncSession, actor: Actor, organizer_id: str) -> StaffRecognitionList:
    """The newest 200 requests to an organizer, for its staff who verify. Refuses: not_found, forbidden."""
    actor.require(organizer_id, Permission.DIRECTORY_VERIFY)
    query = select(Recognition).where(Recognition.organizer_id == organizer_id)
    rows = await session.scalars(query.order_by(Recognition.requested_at.desc()).limit(200))
    return StaffRecognitionList(items=await _staff(session, list(rows)))


async def document(session: AsyncSession, actor: Actor, evidence_id: str) -> Evidence:
    """For the company's members and that organizer's staff who verify. Refuses: sign_in_required, not_found."""
    actor.require_account()
    row = await session.get(Evidence, evidence_id)
    if row is None:
        raise NotFound
    if row.company_id not in actor.company_roles:
        actor.require(row.organizer_id, Permission.DIRECTORY_VERIFY)
    return row


async def standing(session: AsyncSession, evidence_ids: Collection[str], _since: datetime) -> set[str]:
    """Those of these documents that somebody was shown; they stay, whatever became of the request."""
    return set(await session.scalars(_standing(session), {"evidence": many.packed(evidence_ids)}))


@many.statement
def _standing(rows: many.Rows) -> Select[str]:
    return select(Evidence.id).where(Evidence.id.in_(rows.each("evidence")))


async def _pending(
    session: AsyncSession, actor: Actor, company_id: str, organizer_id: str, *, locked: bool = True
) -> Recognition:
    actor.require_company(company_id)
    row = await session.get(Recognition, (organizer_id, company_id), with_for_update=locked)
    if row is None:
        raise NotFound
    if row.status != RecognitionStatus.PENDING:
        raise RecognitionDecided
    return row


def _of(row: Recognition) -> tuple[ColumnElement[bool], ...]:
    """Documents shown since this request was made: what an earlier, rejected one rested on does not count again."""
    return (
        Evidence.organizer_id == row.organizer_id,
        Evidence.company_id == row.company_id,
        Evidence.added_at >= row.requested_at,
    )


async def _has_evidence(session: AsyncSession, row: Recognition) -> bool:
    return row.address_proved_at is not None or bool(await _documents(session, row))


async def _documents(session: AsyncSession, row: Recognition) -> list[Evidence]:
    return list(await session.scalars(select(Evidence).where(*_of(row)).order_by(Evidence.id)))


async def _view(session: AsyncSession, row: Recognition) -> RecognitionView:
    organizer = await session.get_one(Organizer, row.organizer_id)
    return views.recognition(row, organizer.name, await _documents(session, row))


async def _staff(session: AsyncSession, rows: list[Recognition]) -> list[StaffRecognition]:
    items = []
    for row in rows:
        company, person = await session.get_one(Company, row.company_id), await session.get_one(User, row.requested_by)
        cards = []
        if row.status == RecognitionStatus.PENDING:
            cards = [
                Named(id=card.id, name=card.name)
                for card in await handover.cards_listed(session, row.organizer_id, company.credit_code)
            ]
        items.append(
            StaffRecognition(
                **(await _view(session, row)).model_dump(), company_name=company.name, credit_code=company.credit_code,
                requested_by_name=person.name, requested_by_email=person.email, hands_over=cards,
            )
        )  # fmt: skip
    return items


async def _tell(session: AsyncSession, row: Recognition, now: datetime) -> None:
    person, company = await session.get_one(User, row.requested_by), await session.get_one(Company, row.company_id)
    if person.email:
        organizer = await session.get_one(Organizer, row.organizer_id)
        letter = {"company": company.name, "organizer": organizer.name, "reason": row.reason}
        outbox.mail(session, person.email, f"company_{row.status}", letter, now)


def _record(session: AsyncSession, actor: Actor, action: str, row: Recognition, now: datetime, **detail: str) -> None:
    audit.record(session, actor, action, ("company", row.company_id), now=now, organizer_id=row.organizer_id, **detail)
