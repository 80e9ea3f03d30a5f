"""Questions: asked by the audience, moderated, pinned and answered by the host.

What the audience may see is decided in one place, `_tell`: a question that becomes public is a new public entry,
one that ceases to be is a removal, and one that never was leaves no trace on the public stream (P2).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, changes, log
from events.actor import Actor
from events.base import new_id
from events.directory.models import Company, Institution
from events.errors import NotFound
from events.live import rules
from events.live.models import AnsweredHow, Question, QuestionState, Room
from events.live.rooms import announce_room, hold, hosted
from events.live.schemas import (
    AnswerIn,
    HideIn,
    OwnQuestion,
    QuestionChoice,
    QuestionIn,
    QuestionRef,
    RoomView,
    StaffQuestion,
)
from events.live.views import own_question, public_question, staff_question
from events.programme.models import Booking, BookingState, Roadshow


async def ask(session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionIn, *, now: datetime) -> OwnQuestion:
    """Put a question. Refuses: sign_in_required, room_not_open, room_over, project_not_here."""
    user_id = actor.require_user()
    room, roadshow = await hold(session, roadshow_id)
    rules.require_open(room.state)
    project_id, slot_id = await _about(session, room, data.project_id)
    state = rules.first_state(room.moderation)
    question = Question(
        id=new_id(), roadshow_id=roadshow_id, author_id=user_id, author_name=actor.name,
        author_institution=await _belongs_to(session, actor), anonymous=data.anonymous,
        project_id=project_id, slot_id=slot_id, text=data.text, state=state, hidden_reason="", answer="", votes=0,
        investor_votes=0, asked_at=now, published_at=now if rules.is_public(state) else None,
    )  # fmt: skip
    session.add(question)
    await session.flush()
    _record(session, actor, roadshow, question, "question.asked", now, state=state)
    await _tell(session, question, now, was_public=False)
    return own_question(question)


async def _about(session: AsyncSession, room: Room, project_id: str | None) -> tuple[str | None, str | None]:
    """The project and slot a question is about: the named project's, or what is on stage."""
    query = select(Booking.project_id, Booking.slot_id).where(
        Booking.roadshow_id == room.roadshow_id, Booking.state == BookingState.CONFIRMED
    )
    if project_id is not None:
        row = (await session.execute(query.where(Booking.project_id == project_id).limit(1))).one_or_none()
        if row is None:
            raise rules.ProjectNotHere
        return row.project_id, row.slot_id
    if room.current_slot_id is None:
        return None, None
    row = (await session.execute(query.where(Booking.slot_id == room.current_slot_id).limit(1))).one_or_none()
    return (row.project_id if row else None), room.current_slot_id


async def _belongs_to(session: AsyncSession, actor: Actor) -> str:
    """The name of the asker's institution, else company, for the host's eyes."""
    if actor.institution_roles:
        named = select(Institution.name).where(Institution.id.in_(actor.institution_roles)).order_by(Institution.id)
    elif actor.company_roles:
        named = select(Company.name).where(Company.id.in_(actor.company_roles)).order_by(Company.id)
    else:
        return ""
    return await session.scalar(named.limit(1)) or ""


async def approve(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Let the audience see a pending question; one it already sees stays as it is. Hidden ones are restored first."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    question = await _find(session, roadshow_id, data.question_id)
    if question.state == QuestionState.PENDING:
        question.state, question.published_at = QuestionState.PUBLISHED, now
        _record(session, actor, roadshow, question, "question.approved", now)
        await _tell(session, question, now, was_public=False)
    return staff_question(question)


async def hide(session: AsyncSession, actor: Actor, roadshow_id: str, data: HideIn, *, now: datetime) -> StaffQuestion:
    """Take a question from the audience; its author reads the reason."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    question = await _find(session, roadshow_id, data.question_id)
    was_public = rules.is_public(question.state)
    if question.state == QuestionState.HIDDEN and question.hidden_reason == data.reason:
        return staff_question(question)
    question.state, question.hidden_reason = QuestionState.HIDDEN, data.reason
    _record(session, actor, roadshow, question, "question.hidden", now, reason=data.reason)
    if question.id in {room.pinned_question_id, room.answering_question_id}:
        _let_go(room, question.id)
        await announce_room(session, room, roadshow, now)
    await _tell(session, question, now, was_public=was_public)
    if was_public and question.answered_at is not None:
        _publish(session, roadshow, question, now)
    return staff_question(question)


async def restore(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Undo a hiding: the question returns to where it was, pending, published or answered."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    question = await _find(session, roadshow_id, data.question_id)
    if question.state != QuestionState.HIDDEN:
        return staff_question(question)
    question.state, question.hidden_reason = _settled(question), ""
    _record(session, actor, roadshow, question, "question.restored", now, state=question.state)
    await _tell(session, question, now, was_public=False)
    if question.state == QuestionState.ANSWERED:
        _publish(session, roadshow, question, now)
    return staff_question(question)


async def pin(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionChoice, *, now: datetime
) -> RoomView:
    """Keep one public question on top, or none. Refuses: question_not_public."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    if data.question_id is not None:
        question = await _find_public(session, roadshow_id, data.question_id)
        _record(session, actor, roadshow, question, "question.pinned", now)
    room.pinned_question_id = data.question_id
    return await announce_room(session, room, roadshow, now)


async def take_up(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionChoice, *, now: datetime
) -> RoomView:
    """Mark one public question as being answered, or none; the one before steps back. Refuses: question_not_public."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    question = await _find_public(session, roadshow_id, data.question_id) if data.question_id else None
    before = room.answering_question_id
    if before is not None and before != data.question_id:
        previous = await _find(session, roadshow_id, before)
        previous.state = _settled(previous)
        await _tell(session, previous, now, was_public=True)
    room.answering_question_id = data.question_id
    if question is not None and question.state != QuestionState.ANSWERING:
        question.state = QuestionState.ANSWERING
        _record(session, actor, roadshow, question, "question.answering", now)
        await _tell(session, question, now, was_public=True)
    return await announce_room(session, room, roadshow, now)


async def answer(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: AnswerIn, *, now: datetime
) -> StaffQuestion:
    """Mark as answered aloud, or answer in writing, also after the room closed.

    Refuses: answer_missing, question_not_public.
    """
    room, roadshow = await hosted(session, actor, roadshow_id)
    question = await _find_public(session, roadshow_id, data.question_id)
    if data.how is AnsweredHow.WRITTEN and data.text is None:
        raise rules.AnswerMissing
    question.state, question.answered_how, question.answered_at = QuestionState.ANSWERED, data.how, now
    question.answer = data.text or question.answer
    _record(session, actor, roadshow, question, "question.answered", now, how=data.how)
    if room.answering_question_id == question.id:
        room.answering_question_id = None
        await announce_room(session, room, roadshow, now)
    await _tell(session, question, now, was_public=True)
    _publish(session, roadshow, question, now)
    return staff_question(question)


async def _find(session: AsyncSession, roadshow_id: str, question_id: str) -> Question:
    question = await session.get(Question, question_id)
    if question is None or question.roadshow_id != roadshow_id:
        raise NotFound
    return question


async def _find_public(session: AsyncSession, roadshow_id: str, question_id: str) -> Question:
    question = await _find(session, roadshow_id, question_id)
    if not rules.is_public(question.state):
        raise rules.QuestionNotPublic
    return question


def _settled(question: Question) -> QuestionState:
    return rules.settled_state(
        was_published=question.published_at is not None, was_answered=question.answered_at is not None
    )


def _let_go(room: Room, question_id: str) -> None:
    if room.pinned_question_id == question_id:
        room.pinned_question_id = None
    if room.answering_question_id == question_id:
        room.answering_question_id = None


async def _tell(session: AsyncSession, question: Question, now: datetime, *, was_public: bool) -> None:
    """Write what changed to each audience's stream, as far as it may know."""
    roadshow_id, kind = question.roadshow_id, "question.changed"
    if rules.is_public(question.state):
        data = {"question": public_question(question).model_dump(mode="json")}
        await log.append(session, log.public_stream(roadshow_id), kind, data, now)
    elif was_public:
        await log.append(session, log.public_stream(roadshow_id), "question.removed", {"id": question.id}, now)
    data = {"question": staff_question(question).model_dump(mode="json")}
    await log.append(session, log.staff_stream(roadshow_id), kind, data, now)
    data = {"question": own_question(question).model_dump(mode="json")}
    await log.append(session, log.user_stream(roadshow_id, question.author_id), kind, data, now)


def _publish(session: AsyncSession, roadshow: Roadshow, question: Question, now: datetime) -> None:
    """An answered question is a row of the change feed; hidden again, a tombstone."""
    data = None
    if rules.is_public(question.state):
        data = public_question(question).model_dump(mode="json") | {"roadshow_id": roadshow.id}
    changes.publish(session, [roadshow.organizer_id], changes.ChangeKind.QUESTION, question.id, data, now)


def _record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, question: Question, action: str, now: datetime,
    **detail: str,
) -> None:  # fmt: skip
    subject = ("question", question.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, **detail)
