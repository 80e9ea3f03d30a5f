"""The votes of a merged family: whoever supported any of its questions counts once for the one that stands for all.

Everybody's own vote stays where it was cast, so that taking the questions apart restores it. What counts at the
head only because of a merge is a row of its own, marked with the question it came from.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.live.models import Question, Vote


async def settle_withdrawals(session: AsyncSession, head_id: str, member_ids: Sequence[str]) -> None:
    """Who withdrew at the head since the merge withdrew everywhere: their votes below it go too."""
    if not member_ids:
        return
    at_head = select(Vote.user_id).where(Vote.question_id == head_id)
    gone = delete(Vote).where(Vote.question_id.in_(member_ids), Vote.user_id.not_in(at_head))
    await session.execute(gone, execution_options={"synchronize_session": False})


async def forget_merged(session: AsyncSession, question_id: str) -> None:
    """Drop what counted here only because of merges."""
    derived = delete(Vote).where(Vote.question_id == question_id, Vote.merged_from.is_not(None))
    await session.execute(derived, execution_options={"synchronize_session": False})


async def recount(session: AsyncSession, head: Question, member_ids: Sequence[str]) -> None:
    """Count everybody who supports the head or one of the members, once."""
    await forget_merged(session, head.id)
    if member_ids:
        await _gather(session, head.id, member_ids)
    counted = select(func.count(), func.count().filter(Vote.is_investor)).where(Vote.question_id == head.id)
    head.votes, head.investor_votes = (await session.execute(counted)).one()


async def _gather(session: AsyncSession, head_id: str, member_ids: Sequence[str]) -> None:
    already = select(Vote.user_id).where(Vote.question_id == head_id)
    query = (
        select(Vote.user_id, Vote.question_id, Vote.is_investor, Vote.at)
        .where(Vote.question_id.in_(member_ids), Vote.merged_from.is_(None), Vote.user_id.not_in(already))
        .order_by(Vote.at.desc())
    )
    rows = {
        row.user_id: {
            "question_id": head_id,
            "user_id": row.user_id,
            "is_investor": row.is_investor,
            "at": row.at,
            "merged_from": row.question_id,
        }
        for row in await session.execute(query)
    }
    if rows:
        await session.execute(insert(Vote), list(rows.values()))
