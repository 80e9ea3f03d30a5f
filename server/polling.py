"""Where polls and contests meet what stands beside the live room: registrations and intents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.deals.models import OPEN, Intent
from events.live.polls import ballots, contests, running
from events.live.polls.contest_schemas import FreezeIn, StaffContest
from events.live.polls.schemas import AnsweredView, BallotIn
from events.live.polls.scoring import Commitment
from events.registrations.queries import is_registered
from server.commands import Ring, heard
from server.database import Database


async def answer_poll(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: BallotIn, *, now: datetime
) -> AnsweredView:
    """Cast a ballot, or change one's own in a roll-call.

    Refuses: sign_in_required, room_not_open, room_over, not_found, poll_closed, not_in_electorate,
    choice_invalid, already_answered.
    """
    return await ballots.answer(session, actor, roadshow_id, data, is_registered, now=now)


async def commitments_of(session: AsyncSession, roadshow_id: str) -> list[Commitment]:
    """What institutions commit at least, by the open intents of this room that name an amount."""
    query = select(Intent.project_id, Intent.institution_id, Intent.amount_min_fen).where(
        Intent.roadshow_id == roadshow_id, Intent.state.in_(OPEN), Intent.amount_min_fen > 0
    )
    return [Commitment(project, institution, fen or 0) for project, institution, fen in await session.execute(query)]


async def freeze_contest(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: FreezeIn, *, now: datetime
) -> StaffContest:
    """Work the totals out and fix them under a digest. Refuses: sheets_missing, audience_poll_open, contest_frozen."""
    return await contests.freeze(session, actor, roadshow_id, data, commitments_of, now=now)


async def run_polls(database: Database, ring: Ring, now: datetime) -> int:
    """Open and close the polls whose time has come. Returns how many."""
    async with database.look() as session:
        if await session.scalar(running.due(now).limit(1)) is None:
            return 0
    return await heard(database, ring, lambda session: running.run_due(session, now))
