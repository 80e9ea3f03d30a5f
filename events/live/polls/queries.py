"""Reads of polls: the rooms' states, a person's own ballots, a roll-call's list, a frozen record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.errors import NotFound
from events.live.polls import views
from events.live.polls.models import Names, Poll, PollBallot, PollState, PollVoter
from events.live.polls.schemas import BallotView, RecordView, RollView
from events.programme.models import Roadshow


async def public_polls(session: AsyncSession, roadshow_id: str) -> list[dict[str, Any]]:
    """Polls as the audience sees them, in order of id."""
    query = _polls(roadshow_id).where(Poll.state != PollState.DRAFT)
    return [views.public_poll(poll).model_dump(mode="json") for poll in await session.scalars(query)]


async def staff_polls(session: AsyncSession, roadshow_id: str) -> list[dict[str, Any]]:
    """Polls as the staff sees them, in order of id."""
    return [views.staff_poll(poll).model_dump(mode="json") for poll in await session.scalars(_polls(roadshow_id))]


async def own_ballots(session: AsyncSession, roadshow_id: str, user_id: str) -> dict[str, Any]:
    """What this person answered in the room's polls, by poll; of a secret one only that it did."""
    here = select(Poll.id).where(Poll.roadshow_id == roadshow_id)
    cast = select(PollVoter.poll_id).where(PollVoter.user_id == user_id, PollVoter.poll_id.in_(here))
    secret = {poll_id: BallotView(is_secret=True) for poll_id in await session.scalars(cast)}
    named = select(PollBallot).where(PollBallot.user_id == user_id, PollBallot.poll_id.in_(here))
    ballots = {row.poll_id: views.own_ballot(row.choice) for row in await session.scalars(named)}
    return {poll_id: ballot.model_dump(mode="json") for poll_id, ballot in sorted((secret | ballots).items())}


async def room_of(session: AsyncSession, poll_id: str) -> str:
    """The roadshow in whose room this is asked. Refuses: not_found."""
    return (await _find(session, poll_id))[1].id


async def roll(session: AsyncSession, actor: Actor, poll_id: str) -> RollView:
    """Who chose what in a roll-call: for its host, and for all where the poll says so and results are public.

    Refuses: not_found, also for a secret poll, which has no such list.
    """
    poll, roadshow = await _find(session, poll_id)
    is_staff = actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ)
    is_for_all = poll.names == Names.ALL and views.is_public(poll) and views.public_results(poll) is not None
    if views.is_secret(poll) or not (is_staff or is_for_all):
        raise NotFound
    query = select(PollBallot).where(PollBallot.poll_id == poll_id).order_by(PollBallot.at, PollBallot.user_id)
    return RollView(items=[views.roll_line(row) for row in await session.scalars(query)])


async def record(session: AsyncSession, actor: Actor, poll_id: str) -> RecordView:
    """The frozen results word for word, for whoever may see them. Refuses: not_found."""
    poll, roadshow = await _find(session, poll_id)
    is_staff = actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ)
    may_see = is_staff or (views.is_public(poll) and views.public_results(poll) is not None)
    if poll.record is None or poll.digest is None or not may_see:
        raise NotFound
    return RecordView(text=poll.record, digest=poll.digest)


async def _find(session: AsyncSession, poll_id: str) -> tuple[Poll, Roadshow]:
    query = select(Poll, Roadshow).join(Roadshow, Roadshow.id == Poll.roadshow_id)
    row = (await session.execute(query.where(Poll.id == poll_id))).one_or_none()
    if row is None or row.Poll.deleted_at is not None:
        raise NotFound
    return row.Poll, row.Roadshow


def _polls(roadshow_id: str) -> Any:
    return select(Poll).where(Poll.roadshow_id == roadshow_id, Poll.deleted_at.is_(None)).order_by(Poll.id)
