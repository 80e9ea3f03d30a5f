"""Snapshot + entries = fresh snapshot, for every entry kind and every audience, over random days in a room."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.accounts.models import User
from events.actor import Actor
from events.deals import service as deals
from events.deals.models import Intent, IntentKind, IntentState
from events.deals.schemas import AnswerIn as IntentAnswerIn
from events.deals.schemas import IntentIn
from events.errors import Refusal
from events.live import questions, rooms, votes
from events.live.fold import fold
from events.live.models import AnsweredHow, Moderation, Question
from events.live.schemas import (
    AnswerIn,
    HideIn,
    ModerationIn,
    Nothing,
    QuestionChoice,
    QuestionIn,
    QuestionRef,
    StageIn,
)
from events.live.snapshots import snapshot
from events.live.stage import running
from events.programme.announcements import announce_agenda
from events.programme.models import Booking, BookingState
from server.auth import user_actor
from server.intents import intents_of
from tests.contract import contest_acts, danmaku_acts, poll_acts, question_acts, stage_acts
from tests.live import Show, lay_out, new_show
from tests.world import Person, World

KINDS = {
    "public": {"room.changed", "agenda.changed", "question.changed", "question.removed", "question.tallied"},
    "staff": {"room.changed", "question.changed", "question.tallied", "intent.changed"},
    "speaker": set(),
    "user": {"question.changed", "intent.changed"},
}
KINDS = {audience: kinds | stage_acts.KINDS.get(audience, set()) for audience, kinds in KINDS.items()}
KINDS = {audience: kinds | danmaku_acts.KINDS.get(audience, set()) for audience, kinds in KINDS.items()}
KINDS = {audience: kinds | poll_acts.KINDS.get(audience, set()) for audience, kinds in KINDS.items()}
KINDS = {audience: kinds | contest_acts.KINDS.get(audience, set()) for audience, kinds in KINDS.items()}


ROUNDS_EVERY = 10


@dataclass(slots=True)
class Day:
    """One random day: who acts, what they may do, and the dice."""

    show: Show
    host: Actor
    startup: Actor
    crowd: list[Actor]
    dice: random.Random
    now: datetime = datetime(2026, 11, 21, 6, tzinfo=UTC)
    seen: dict[str, set[str]] = field(default_factory=lambda: {audience: set() for audience in KINDS})

    @property
    def streams(self) -> list[str]:
        readers = [*self.crowd, self.startup]
        users = [log.user_stream(self.show.id, str(reader.user_id)) for reader in readers]
        room = [named(self.show.id) for named in (log.public_stream, log.staff_stream, log.speaker_stream)]
        return [*room, *users]

    async def step(self, session: AsyncSession) -> None:
        """Something somebody could do now."""
        await self.do(self.dice.choices([act for act, _ in ACTS], [weight for _, weight in ACTS])[0], session)

    async def do(self, act: Act, session: AsyncSession) -> None:
        """One act; a refusal undoes only itself."""
        self.now += timedelta(seconds=self.dice.randint(1, 90))
        mark = log.mark(session)
        try:
            async with session.begin_nested():
                await act(self, session)
        except Refusal:
            log.reset(session, mark)
        session.expunge_all()

    async def some_question(self, session: AsyncSession) -> str:
        ids = list(await session.scalars(select(Question.id).where(Question.roadshow_id == self.show.id)))
        if not ids:
            raise Refusal
        return self.dice.choice(ids)

    async def some_intent(self, session: AsyncSession) -> str:
        ids = list(await session.scalars(select(Intent.id).where(Intent.roadshow_id == self.show.id)))
        if not ids:
            raise Refusal
        return self.dice.choice(ids)


Act = Callable[[Day, AsyncSession], Awaitable[object]]


async def ask(day: Day, session: AsyncSession) -> object:
    data = QuestionIn(text=f"问题 {day.dice.random()}", anonymous=day.dice.random() < 0.4)
    return await questions.ask(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def vote(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await votes.vote(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def unvote(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await votes.unvote(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def approve(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await questions.approve(session, day.host, day.show.id, data, now=day.now)


async def unapprove(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await questions.unapprove(session, day.host, day.show.id, data, now=day.now)


async def hide(day: Day, session: AsyncSession) -> object:
    data = HideIn(question_id=await day.some_question(session), reason=day.dice.choice(["重复", "无关"]))
    return await questions.hide(session, day.host, day.show.id, data, now=day.now)


async def restore(day: Day, session: AsyncSession) -> object:
    data = QuestionRef(question_id=await day.some_question(session))
    return await questions.restore(session, day.host, day.show.id, data, now=day.now)


async def pin(day: Day, session: AsyncSession) -> object:
    chosen = await day.some_question(session) if day.dice.random() < 0.8 else None
    return await questions.pin(session, day.host, day.show.id, QuestionChoice(question_id=chosen), now=day.now)


async def take_up(day: Day, session: AsyncSession) -> object:
    chosen = await day.some_question(session) if day.dice.random() < 0.8 else None
    return await questions.take_up(session, day.host, day.show.id, QuestionChoice(question_id=chosen), now=day.now)


async def answer(day: Day, session: AsyncSession) -> object:
    how = day.dice.choice(list(AnsweredHow))
    data = AnswerIn(question_id=await day.some_question(session), how=how, text=day.dice.choice([None, "可以。"]))
    return await questions.answer(session, day.host, day.show.id, data, now=day.now)


async def moderate(day: Day, session: AsyncSession) -> object:
    data = ModerationIn(mode=day.dice.choice(list(Moderation)))
    return await rooms.set_moderation(session, day.host, day.show.id, data, now=day.now)


async def stage(day: Day, session: AsyncSession) -> object:
    data = StageIn(slot_id=day.dice.choice([None, *day.show.slot_ids]))
    return await running.set_stage(session, day.host, day.show.id, data, now=day.now)


async def close(day: Day, session: AsyncSession) -> object:
    return await rooms.close_room(session, day.host, day.show.id, Nothing(), now=day.now)


async def change_agenda(day: Day, session: AsyncSession) -> object:
    state = day.dice.choice([BookingState.CONFIRMED, BookingState.CANCELLED])
    await session.execute(update(Booking).where(Booking.roadshow_id == day.show.id).values(state=state))
    return await announce_agenda(session, [day.show.id], day.now)


async def leave_intent(day: Day, session: AsyncSession) -> object:
    data = IntentIn(project_id=day.show.project_id, kind=day.dice.choice(list(IntentKind)))
    return await deals.leave_intent(session, day.crowd[0], day.show.id, data, now=day.now)


async def withdraw_intent(day: Day, session: AsyncSession) -> object:
    return await deals.withdraw(session, day.crowd[0], await day.some_intent(session), now=day.now)


async def answer_intent(day: Day, session: AsyncSession) -> object:
    word = day.dice.choice([IntentState.ACCEPTED, IntentState.LATER, IntentState.DECLINED])
    data = IntentAnswerIn.model_validate({"answer": word, "reason": "再议"})
    return await deals.answer(session, day.startup, await day.some_intent(session), data, now=day.now)


ACTS: list[tuple[Act, float]] = [
    (ask, 5), (vote, 6), (unvote, 2), (approve, 3), (hide, 3), (restore, 2), (pin, 2), (take_up, 3), (answer, 2),
    (moderate, 1), (stage, 1), (close, 0.1), (change_agenda, 1), (leave_intent, 2), (withdraw_intent, 1),
    (answer_intent, 1), (unapprove, 1),
]  # fmt: skip
ACTS += danmaku_acts.ACTS
ACTS += poll_acts.ACTS + contest_acts.ACTS
ACTS += question_acts.ACTS
ACTS += stage_acts.ACTS


@pytest.mark.parametrize("sequences", [20, pytest.param(200, marks=pytest.mark.full)])
async def test_snapshot_and_entries_make_the_fresh_snapshot(world: World, sequences: int) -> None:
    database = world.app.state.roadshow.database
    show = await new_show(world)
    crowd = [await world.person(f"投资人{n}") for n in range(3)]
    await world.verified(show.host, show.organizer_id, crowd[0])
    seen: dict[str, set[str]] = {audience: set() for audience in KINDS}

    for seed in range(sequences):
        day = await _new_day(show, crowd, random.Random(seed))
        await _run(database, day, steps=day.dice.randint(0, 15))
        async with database.read() as session:
            before = {stream: await snapshot(session, stream, intents_of) for stream in day.streams}
        await _run(database, day, steps=day.dice.randint(10, 45))
        if seed % ROUNDS_EVERY == 0:
            await _go_round(database, day)
        async with database.read() as session:
            for stream in day.streams:
                await _compare(session, stream, before[stream], seed, seen)

    assert {audience: KINDS[audience] - kinds for audience, kinds in seen.items()} == {
        audience: set() for audience in KINDS
    }
    assert seen == KINDS, "every kind of every audience was applied at least once, and none that is not in the table"


async def _new_day(show: Show, crowd: list[Person], dice: random.Random) -> Day:
    """The same people, a new roadshow."""
    show = replace(show, id="", slot_ids=[])
    database = show.world.app.state.roadshow.database
    async with database.write() as session:
        await lay_out(session, show)
        assert show.startup is not None
        host, startup, *others = [
            await user_actor(session, await session.get_one(User, person.id))
            for person in [show.host, show.startup, *crowd]
        ]
        day = Day(show, host, startup, others, dice)
        await rooms.open_room(session, host, show.id, Nothing(), now=day.now)
    return day


async def _run(database: Any, day: Day, steps: int) -> None:
    """Steps in transactions of one to four, as the door for writes batches them."""
    while steps > 0:
        batch = min(steps, day.dice.randint(1, 4))
        steps -= batch
        async with database.write() as session:
            for _ in range(batch):
                await day.step(session)
            await log.run_deferred(session)


async def _go_round(database: Any, day: Day) -> None:
    """Everything there is to do, twice in its order, so that what needs steps before it happens too."""
    for act in [act for act, _ in ACTS if act is not close] * 2:
        async with database.write() as session:
            await day.do(act, session)
            await log.run_deferred(session)


async def _compare(
    session: AsyncSession, stream: str, before: tuple[str, int, dict[str, Any]], seed: int, seen: dict[str, set[str]]
) -> None:
    epoch, seq, state = before
    fresh_epoch, top, fresh = await snapshot(session, stream, intents_of)
    entries = await log.since(session, stream, seq, limit=10_000)
    state = json.loads(json.dumps(state))
    for entry in entries:
        state = fold(state, entry.kind, entry.data)
        seen[stream.split("/")[1]].add(entry.kind)

    assert epoch == fresh_epoch
    assert [entry.seq for entry in entries] == list(range(seq + 1, top + 1))
    assert state == fresh, f"seed {seed}, stream {stream}"
