"""Votes: one row a person, so that a second vote is impossible; tallies are told once a transaction (P9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import Actor
from events.errors import NotFound
from events.live import rules
from events.live.models import Question, Vote
from events.live.rooms import hold
from events.live.schemas import QuestionRef, VoteView


async def vote(session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime) -> VoteView:
    """Support a public question; a second vote changes nothing. Refuses: sign_in_required, room_not_open, room_over."""
    user_id, voted = await _look(session, actor, roadshow_id, data.question_id)
    if not voted:
        session.add(Vote(question_id=data.question_id, user_id=user_id, at=now))
        await _count(session, actor, roadshow_id, data.question_id, user_id, now, voted=True)
    return VoteView(question_id=data.question_id, voted=True)


async def unvote(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> VoteView:
    """Withdraw one's vote; without one, nothing changes. Refuses as `vote` does."""
    user_id, voted = await _look(session, actor, roadshow_id, data.question_id)
    if voted:
        await session.execute(delete(Vote).where(Vote.question_id == data.question_id, Vote.user_id == user_id))
        await _count(session, actor, roadshow_id, data.question_id, user_id, now, voted=False)
    return VoteView(question_id=data.question_id, voted=False)


async def _look(session: AsyncSession, actor: Actor, roadshow_id: str, question_id: str) -> tuple[str, bool]:
    """Who votes, and whether they already did; a question the audience cannot see is not found."""
    user_id = actor.require_user()
    room, _ = await hold(session, roadshow_id)
    rules.require_open(room.state)
    mine = select(Vote.user_id).where(Vote.question_id == question_id, Vote.user_id == user_id).exists()
    query = select(Question.roadshow_id, Question.state, mine.label("voted")).where(Question.id == question_id)
    row = (await session.execute(query)).one_or_none()
    if row is None or row.roadshow_id != roadshow_id or not rules.is_public(row.state):
        raise NotFound
    return user_id, bool(row.voted)


async def _count(
    session: AsyncSession, actor: Actor, roadshow_id: str, question_id: str, user_id: str, now: datetime,
    *, voted: bool,
) -> None:  # fmt: skip
    """Move the counter; the audience and the voter are told when the transaction is about to commit.

    Every transaction thus locks the streams of a room in one order: public, staff, users.
    """
    step = 1 if voted else -1
    await session.execute(update(Question).where(Question.id == question_id).values(votes=Question.votes + step))
    audit.record(session, actor, "vote.cast" if voted else "vote.withdrawn", ("question", question_id), now=now)

    async def tell_all(session: AsyncSession) -> None:
        await _tally(session, roadshow_id, question_id, now)

    async def tell_voter(session: AsyncSession) -> None:
        await _mark(session, roadshow_id, question_id, user_id, now)

    log.before_commit(session, f"tally/{question_id}", tell_all)
    log.before_commit(session, f"vote/{question_id}/{user_id}", tell_voter)


async def _tally(session: AsyncSession, roadshow_id: str, question_id: str, now: datetime) -> None:
    query = select(Question.votes, Question.state).where(Question.id == question_id)
    votes, state = (await session.execute(query)).one()
    data = {"id": question_id, "votes": votes}
    if rules.is_public(state):
        await log.append(session, log.public_stream(roadshow_id), "question.tallied", data, now)
    await log.append(session, log.staff_stream(roadshow_id), "question.tallied", data, now)


async def _mark(session: AsyncSession, roadshow_id: str, question_id: str, user_id: str, now: datetime) -> None:
    query = select(Vote.user_id).where(Vote.question_id == question_id, Vote.user_id == user_id)
    data = {"question_id": question_id, "voted": await session.scalar(query) is not None}
    await log.append(session, log.user_stream(roadshow_id, user_id), "vote.changed", data, now)
