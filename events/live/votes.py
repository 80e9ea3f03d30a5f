"""Votes: one row a person, so that a second vote is impossible; tallies are told once a transaction (P9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import Actor
from events.directory.queries import verified_institutions
from events.errors import NotFound
from events.live import rules
from events.live.models import Question, Vote
from events.live.rooms import hold
from events.live.schemas import QuestionRef, VoteView


async def vote(session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime) -> VoteView:
    """Support a public question; a second vote changes nothing. Refuses: sign_in_required, room_not_open, room_over."""
    user_id, organizer_id, known = await _look(session, actor, roadshow_id, data.question_id)
    if known is None:
        invests = bool(await verified_institutions(session, actor, organizer_id))
        session.add(Vote(question_id=data.question_id, user_id=user_id, is_investor=invests, at=now))
        await _count(session, actor, roadshow_id, data.question_id, now, step=1, invests=invests)
    return VoteView(question_id=data.question_id, voted=True)


async def unvote(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> VoteView:
    """Withdraw one's vote; without one, nothing changes. Refuses as `vote` does."""
    user_id, _, known = await _look(session, actor, roadshow_id, data.question_id)
    if known is not None:
        await session.execute(delete(Vote).where(Vote.question_id == data.question_id, Vote.user_id == user_id))
        await _count(session, actor, roadshow_id, data.question_id, now, step=-1, invests=known)
    return VoteView(question_id=data.question_id, voted=False)


async def _look(
    session: AsyncSession, actor: Actor, roadshow_id: str, question_id: str
) -> tuple[str, str, bool | None]:
    """Who votes, whose room it is, and how their vote counts if there is one.

    A question the audience cannot see is not found.
    """
    user_id = actor.require_user()
    room, roadshow = await hold(session, roadshow_id)
    rules.require_open(room.state)
    mine = select(Vote.is_investor).where(Vote.question_id == question_id, Vote.user_id == user_id).scalar_subquery()
    query = select(Question.roadshow_id, Question.state, mine.label("invests")).where(Question.id == question_id)
    row = (await session.execute(query)).one_or_none()
    if row is None or row.roadshow_id != roadshow_id or not rules.is_public(row.state):
        raise NotFound
    return user_id, roadshow.organizer_id, row.invests


async def _count(
    session: AsyncSession, actor: Actor, roadshow_id: str, question_id: str, now: datetime, *, step: int, invests: bool
) -> None:
    """Move the counters; the audience is told when the transaction is about to commit."""
    counted = {"votes": Question.votes + step}
    if invests:
        counted["investor_votes"] = Question.investor_votes + step
    await session.execute(update(Question).where(Question.id == question_id).values(counted))
    action = "vote.cast" if step > 0 else "vote.withdrawn"
    audit.record(session, actor, action, ("question", question_id), now=now)

    async def tell_all(session: AsyncSession) -> None:
        await _tally(session, roadshow_id, question_id, now)

    log.before_commit(session, f"tally/{question_id}", tell_all)


async def _tally(session: AsyncSession, roadshow_id: str, question_id: str, now: datetime) -> None:
    query = select(Question.votes, Question.investor_votes, Question.state).where(Question.id == question_id)
    votes, investor_votes, state = (await session.execute(query)).one()
    data = {"id": question_id, "votes": votes, "investor_votes": investor_votes}
    if rules.is_public(state):
        await log.append(session, log.public_stream(roadshow_id), "question.tallied", data, now)
    await log.append(session, log.staff_stream(roadshow_id), "question.tallied", data, now)
