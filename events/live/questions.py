"""Questions: asked by the audience, moderated, pinned and answered by the host."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.base import new_id
from events.directory.queries import house_of
from events.live import answers, rules
from events.live.labels import suggested
from events.live.merging import leave_family
from events.live.models import AnsweredHow, Moderation, Question, QuestionLabel, QuestionState, Room
from events.live.rooms import announce_room, hold, hosted, moderated
from events.live.schemas import (
    AnswerIn,
    HideIn,
    LabelIn,
    OwnQuestion,
    QuestionChoice,
    QuestionIn,
    QuestionRef,
    RoomView,
    StaffQuestion,
)
from events.live.screening import screen
from events.live.telling import find, find_public, publish, record, tell, tell_all, tell_new
from events.live.views import own_question, staff_question
from events.live.wholes import whole
from events.programme.models import Booking, BookingState


async def ask(session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionIn, *, now: datetime) -> OwnQuestion:
    """Put a question; one with a contact, an illegal promise or abuse waits for the host and says why.

    Refuses: sign_in_required, room_not_open, room_over, project_not_here.
    """
    user_id = actor.require_user()
    room, roadshow = await hold(session, roadshow_id)
    rules.require_open(room.state)
    project_id, slot_id = await _about(session, room, data.project_id or data.about)
    finding = screen(data.text)
    state = rules.first_state(Moderation.BEFORE if finding else room.moderation)
    question = Question(
        id=new_id(), roadshow_id=roadshow_id, author_id=user_id, author_name=actor.name,
        author_institution=await house_of(session, actor), anonymous=data.anonymous,
        project_id=project_id, slot_id=slot_id, text=data.text, state=state,
        hidden_reason=finding.said if finding else "", answer="", votes=0, investor_votes=0, asked_at=now,
        published_at=now if rules.is_public(state) else None, label=_label(data),
    )  # fmt: skip
    session.add(question)
    await session.flush()
    record(session, actor, roadshow, question, "question.asked", now, state=state, label=question.label)
    return own_question(await tell_new(session, question, now))


def _label(data: QuestionIn) -> QuestionLabel | None:
    """The asker's choice, which may be none; else what the words suggest."""
    return data.label if "label" in data.model_fields_set else suggested(data.text)


async def _about(session: AsyncSession, room: Room, about: str) -> tuple[str | None, str | None]:
    """The project and slot a question is about: the named project's, what is on stage, or none of them."""
    if about == "whole" or (about == "stage" and room.current_slot_id is None):
        return None, None
    query = select(Booking.project_id, Booking.slot_id).where(
        Booking.roadshow_id == room.roadshow_id, Booking.state == BookingState.CONFIRMED
    )
    if about != "stage":
        row = (await session.execute(query.where(Booking.project_id == about).limit(1))).one_or_none()
        if row is None:
            raise rules.ProjectNotHere
        return row.project_id, row.slot_id
    row = (await session.execute(query.where(Booking.slot_id == room.current_slot_id).limit(1))).one_or_none()
    return (row.project_id if row else None), room.current_slot_id


async def approve(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Let the audience see a pending question; one it already sees stays as it is. Hidden ones are restored first."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    if question.state != QuestionState.PENDING:
        return staff_question(await whole(session, question))
    question.state, question.published_at, question.hidden_reason = QuestionState.PUBLISHED, now, ""
    record(session, actor, roadshow, question, "question.approved", now)
    return staff_question(await tell(session, question, now, was_public=False))


async def unapprove(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Undo an approval: the question waits again, with the reason it was held for, and the audience no longer sees it.

    One that waits already stays as it is. Refuses: question_not_public, approval_used.
    """
    room, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    before = await whole(session, question)
    if question.state == QuestionState.PENDING:
        return staff_question(before)
    await find_public(session, roadshow_id, data.question_id)
    if (
        question.state == QuestionState.ANSWERED
        or question.answered_at
        or before.promise
        or before.replies
        or before.merged
    ):
        raise rules.ApprovalUsed
    finding = screen(question.text)
    question.state, question.published_at = QuestionState.PENDING, None
    question.hidden_reason = finding.said if finding else ""
    record(session, actor, roadshow, question, "question.unapproved", now)
    if question.id in {room.pinned_question_id, room.answering_question_id}:
        rules.let_go(room, question.id)
        await announce_room(session, room, roadshow, now)
    return staff_question(await tell(session, question, now, was_public=True))


async def hide(session: AsyncSession, actor: Actor, roadshow_id: str, data: HideIn, *, now: datetime) -> StaffQuestion:
    """Take a question from the audience; its author reads the reason. A merged one leaves the other first."""
    room, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    if question.state == QuestionState.HIDDEN and question.hidden_reason == data.reason:
        return staff_question(await whole(session, question))
    was_seen = question.state == QuestionState.MERGED and question.published_at is not None
    was_public = rules.is_public(question.state) or was_seen
    left = await leave_family(session, question) if question.state == QuestionState.MERGED else []
    question.state, question.hidden_reason = QuestionState.HIDDEN, data.reason
    record(session, actor, roadshow, question, "question.hidden", now, reason=data.reason)
    if question.id in {room.pinned_question_id, room.answering_question_id}:
        rules.let_go(room, question.id)
        await announce_room(session, room, roadshow, now)
    told = await tell_all(session, [(question, was_public), *left], now)
    if was_public:
        publish(session, roadshow, told[0], now)
    return staff_question(told[0])


async def restore(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Undo a hiding: the question returns to where it was, pending, published or answered."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    if question.state != QuestionState.HIDDEN:
        return staff_question(await whole(session, question))
    question.state, question.hidden_reason = rules.settled(question), ""
    record(session, actor, roadshow, question, "question.restored", now, state=question.state)
    told = await tell(session, question, now, was_public=False)
    publish(session, roadshow, told, now)
    return staff_question(told)


async def label(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: LabelIn, *, now: datetime
) -> StaffQuestion:
    """Correct what a question is labelled as, or take the label off."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    if question.label == data.label:
        return staff_question(await whole(session, question))
    question.label = data.label
    record(session, actor, roadshow, question, "question.labelled", now, label=data.label)
    is_public = rules.is_public(question.state)
    told = await tell(session, question, now, was_public=is_public)
    if is_public:
        publish(session, roadshow, told, now)
    return staff_question(told)


async def pin(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionChoice, *, now: datetime
) -> RoomView:
    """Keep one public question on top, or none. Refuses: question_not_public."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    if data.question_id is not None:
        question = await find_public(session, roadshow_id, data.question_id)
        record(session, actor, roadshow, question, "question.pinned", now)
    room.pinned_question_id = data.question_id
    return await announce_room(session, room, roadshow, now)


async def take_up(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionChoice, *, now: datetime
) -> RoomView:
    """Mark one public question as being answered, or none; the one before steps back. Refuses: question_not_public."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id) if data.question_id else None
    before = room.answering_question_id
    if before is not None and before != data.question_id:
        previous = await find(session, roadshow_id, before)
        previous.state = rules.settled(previous)
        await tell(session, previous, now, was_public=True)
    room.answering_question_id = data.question_id
    if question is not None and question.state != QuestionState.ANSWERING:
        question.state = QuestionState.ANSWERING
        record(session, actor, roadshow, question, "question.answering", now)
        await tell(session, question, now, was_public=True)
    return await announce_room(session, room, roadshow, now)


async def answer(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: AnswerIn, *, now: datetime
) -> StaffQuestion:
    """Mark as answered aloud, or answer in writing, also after the room closed.

    Refuses: answer_missing, question_not_public.
    """
    room, roadshow = await hosted(session, actor, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    if data.how is AnsweredHow.WRITTEN and data.text is None:
        raise rules.AnswerMissing
    return staff_question(await answers.give(session, actor, room, roadshow, question, data.how, data.text, now=now))
