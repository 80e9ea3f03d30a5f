"""Who learns of a changed question: each audience of the room as far as it may know, partners, the trail.

What the audience may see is decided here alone: a question that becomes public is a new public entry, one that
ceases to be is a removal, and one that never was leaves no trace on the public stream (P2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, changes, log
from events.actor import Actor
from events.errors import NotFound
from events.live import rules
from events.live.models import Question
from events.live.views import own_question, public_question, staff_question
from events.live.wholes import Whole, completed
from events.programme.models import Roadshow

ENTRY = "question.changed"


async def find(session: AsyncSession, roadshow_id: str, question_id: str) -> Question:
    """Refuses: not_found."""
    question = await session.get(Question, question_id)
    if question is None or question.roadshow_id != roadshow_id:
        raise NotFound
    return question


async def find_public(session: AsyncSession, roadshow_id: str, question_id: str) -> Question:
    """Refuses: not_found, question_not_public."""
    question = await find(session, roadshow_id, question_id)
    if not rules.is_public(question.state):
        raise rules.QuestionNotPublic
    return question


async def tell_new(session: AsyncSession, question: Question, now: datetime) -> Whole:
    """Announce a question that was just asked: nothing hangs on it yet."""
    whole = Whole(question)
    await _write(session, [(whole, False)], now)
    await _write_own(session, whole, now)
    return whole


async def tell(session: AsyncSession, question: Question, now: datetime, *, was_public: bool) -> Whole:
    """Write what changed of one question."""
    return (await tell_all(session, [(question, was_public)], now))[0]


async def tell_all(session: AsyncSession, changed: Sequence[tuple[Question, bool]], now: datetime) -> list[Whole]:
    """Write what changed of several questions of one room, each with whether it was public.

    Streams are written in the order public, staff, users, as every transaction does. Authors of what was merged
    into a changed question learn of it too: their own view shows its state and its answer.
    """
    await session.flush()
    rows = await completed(session, changed[0][0].roadshow_id, [question for question, _ in changed])
    await _write(session, [(row, was_public) for row, (_, was_public) in zip(rows, changed, strict=True)], now)
    told = {row.question.id for row in rows}
    kin = {each.id: each for row in rows for each in row.merged if each.id not in told}
    for row in [*rows, *await completed(session, changed[0][0].roadshow_id, list(kin.values()))]:
        await _write_own(session, row, now)
    return rows


async def _write(session: AsyncSession, rows: Sequence[tuple[Whole, bool]], now: datetime) -> None:
    for whole, was_public in rows:
        await _write_public(session, whole, now, was_public=was_public)
    for whole, _ in rows:
        data = {"question": staff_question(whole).model_dump(mode="json")}
        await log.append(session, log.staff_stream(whole.question.roadshow_id), ENTRY, data, now)


async def _write_public(session: AsyncSession, whole: Whole, now: datetime, *, was_public: bool) -> None:
    stream = log.public_stream(whole.question.roadshow_id)
    if rules.is_public(whole.question.state):
        await log.append(session, stream, ENTRY, {"question": public_question(whole).model_dump(mode="json")}, now)
    elif was_public:
        await log.append(session, stream, "question.removed", {"id": whole.question.id}, now)


async def _write_own(session: AsyncSession, whole: Whole, now: datetime) -> None:
    stream = log.user_stream(whole.question.roadshow_id, whole.question.author_id)
    await log.append(session, stream, ENTRY, {"question": own_question(whole).model_dump(mode="json")}, now)


async def take_back(session: AsyncSession, question: Question, now: datetime) -> None:
    """Before telling a public question whose words shrank: what was said of it until now is never sent again."""
    await log.append(session, log.public_stream(question.roadshow_id), "question.removed", {"id": question.id}, now)


def publish(session: AsyncSession, roadshow: Roadshow, whole: Whole, now: datetime) -> None:
    """An answered question is a row of the change feed; hidden again, a tombstone."""
    if whole.question.answered_at is None:
        return
    data = None
    if rules.is_public(whole.question.state):
        data = public_question(whole).model_dump(mode="json") | {"roadshow_id": roadshow.id}
    changes.publish(session, [roadshow.organizer_id], changes.ChangeKind.QUESTION, whole.question.id, data, now)


def record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, question: Question, action: str, now: datetime,
    **detail: str | None,
) -> None:  # fmt: skip
    subject = ("question", question.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, **detail)
