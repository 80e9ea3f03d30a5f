"""A question with everything its views name: replies, its promise, what was merged into it, what it was merged into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.live.families import Families
from events.live.models import Promise, Question, QuestionState, Reply


@dataclass(frozen=True, slots=True)
class Whole:
    """`merged` is in the order of asking; `replies` are those of the whole family, in the order of writing."""

    question: Question
    replies: Sequence[Reply] = ()
    promise: Promise | None = None
    merged: Sequence[Question] = field(default=())
    head: Question | None = None


async def families(session: AsyncSession, roadshow_id: str) -> Families:
    """Who was merged into whom in this room."""
    query = select(Question).where(Question.roadshow_id == roadshow_id, Question.state == QuestionState.MERGED)
    return Families.of(await session.scalars(query))


async def wholes(session: AsyncSession, roadshow_id: str, *which: ColumnElement[bool]) -> list[Whole]:
    """The questions of a room in the order of asking, in as many queries however many there are."""
    query = select(Question).where(Question.roadshow_id == roadshow_id, *which).order_by(Question.id)
    questions = list(await session.scalars(query))
    return await completed(session, roadshow_id, questions)


async def completed(session: AsyncSession, roadshow_id: str, questions: Sequence[Question]) -> list[Whole]:
    """These questions of one room, each with what its views name."""
    if not questions:
        return []
    kin = await families(session, roadshow_id)
    under = {each.id: kin.under(each.id) if kin.merged else [] for each in questions}
    ids = {each.id for each in questions} | {member.id for members in under.values() for member in members}
    replies, promises = await _replies(session, roadshow_id, ids), await _promises(session, roadshow_id, ids)
    heads = await _heads(session, {each.id: kin.head_of(each.id) for each in questions if each.id in kin.merged})
    return [
        Whole(
            each,
            sorted(
                (reply for one in (each, *under[each.id]) for reply in replies.get(one.id, ())),
                key=lambda reply: reply.id,
            ),
            promises.get(each.id),
            under[each.id],
            heads.get(each.id),
        )
        for each in questions
    ]


async def whole(session: AsyncSession, question: Question) -> Whole:
    """One question with what its views name."""
    return (await completed(session, question.roadshow_id, [question]))[0]


async def _replies(session: AsyncSession, roadshow_id: str, ids: set[str]) -> dict[str, list[Reply]]:
    found: dict[str, list[Reply]] = {}
    for row in await session.scalars(_beside(Reply, roadshow_id, ids)):
        found.setdefault(row.question_id, []).append(row)
    return found


async def _promises(session: AsyncSession, roadshow_id: str, ids: set[str]) -> dict[str, Promise]:
    return {row.question_id: row for row in await session.scalars(_beside(Promise, roadshow_id, ids))}


def _beside(table: type[Any], roadshow_id: str, ids: set[str]) -> Any:
    """Rows that belong to questions: of one by its id, of many by their room."""
    if len(ids) == 1:
        return select(table).where(table.question_id == next(iter(ids)))
    return select(table).join(Question, Question.id == table.question_id).where(Question.roadshow_id == roadshow_id)


async def _heads(session: AsyncSession, head_ids: dict[str, str]) -> dict[str, Question]:
    if not head_ids:
        return {}
    query = select(Question).where(Question.id.in_(set(head_ids.values())))
    heads = {row.id: row for row in await session.scalars(query)}
    return {question_id: heads[head_id] for question_id, head_id in head_ids.items()}
