"""What people do with polls in a random day of a room, and the entries that come of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Refusal
from events.live.polls import ballots, drafts, running
from events.live.polls.models import Names, Poll, PollKind, PollState, ResultsWhen
from events.live.polls.schemas import BallotIn, PollChoice, PollEdit, PollIn, PollRef, PollTime, WordIn
from events.registrations.queries import is_registered

if TYPE_CHECKING:
    from tests.contract.test_fold import Day

POLL_KINDS = {"poll.changed", "poll.tallied", "poll.removed"}
KINDS: dict[str, set[str]] = {"public": POLL_KINDS, "staff": POLL_KINDS, "user": set()}
WORDS = ["光芯片", "ＡＩ", "ai", "良率"]


async def some(day: Day, session: AsyncSession, *states: PollState) -> Poll:
    query = select(Poll).where(Poll.roadshow_id == day.show.id)
    found = list(await session.scalars(query.where(Poll.state.in_(states)) if states else query))
    if not found:
        raise Refusal
    return day.dice.choice(found)


def body(day: Day) -> dict[str, object]:
    kind = day.dice.choice(list(PollKind))
    options = [] if kind in {PollKind.WORDS, PollKind.RATING} else [{"text": text} for text in ("甲", "乙", "丙")]
    return {
        "kind": kind, "title": f"投票 {day.dice.random()}", "options": options, "max_choices": 2,
        "names": day.dice.choice([Names.NOBODY, Names.HOST, Names.HOST, Names.ALL]),
        "results_when": day.dice.choice(list(ResultsWhen)), "seconds": day.dice.choice([None, 60]),
    }  # fmt: skip


async def create(day: Day, session: AsyncSession) -> object:
    poll = await drafts.create(session, day.host, day.show.id, PollIn.model_validate(body(day)), now=day.now)
    if day.dice.random() < 0.7:
        return await running.begin(session, day.host, day.show.id, PollRef(poll_id=poll.id), now=day.now)
    return poll


async def edit(day: Day, session: AsyncSession) -> object:
    poll = await some(day, session, PollState.DRAFT)
    data = PollEdit.model_validate(body(day) | {"poll_id": poll.id})
    return await drafts.edit(session, day.host, day.show.id, data, now=day.now)


async def answer(day: Day, session: AsyncSession) -> object:
    poll = await some(day, session, PollState.OPEN)
    ids = [option["id"] for option in poll.options]
    day.dice.shuffle(ids)
    choice: dict[str, object] = {"options": ids[: 1 if poll.kind == PollKind.SINGLE else 2]}
    if poll.kind == PollKind.RANKING:
        choice = {"options": ids}
    if poll.kind == PollKind.RATING:
        choice = {"scores": {option: day.dice.randint(1, 5) for option in ids}}
    if poll.kind == PollKind.WORDS:
        choice = {"words": day.dice.sample(WORDS, 2)}
    data = BallotIn.model_validate({"poll_id": poll.id} | choice)
    voter = day.dice.choice([*day.crowd, day.startup, day.host])
    return await ballots.answer(session, voter, day.show.id, data, is_registered, now=day.now)


async def by_ref(day: Day, session: AsyncSession, act: Callable[..., Awaitable[object]], *states: PollState) -> object:
    poll = await some(day, session, *states)
    return await act(session, day.host, day.show.id, PollRef(poll_id=poll.id), now=day.now)


async def end(day: Day, session: AsyncSession) -> object:
    return await by_ref(day, session, running.end, PollState.OPEN)


async def reveal(day: Day, session: AsyncSession) -> object:
    return await by_ref(day, session, running.reveal, PollState.CLOSED)


async def delete(day: Day, session: AsyncSession) -> object:
    """Whatever it is, it goes; an open one is closed first."""
    poll = await some(day, session)
    ref = PollRef(poll_id=poll.id)
    if poll.state == PollState.OPEN:
        await running.end(session, day.host, day.show.id, ref, now=day.now)
    return await drafts.delete(session, day.host, day.show.id, ref, now=day.now)


async def restore(day: Day, session: AsyncSession) -> object:
    return await by_ref(day, session, drafts.restore)


async def copy(day: Day, session: AsyncSession) -> object:
    return await by_ref(day, session, drafts.copy)


async def time(day: Day, session: AsyncSession) -> object:
    data = PollTime(poll_id=(await some(day, session, PollState.OPEN)).id, seconds=day.dice.choice([None, 30]))
    return await running.time(session, day.host, day.show.id, data, now=day.now)


async def show(day: Day, session: AsyncSession) -> object:
    chosen = (await some(day, session)).id if day.dice.random() < 0.7 else None
    return await running.show(session, day.host, day.show.id, PollChoice(poll_id=chosen), now=day.now)


async def block(day: Day, session: AsyncSession) -> object:
    poll = await some(day, session, PollState.OPEN)
    data = WordIn(poll_id=poll.id, word=day.dice.choice(WORDS), blocked=day.dice.random() < 0.7)
    return await running.block(session, day.host, day.show.id, data, now=day.now)


async def run_clock(day: Day, session: AsyncSession) -> object:
    return await running.run_due(session, day.now + timedelta(seconds=1))


ACTS = [
    (create, 4), (edit, 1), (answer, 10), (end, 2), (reveal, 1), (delete, 2), (restore, 1), (copy, 0.5), (time, 1),
    (show, 1), (block, 1), (run_clock, 1),
]  # fmt: skip
