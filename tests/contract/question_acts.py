"""What people do with questions at depth in a random day of a room: label, merge, reply, promise, keep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Refusal
from events.live import merging, promises, questions, replies
from events.live.models import Question, QuestionLabel, QuestionState, Reply, Side
from events.live.schemas import (
    KeepIn,
    LabelIn,
    MergeIn,
    PromiseIn,
    PromiseRestIn,
    QuestionIn,
    QuestionRef,
    ReplyIn,
    ReplyRef,
)

if TYPE_CHECKING:
    from tests.contract.test_fold import Day


async def ask_about(day: Day, session: AsyncSession) -> object:
    about = day.dice.choice(["whole", day.show.project_id])
    data = QuestionIn(text=f"问题 {day.dice.random()}", about=about, anonymous=day.dice.random() < 0.5)
    return await questions.ask(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def label(day: Day, session: AsyncSession) -> object:
    data = LabelIn(question_id=await day.some_question(session), label=day.dice.choice([None, *QuestionLabel]))
    return await questions.label(session, day.host, day.show.id, data, now=day.now)


async def merge(day: Day, session: AsyncSession) -> object:
    data = MergeIn(question_id=await day.some_question(session), into_id=await day.some_question(session))
    return await merging.merge(session, day.host, day.show.id, data, now=day.now)


async def unmerge(day: Day, session: AsyncSession) -> object:
    merged = select(Question.id).where(Question.roadshow_id == day.show.id, Question.state == QuestionState.MERGED)
    ids = list(await session.scalars(merged))
    if not ids:
        raise Refusal
    data = QuestionRef(question_id=day.dice.choice(ids))
    return await merging.unmerge(session, day.host, day.show.id, data, now=day.now)


async def reply(day: Day, session: AsyncSession) -> object:
    data = ReplyIn(question_id=await day.some_question(session), text=f"回复 {day.dice.random()}")
    return await replies.reply(session, day.dice.choice([day.host, day.startup]), day.show.id, data, now=day.now)


async def unreply(day: Day, session: AsyncSession) -> object:
    written = (await session.scalars(select(Reply))).all()
    if not written:
        raise Refusal
    chosen = day.dice.choice(written)
    data = ReplyRef(question_id=chosen.question_id, reply_id=chosen.id)
    return await replies.unreply(session, day.host, day.show.id, data, now=day.now)


async def promise(day: Day, session: AsyncSession) -> object:
    due_at = day.dice.choice([None, day.now + timedelta(days=2)])
    owner = day.dice.choice([None, *Side])
    data = PromiseIn(question_id=await day.some_question(session), owner=owner, due_at=due_at)
    return await promises.promise(session, day.host, day.show.id, data, now=day.now)


async def promise_rest(day: Day, session: AsyncSession) -> object:
    return await promises.promise_rest(session, day.host, day.show.id, PromiseRestIn(), now=day.now)


async def unpromise(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await promises.unpromise(session, day.host, day.show.id, data, now=day.now)


async def keep(day: Day, session: AsyncSession) -> object:
    data = KeepIn(question_id=await day.some_question(session), text=f"补答 {day.dice.random()}")
    return await promises.keep(session, day.dice.choice([day.host, day.startup]), day.show.id, data, now=day.now)


ACTS: list[tuple[Callable[[Day, AsyncSession], Awaitable[object]], float]] = [
    (ask_about, 3), (label, 1), (merge, 4), (unmerge, 2), (reply, 3), (unreply, 1), (promise, 3), (promise_rest, 0.2),
    (unpromise, 1), (keep, 2),
]  # fmt: skip
