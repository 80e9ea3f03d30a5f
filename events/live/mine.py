"""What one person did in a room in bulk: a table of parts, read anew on entering, since no stream carries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.live.models import Question, Vote
from events.live.polls.queries import own_ballots
from events.live.schemas import MineView

Part = Callable[[AsyncSession, str, str], Awaitable[Any]]
"""`part(session, roadshow_id, user_id)`."""


async def mine(session: AsyncSession, roadshow_id: str, user_id: str) -> MineView:
    """The questions this person supports here, and the ballots they cast."""
    return MineView.model_validate({name: await part(session, roadshow_id, user_id) for name, part in MINE.items()})


async def _votes(session: AsyncSession, roadshow_id: str, user_id: str) -> list[str]:
    query = (
        select(Vote.question_id)
        .join(Question, Question.id == Vote.question_id)
        .where(Question.roadshow_id == roadshow_id, Vote.user_id == user_id)
    )
    return sorted(await session.scalars(query))


MINE: Final[dict[str, Part]] = {
    "votes": _votes,
    "ballots": own_ballots,
}
