"""Promises (后补答): what was not answered live is answered in writing, by somebody, until a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.directory.models import Company, Organizer
from events.live import answers, rules
from events.live.deadlines import default_due
from events.live.models import AnsweredHow, Promise, Question, QuestionState, Side
from events.live.replies import company_of
from events.live.rooms import hold, hosted
from events.live.schemas import (
    KeepIn,
    PromiseIn,
    PromiseRestIn,
    PromisesMade,
    PublicQuestion,
    QuestionRef,
    StaffQuestion,
)
from events.live.telling import find_public, record, tell, tell_all
from events.live.views import public_question, staff_question
from events.live.wholes import whole
from events.programme.models import Roadshow

UNANSWERED = (QuestionState.PUBLISHED, QuestionState.ANSWERING)


async def promise(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: PromiseIn, *, now: datetime
) -> StaffQuestion:
    """Promise a written answer, or change who owes it until when; at any time, also after the room closed.

    Refuses: question_not_public, already_answered, no_startup, due_in_the_past.
    """
    _, roadshow = await hosted(session, actor, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    await _promise(session, actor, roadshow, question, data.owner, data.due_at, now)
    return staff_question(await tell(session, question, now, was_public=True))


async def promise_rest(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: PromiseRestIn, *, now: datetime
) -> PromisesMade:
    """Promise every public question that is neither answered nor promised. Refuses: due_in_the_past.

    An owner of "startup" falls to the host where a question is about no project.
    """
    _, roadshow = await hosted(session, actor, roadshow_id)
    open_ones = (
        select(Question)
        .outerjoin(Promise, Promise.question_id == Question.id)
        .where(Question.roadshow_id == roadshow_id, Question.state.in_(UNANSWERED), Promise.question_id.is_(None))
        .order_by(Question.id)
    )
    questions = list(await session.scalars(open_ones))
    owner = Side.HOST if data.owner is Side.HOST else None
    for question in questions:
        await _promise(session, actor, roadshow, question, owner, data.due_at, now)
    if questions:
        await tell_all(session, [(question, True) for question in questions], now)
    return PromisesMade(count=len(questions))


async def _promise(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, question: Question, owner: Side | None,
    due_at: datetime | None, now: datetime,
) -> None:  # fmt: skip
    if question.state == QuestionState.ANSWERED:
        raise rules.AlreadyAnswered
    due_at = due_at or default_due(now, roadshow.timezone)
    if due_at <= now:
        raise rules.DueInThePast
    company_id = None if owner is Side.HOST else await company_of(session, question)
    if owner is Side.STARTUP and company_id is None:
        raise rules.NoStartup
    side = Side.HOST if company_id is None else Side.STARTUP
    owner_name = await _named(session, company_id, roadshow)
    made = await session.get(Promise, question.id)
    if made is None:
        made = Promise(
            question_id=question.id, organizer_id=roadshow.organizer_id, made_at=now,  made_by=actor.require_user(),
        )  # fmt: skip
        session.add(made)
    made.owner, made.company_id, made.owner_name = side, company_id, owner_name
    made.due_at, made.nudged = due_at, ""
    record(session, actor, roadshow, question, "question.promised", now, owner=side, due_at=due_at.isoformat())


async def _named(session: AsyncSession, company_id: str | None, roadshow: Roadshow) -> str:
    if company_id is not None:
        return (await session.get_one(Company, company_id)).name
    return (await session.get_one(Organizer, roadshow.organizer_id)).name


async def unpromise(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Take an open promise back; without one nothing changes."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    made = await session.get(Promise, question.id)
    if made is None or made.kept_at is not None:
        return staff_question(await whole(session, question))
    await session.delete(made)
    record(session, actor, roadshow, question, "question.unpromised", now)
    return staff_question(await tell(session, question, now, was_public=True))


async def keep(session: AsyncSession, actor: Actor, roadshow_id: str, data: KeepIn, *, now: datetime) -> PublicQuestion:
    """Answer a promised question in writing, also after the room closed; those who asked get it by mail, once.

    The company that owes the answer may, and the host. Later words replace it without another letter.
    Refuses: sign_in_required, question_not_public, not_promised, not_your_project.
    """
    actor.require_account()
    room, roadshow = await hold(session, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    made = await session.get(Promise, question.id)
    if made is None:
        raise rules.NotPromised
    if made.company_id not in actor.company_roles and not actor.may_in_room(
        roadshow_id, roadshow.organizer_id, Permission.LIVE_HOST
    ):
        raise rules.NotYourProject
    if made.kept_at is not None and question.answer == data.text:
        return public_question(await whole(session, question))
    told = await answers.give(session, actor, room, roadshow, question, AnsweredHow.WRITTEN, data.text, now=now)
    return public_question(told)
