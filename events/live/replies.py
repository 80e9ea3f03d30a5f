"""Written words under a question: by the startup it is about, or by the host; as many as they like."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.base import new_id
from events.directory.models import Project
from events.errors import Forbidden, NotFound
from events.live import rules
from events.live.models import Question, Reply, Side
from events.live.rooms import hold
from events.live.schemas import PublicQuestion, ReplyIn, ReplyRef
from events.live.telling import find_public, publish, record, take_back, tell
from events.live.views import public_question
from events.live.wholes import families
from events.programme.models import Booking, BookingState, Roadshow


async def reply(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ReplyIn, *, now: datetime
) -> PublicQuestion:
    """Write under a public question, also after the room closed.

    Refuses: sign_in_required, not_your_project, question_not_public.
    """
    user_id = actor.require_account()
    _, roadshow = await hold(session, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    side = await side_of(session, actor, roadshow, question)
    written = Reply(
        id=new_id(), question_id=question.id, author_id=user_id, author_name=actor.name, side=side, text=data.text,
        at=now,
    )  # fmt: skip
    session.add(written)
    record(session, actor, roadshow, question, "question.replied", now, reply_id=written.id, side=side)
    told = await tell(session, question, now, was_public=True)
    publish(session, roadshow, told, now)
    return public_question(told)


async def unreply(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ReplyRef, *, now: datetime
) -> PublicQuestion:
    """Take a reply back: its author may, and who moderates.

    Refuses: sign_in_required, not_found, forbidden, question_not_public.
    """
    user_id = actor.require_account()
    _, roadshow = await hold(session, roadshow_id)
    question = await find_public(session, roadshow_id, data.question_id)
    written = await session.get(Reply, data.reply_id)
    kin = await families(session, roadshow_id)
    if written is None or kin.head_of(written.question_id) != question.id:
        raise NotFound
    moderates = actor.may_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_MODERATE)
    if written.author_id != user_id and not moderates:
        raise Forbidden
    await session.delete(written)
    record(session, actor, roadshow, question, "question.unreplied", now, reply_id=written.id)
    await take_back(session, question, now)
    told = await tell(session, question, now, was_public=True)
    publish(session, roadshow, told, now)
    return public_question(told)


async def side_of(session: AsyncSession, actor: Actor, roadshow: Roadshow, question: Question) -> Side:
    """For whom the actor answers this question: the startup that pitched it, or the host. Refuses: not_your_project."""
    if await company_of(session, question) in actor.company_roles:
        return Side.STARTUP
    if actor.may_in_room(roadshow.id, roadshow.organizer_id, Permission.LIVE_HOST):
        return Side.HOST
    raise rules.NotYourProject


async def company_of(session: AsyncSession, question: Question) -> str | None:
    """The company that pitches the question's project in its roadshow, if it is about one."""
    query = (
        select(Project.company_id)
        .join(Booking, Booking.project_id == Project.id)
        .where(
            Booking.roadshow_id == question.roadshow_id,
            Booking.state == BookingState.CONFIRMED,
            Project.id == question.project_id,
        )
    )
    return await session.scalar(query.limit(1))
