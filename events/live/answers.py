"""Answers: aloud or in writing; a promised one is thereby kept, and mailed to those who asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.live.askers import write_answer
from events.live.models import AnsweredHow, Promise, Question, QuestionState, Room
from events.live.rooms import announce_room
from events.live.telling import publish, record, tell
from events.live.wholes import Whole
from events.programme.models import Roadshow


async def give(
    session: AsyncSession, actor: Actor, room: Room, roadshow: Roadshow, question: Question, how: AnsweredHow,
    text: str | None, *, now: datetime,
) -> Whole:  # fmt: skip
    """Answer a public question, again or for the first time; everybody who may know learns of it."""
    question.state, question.answered_how, question.answered_at = QuestionState.ANSWERED, how, now
    question.answer = text or question.answer
    promise = await session.get(Promise, question.id)
    is_kept_now = promise is not None and promise.kept_at is None
    if promise is not None and is_kept_now:
        promise.kept_at = now
    record(session, actor, roadshow, question, "question.answered", now, how=how)
    if room.answering_question_id == question.id:
        room.answering_question_id = None
        await announce_room(session, room, roadshow, now)
    whole = await tell(session, question, now, was_public=True)
    publish(session, roadshow, whole, now)
    if is_kept_now and how is AnsweredHow.WRITTEN:
        await write_answer(session, roadshow, whole, now)
    return whole
