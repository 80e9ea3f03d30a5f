"""Votes: one row a person, so that a second vote is impossible; tallies are told once a transaction (P9).

The votes of many people are cast together: what each may do is judged first, then all that is new is written in a
handful of statements. One vote is the same with one ballot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Delete, Select, Table, and_, bindparam, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log, many
from events.actor import SYSTEM, Actor
from events.directory.queries import verified_investors
from events.errors import NotFound, Refusal
from events.live import rules
from events.live.models import Question, Vote
from events.live.rooms import hold
from events.live.schemas import QuestionRef, VoteView
from events.programme.models import Roadshow


class Ballot(NamedTuple):
    """One person's word on one question: for it, or no longer."""

    question_id: str
    user_id: str
    voted: bool


_VOTES = cast(Table, Vote.__table__)
Key = tuple[str, str]
"""Question and user."""


@dataclass(frozen=True, slots=True)
class Booth:
    """A room held for voting: what may be voted on now, or why nothing may."""

    roadshow: Roadshow
    questions: frozenset[str]
    closed: Refusal | None

    def refusal(self, question_id: str) -> Refusal | None:
        """Why this question cannot be voted on. One the audience cannot see is not found."""
        return self.closed or (None if question_id in self.questions else NotFound())


async def vote(session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime) -> VoteView:
    """Support a public question; a second vote changes nothing. Refuses: sign_in_required, room_not_open, room_over."""
    return await _one(session, actor, roadshow_id, data.question_id, now, voted=True)


async def unvote(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: QuestionRef, *, now: datetime
) -> VoteView:
    """Withdraw one's vote; without one, nothing changes. Refuses as `vote` does."""
    return await _one(session, actor, roadshow_id, data.question_id, now, voted=False)


async def _one(
    session: AsyncSession, actor: Actor, roadshow_id: str, question_id: str, now: datetime, *, voted: bool
) -> VoteView:
    user_id = actor.require_user()
    booth = await open_booth(session, roadshow_id, [question_id])
    if refusal := booth.refusal(question_id):
        raise refusal
    await cast_all(session, booth, [Ballot(question_id, user_id, voted)], now)
    return VoteView(question_id=question_id, voted=voted)


async def open_booth(session: AsyncSession, roadshow_id: str, question_ids: Iterable[str]) -> Booth:
    """Hold the room and look its questions up. Refuses: not_found."""
    room, roadshow = await hold(session, roadshow_id)
    try:
        rules.require_open(room.state)
    except Refusal as refusal:
        return Booth(roadshow, frozenset(), refusal)
    asked = {"ids": many.packed(sorted(set(question_ids))), "room": roadshow_id}
    return Booth(roadshow, frozenset(await session.scalars(_on_the_table(session), asked)), None)


@many.statement
def _on_the_table(rows: many.Rows) -> Select[str]:
    return select(Question.id).where(
        Question.id.in_(rows.each("ids")),
        Question.roadshow_id == bindparam("room"),
        Question.state.in_(sorted(rules.PUBLIC)),
    )


async def cast_all(session: AsyncSession, booth: Booth, ballots: Sequence[Ballot], now: datetime) -> None:
    """Carry out ballots nothing speaks against, in their order. The audience is told before the commit.

    The room is held, so nobody else moves a vote between the look and the writing.
    """
    before = await _standing(session, {(ballot.question_id, ballot.user_id) for ballot in ballots})
    after = dict.fromkeys(before, True)
    for question_id, user_id, voted in ballots:
        after[question_id, user_id] = voted
    added = [key for key, voted in after.items() if voted and key not in before]
    gone = [key for key, voted in after.items() if not voted and key in before]
    if added or gone:
        investing = await _add(session, booth, added, now)
        await _remove(session, gone)
        await _count(session, added, gone, investing | {key for key in gone if before[key]})
        _record(session, booth.roadshow, added, gone, now)
        _tell(session, booth.roadshow.id, {question_id for question_id, _ in [*added, *gone]}, now)


async def _standing(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, bool]:
    """Which of these votes there are, and whether they are investors'."""
    rows = await session.execute(_votes_of(session), {"keys": many.packed(keys)})
    return {(question_id, user_id): invests for question_id, user_id, invests in rows}


@many.statement
def _votes_of(rows: many.Rows) -> Select[str, str, bool]:
    asked = rows.pairs("keys")
    votes = select(Vote.question_id, Vote.user_id, Vote.is_investor)
    return votes.join(asked, and_(Vote.question_id == asked.c.a, Vote.user_id == asked.c.b))


async def _add(session: AsyncSession, booth: Booth, keys: Sequence[Key], now: datetime) -> set[Key]:
    """Write the votes. Returns those of verified investors."""
    if not keys:
        return set()
    voters = sorted({user_id for _, user_id in keys})
    investors = await verified_investors(session, booth.roadshow.organizer_id, voters)
    rows = [(question_id, user_id, user_id in investors, now) for question_id, user_id in keys]
    if await many.add(session, Vote, "question_id user_id is_investor at", rows) != len(rows):
        raise RuntimeError("a vote appeared in a room that was held")
    return {key for key in keys if key[1] in investors}


async def _remove(session: AsyncSession, keys: Sequence[Key]) -> None:
    if keys:
        await (await session.connection()).execute(_removal(session), {"keys": many.packed(keys)})


@many.statement
def _removal(rows: many.Rows) -> Delete:
    asked = rows.pairs("keys")
    return delete(_VOTES).where(tuple_(_VOTES.c.question_id, _VOTES.c.user_id).in_(select(asked.c.a, asked.c.b)))


_QUESTIONS = cast(Table, Question.__table__)
_MOVE = (
    update(_QUESTIONS)
    .where(_QUESTIONS.c.id == bindparam("question"))
    .values(
        votes=_QUESTIONS.c.votes + bindparam("step"),
        investor_votes=_QUESTIONS.c.investor_votes + bindparam("investors"),
    )
)


async def _count(session: AsyncSession, added: Sequence[Key], gone: Sequence[Key], investing: set[Key]) -> None:
    """Move the counters of each question once."""
    steps, investors = Counter[str](), Counter[str]()
    for keys, step in ((added, 1), (gone, -1)):
        for key in keys:
            steps[key[0]] += step
            investors[key[0]] += step if key in investing else 0
    moves = [{"question": id_, "step": step, "investors": investors[id_]} for id_, step in sorted(steps.items())]
    await (await session.connection()).execute(_MOVE, moves)


def _record(
    session: AsyncSession, roadshow: Roadshow, added: Sequence[Key], gone: Sequence[Key], now: datetime
) -> None:
    """One row for all: who voted for what, and who withdrew."""
    voters = {user_id for _, user_id in [*added, *gone]}
    actor = Actor(user_id=voters.pop()) if len(voters) == 1 else SYSTEM
    subject = ("roadshow", roadshow.id)
    detail = {name: _by_question(keys) for name, keys in (("cast", added), ("withdrawn", gone)) if keys}
    audit.record(session, actor, "votes.moved", subject, now=now, organizer_id=roadshow.organizer_id, **detail)


def _by_question(keys: Iterable[Key]) -> dict[str, str]:
    """The voters of each question, one after another in one text: a quarter of what a list of them weighs."""
    voters: dict[str, list[str]] = {}
    for question_id, user_id in keys:
        voters.setdefault(question_id, []).append(user_id)
    return {question_id: " ".join(ids) for question_id, ids in voters.items()}


def _tell(session: AsyncSession, roadshow_id: str, question_ids: set[str], now: datetime) -> None:
    """Have the tallies of these questions told when the transaction is about to commit, each once."""
    waiting: dict[str, set[str]] = session.info.setdefault("tallied", {})
    waiting.setdefault(roadshow_id, set()).update(question_ids)

    async def tell(session: AsyncSession) -> None:
        await _tally(session, roadshow_id, waiting.pop(roadshow_id), now)

    log.before_commit(session, f"tally/{roadshow_id}", tell)


async def _tally(session: AsyncSession, roadshow_id: str, question_ids: set[str], now: datetime) -> None:
    for *counts, state in await session.execute(_counts(session), {"ids": many.packed(sorted(question_ids))}):
        data = dict(zip(("id", "votes", "investor_votes"), counts, strict=True))
        if rules.is_public(state):
            await log.append(session, log.public_stream(roadshow_id), "question.tallied", data, now)
        await log.append(session, log.staff_stream(roadshow_id), "question.tallied", data, now)


@many.statement
def _counts(rows: many.Rows) -> Select[str, int, int, str]:
    counts = select(Question.id, Question.votes, Question.investor_votes, Question.state)
    return counts.where(Question.id.in_(rows.each("ids"))).order_by(Question.id)
