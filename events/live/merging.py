"""Merging questions that ask the same: one stands for all of them, and taking them apart restores each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.live import rules
from events.live.merged_votes import forget_merged, recount, settle_withdrawals
from events.live.models import Promise, Question, QuestionState
from events.live.rooms import announce_room, moderated
from events.live.schemas import MergeIn, QuestionRef, StaffQuestion
from events.live.telling import find, publish, record, tell_all
from events.live.views import staff_question
from events.live.wholes import families, whole

Told = tuple[Question, bool]
"""A question to tell of, and whether it was public before."""


async def merge(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: MergeIn, *, now: datetime
) -> StaffQuestion:
    """Let another question stand for this one: it keeps both authors, and everybody who supports either of them.

    Returns the question that stands for both. Merging into a merged question goes to the one it stands under.
    Refuses: merge_into_itself, question_hidden, question_merged, question_not_public, merge_promised.
    """
    room, roadshow = await moderated(session, actor, roadshow_id)
    kin = await families(session, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    into = await find(session, roadshow_id, kin.head_of(data.into_id))
    if kin.head_of(question.id) == into.id:
        if question.id == into.id:
            raise rules.MergeIntoItself
        return staff_question(await whole(session, into))
    rules.may_merge(question.state, into.state, is_promised=await _is_promised(session, question.id))
    followers, was_public = kin.under(question.id), rules.is_public(question.state)
    await settle_withdrawals(session, question.id, [each.id for each in followers])
    await settle_withdrawals(session, into.id, [each.id for each in kin.under(into.id)])
    await forget_merged(session, question.id)
    question.state, question.merged_into = QuestionState.MERGED, into.id
    await recount(session, into, [each.id for each in (*kin.under(into.id), question, *followers)])
    record(session, actor, roadshow, question, "question.merged", now, into_id=into.id)
    if question.id in {room.pinned_question_id, room.answering_question_id}:
        rules.let_go(room, question.id)
        await announce_room(session, room, roadshow, now)
    changed = [(into, rules.is_public(into.state)), (question, was_public), *((each, False) for each in followers)]
    told = await tell_all(session, changed, now)
    if rules.is_public(into.state):
        publish(session, roadshow, told[0], now)
    if was_public:
        publish(session, roadshow, told[1], now)
    return staff_question(told[0])


async def unmerge(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> StaffQuestion:
    """Undo a merge: the question is again what it was, with those merged into it and their voters."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    question = await find(session, roadshow_id, data.question_id)
    if question.state != QuestionState.MERGED:
        return staff_question(await whole(session, question))
    left = await leave_family(session, question)
    question.state = rules.settled(question)
    record(session, actor, roadshow, question, "question.unmerged", now, state=question.state)
    told = await tell_all(session, [(question, False), *left], now)
    for each in told[:2]:
        if rules.is_public(each.question.state):
            publish(session, roadshow, each, now)
    return staff_question(told[0])


async def leave_family(session: AsyncSession, question: Question) -> list[Told]:
    """Take a merged question, with what was merged into it, out from under its head; both are counted anew.

    Returns what else is to be told of: first the head. The question's own state is the caller's to set.
    """
    kin = await families(session, question.roadshow_id)
    head = await session.get_one(Question, kin.head_of(question.id))
    followers, members = kin.under(question.id), [each.id for each in kin.under(head.id)]
    await settle_withdrawals(session, head.id, members)
    question.merged_into = None
    gone = {question.id, *(each.id for each in followers)}
    await recount(session, head, [each for each in members if each not in gone])
    await recount(session, question, [each.id for each in followers])
    return [(head, rules.is_public(head.state)), *((each, False) for each in followers)]


async def _is_promised(session: AsyncSession, question_id: str) -> bool:
    promise = await session.get(Promise, question_id)
    return promise is not None and promise.kept_at is None
