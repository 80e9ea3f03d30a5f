"""Reminders of promises: to whoever owes the answer, a day before it is due and when it is overdue, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.accounts.models import MemberOf, Membership, MembershipState, User
from events.actor import SYSTEM
from events.live import rules
from events.live.deadlines import SOON, reminder
from events.live.models import Promise, Question
from events.programme.models import Roadshow
from events.programme.rules import wire

SWEEP = 50


class Letter(StrEnum):
    """Names of the letters' texts."""

    SOON = "promise.soon"
    LATE = "promise.late"


async def remind(session: AsyncSession, now: datetime) -> int:
    """Write the reminders that are due now, marking each promise in the same transaction. Returns how many it saw.

    A promise whose question is hidden or merged away waits until the audience sees the question again.
    """
    query = (
        select(Promise, Question, Roadshow)
        .join(Question, Question.id == Promise.question_id)
        .join(Roadshow, Roadshow.id == Question.roadshow_id)
        .where(
            Promise.kept_at.is_(None),
            Question.state.in_(rules.PUBLIC),
            (Promise.due_at <= now) & (Promise.nudged != "late")
            | (Promise.due_at <= now + SOON) & (Promise.nudged == ""),
        )
        .order_by(Promise.due_at)
        .limit(SWEEP)
        .with_for_update(of=Promise, skip_locked=True)
    )
    rows = (await session.execute(query)).all()
    for promise, question, roadshow in rows:
        kind = reminder(promise.due_at, now, promise.nudged)
        if kind:
            promise.nudged = kind
            await _write(session, Letter(f"promise.{kind}"), promise, question, roadshow, now)
    return len(rows)


async def _write(
    session: AsyncSession, letter: Letter, promise: Promise, question: Question, roadshow: Roadshow, now: datetime
) -> None:
    about = {
        "question_id": question.id,
        "roadshow_id": roadshow.id,
        "title": roadshow.title,
        "question": question.text,
        "starts_at": wire(promise.due_at),
        "timezone": roadshow.timezone,
    }
    people = await _owners(session, promise)
    for person in people:
        data = {"name": person.name, "locale": person.locale, **about}
        outbox.mail(session, person.email or "", letter, data, now)
    subject = ("question", question.id)
    audit.record(session, SYSTEM, letter, subject, now=now, organizer_id=roadshow.organizer_id, letters=len(people))


async def _owners(session: AsyncSession, promise: Promise) -> Sequence[User]:
    """The owing company's members, or whoever promised for the organizer."""
    query = select(User).where(User.email.is_not(None)).order_by(User.id)
    if promise.company_id is None:
        return (await session.scalars(query.where(User.id == promise.made_by))).all()
    members = select(Membership.user_id).where(
        Membership.kind == MemberOf.COMPANY,
        Membership.subject_id == promise.company_id,
        Membership.state == MembershipState.ACTIVE,
    )
    return (await session.scalars(query.where(User.id.in_(members)))).all()
