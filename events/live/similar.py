"""Near-duplicates in a room: what the audience already asked, for who is typing, and pairs to merge, for the host."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.errors import NotFound
from events.live import rules
from events.live.alike import Kept
from events.live.models import Question, QuestionState
from events.live.schemas import Duplicate, DuplicateList, Likeness, LikenessList
from events.live.similarity import ALIKE, Shape, pairs_alike, shape
from events.programme.models import Roadshow

KEPT = Kept()
MOST = 5
MOST_PAIRS = 50
MOST_COMPARED = 400
"""So many questions, the latest, are compared with each other."""


async def similar(session: AsyncSession, roadshow_id: str, text: str) -> LikenessList:
    """Public questions that seem to ask the same as the text, the most alike first, at most five."""
    query = select(Question.id, Question.text, Question.votes)
    public = query.where(Question.roadshow_id == roadshow_id, Question.state.in_(rules.PUBLIC))
    rows = {row.id: row for row in await session.execute(public)}
    shapes = KEPT.of(roadshow_id)
    await shapes.follow({id_: row.text for id_, row in rows.items()})
    alike = [(id_, score) for id_, score in shapes.alike(shape(text)) if score >= ALIKE and id_ in rows]
    alike.sort(key=lambda each: (-round(each[1], 3), each[0]))
    return LikenessList(
        items=[
            Likeness(question_id=id_, text=rows[id_].text, votes=rows[id_].votes, score=round(score, 3))
            for id_, score in alike[:MOST]
        ]
    )


async def duplicates(session: AsyncSession, actor: Actor, roadshow_id: str) -> DuplicateList:
    """Pairs of pending and unanswered public questions that seem to ask the same, and which of the two to keep.

    Refuses: sign_in_required, not_found, forbidden.
    """
    roadshow = await session.get(Roadshow, roadshow_id)
    if roadshow is None:
        raise NotFound
    actor.require_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_MODERATE)
    waiting = (QuestionState.PENDING, QuestionState.PUBLISHED, QuestionState.ANSWERING)
    query = select(Question).where(Question.roadshow_id == roadshow_id, Question.state.in_(waiting))
    rows = list(await session.scalars(query.order_by(Question.id.desc()).limit(MOST_COMPARED)))
    return DuplicateList(items=_pairs(rows)[:MOST_PAIRS])


def _pairs(rows: Sequence[Question]) -> list[Duplicate]:
    known = {row.id: row for row in rows}
    shapes: list[tuple[str, Shape]] = [(row.id, shape(row.text)) for row in rows]
    found = []
    for one_id, other_id, score in pairs_alike(shapes):
        keep, merge = sorted((known[one_id], known[other_id]), key=_rank)
        found.append(Duplicate(question_id=merge.id, into_id=keep.id, score=round(score, 3)))
    return found


def _rank(question: Question) -> tuple[bool, int, str]:
    """The one to keep comes first: what the audience sees, what more people support, what was asked earlier."""
    return not rules.is_public(question.state), -question.votes, question.id
