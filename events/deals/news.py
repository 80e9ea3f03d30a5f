"""Everybody who must learn of a changed intent: the audit, partners, the room's readers, and by letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, changes, log, outbox
from events.accounts.models import MemberOf
from events.actor import Actor
from events.changes import ChangeKind
from events.deals import queries, views
from events.deals.models import Intent
from events.deals.parties import Member, members
from events.deals.views import Whole

ENTRY = "intent.changed"


class Letter(StrEnum):
    """Names of the letters' texts, and to whom they go."""

    LEFT = "intent.left"
    ANSWERED = "intent.answered"


READERS = {Letter.LEFT: MemberOf.COMPANY, Letter.ANSWERED: MemberOf.INSTITUTION}


async def spread(
    session: AsyncSession, actor: Actor, intent: Intent, action: str, now: datetime, letter: Letter | None = None
) -> Whole:
    """Record the change and tell whoever may know. Returns the intent with what its views name."""
    await session.flush()
    whole = await queries.whole(session, intent.id)
    staff_view = views.staff(whole).model_dump(mode="json")
    audit.record(
        session, actor, action, ("intent", intent.id),
        now=now, organizer_id=intent.organizer_id, state=intent.state, kind=intent.kind,
    )  # fmt: skip
    changes.publish(session, [intent.organizer_id], ChangeKind.INTENT, intent.id, staff_view, now)
    people = await members(session, intent)
    if intent.roadshow_id is not None:
        await log.append(session, log.staff_stream(intent.roadshow_id), ENTRY, {"intent": staff_view}, now)
        await _tell_sides(session, intent.roadshow_id, whole, people, now)
    if letter is not None:
        _write(session, letter, whole, people, now)
    return whole


async def _tell_sides(
    session: AsyncSession, roadshow_id: str, whole: Whole, people: Sequence[Member], now: datetime
) -> None:
    own = views.own(whole).model_dump(mode="json")
    company = views.company(whole).model_dump(mode="json")
    for person in people:
        data = {"intent": company if person.side is MemberOf.COMPANY else own}
        await log.append(session, log.user_stream(roadshow_id, person.user_id), ENTRY, data, now)


def _write(session: AsyncSession, letter: Letter, whole: Whole, people: Sequence[Member], now: datetime) -> None:
    intent = whole.intent
    about = {
        "intent_id": intent.id,
        "project_name": whole.project.name,
        "institution_name": whole.institution.name,
        "roadshow_title": whole.roadshow_title,
        "kind": intent.kind,
        "amount_min_fen": intent.amount_min_fen,
        "amount_max_fen": intent.amount_max_fen,
        "state": intent.state,
        "reason": intent.answer_reason,
    }
    for person in people:
        if person.side is READERS[letter] and person.email is not None:
            outbox.mail(session, person.email, letter, {"name": person.name, "locale": person.locale, **about}, now)
