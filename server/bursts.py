"""Bursts: the votes of many people, waiting on one room, carried out together in a bounded number of statements.

Each stays a command of its own: at most once by (actor, cmd_id), with its own stored answer (P3), and what refuses
one touches no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import many
from events.accounts.models import Login, User
from events.actor import Actor
from events.errors import NotFound, Refusal, Unauthenticated
from events.live import votes
from events.live.schemas import VoteView
from events.programme.models import Roadshow, RoadshowState
from events.registrations.queries import registered_among
from server import auth
from server.entering import enter
from server.errors import Answer, problem
from server.stored import CommandRow, repeat

SHUT = frozenset({RoadshowState.DRAFT, RoadshowState.CANCELLED})


class Raced(Exception):
    """Another process stored one of these commands meanwhile: what was looked up is to be looked up again."""


@dataclass(slots=True, eq=False)
class Act:
    """One vote as a command. Who acts is known, or looked up by the login at the time of the act."""

    roadshow_id: str
    question_id: str
    voted: bool
    cmd_id: str
    digest: bytes
    login_id: str | None = None
    actor: Actor | None = None
    person: Person | None = None

    @property
    def user_id(self) -> str:
        """Who acts, once they are recognized."""
        assert self.person is not None
        return self.person.user_id


class Person(NamedTuple):
    """Who acts, as far as voting asks."""

    user_id: str
    has_account: bool


async def perform(session: AsyncSession, acts: Sequence[Act], now: datetime) -> list[Answer]:
    """Carry out the acts of one room in their order. Raises `Raced`."""
    await _recognize(session, acts, now)
    first: dict[tuple[str, str], Act] = {}
    answers: dict[Act, Answer] = {}
    for act in acts:
        if act.person is None:
            answers[act] = problem(Unauthenticated())
        else:
            first.setdefault((act.person.user_id, act.cmd_id), act)
    known = await _stored(session, first)
    for act in acts if known else ():
        if act.person and (row := known.get((act.person.user_id, act.cmd_id))):
            answers[act] = repeat(*row, act.digest)
            first.pop((act.person.user_id, act.cmd_id), None)
    answers |= await _carry_out(session, list(first.values()), now)
    return [answers[act] if act in answers else _twin(act, first, answers) for act in acts]


def _twin(act: Act, first: dict[tuple[str, str], Act], answers: dict[Act, Answer]) -> Answer:
    """The answer to a command that came twice in one burst."""
    original = first[act.user_id, act.cmd_id]
    answer = answers[original]
    return repeat(original.digest, answer.status, answer.body, act.digest)


async def _recognize(session: AsyncSession, acts: Sequence[Act], now: datetime) -> None:
    """Whoever each login belongs to now; nobody, when it has ended."""
    logins = {act.login_id for act in acts if act.login_id is not None}
    given = {"logins": many.packed(logins), "now": now}
    rows = (await session.execute(_alive(session), given)) if logins else ()
    found = {login_id: Person(user_id, has_account) for login_id, user_id, has_account in rows}
    for act in acts:
        if act.login_id is not None:
            act.person = found.get(act.login_id)
        elif act.actor is not None and act.actor.user_id is not None:
            act.person = Person(act.actor.user_id, not act.actor.is_guest)


@many.statement
def _alive(rows: many.Rows) -> Select[str, str, bool]:
    has_account = or_(User.email.is_not(None), User.asked_email.is_not(None))
    logins = select(Login.id, User.id, has_account).join(User, User.id == Login.user_id)
    return logins.where(Login.id.in_(rows.each("logins")), Login.expires_at > bindparam("now"))


Stored = tuple[bytes, int, bytes]


async def _stored(session: AsyncSession, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Stored]:
    rows = await session.execute(_answers_to(session), {"keys": many.packed(keys)})
    return {(actor, cmd_id): (digest, status, body) for actor, cmd_id, digest, status, body in rows}


@many.statement
def _answers_to(rows: many.Rows) -> Select[str, str, bytes, int, bytes]:
    asked = rows.pairs("keys")
    stored = select(CommandRow.actor, CommandRow.cmd_id, CommandRow.digest, CommandRow.status, CommandRow.body)
    return stored.join(asked, and_(CommandRow.actor == asked.c.a, CommandRow.cmd_id == asked.c.b))


async def _carry_out(session: AsyncSession, acts: Sequence[Act], now: datetime) -> dict[Act, Answer]:
    """Judge, store the answers, and only then do what was granted: an answer is stored for each effect."""
    if not acts:
        return {}
    try:
        booth = await votes.open_booth(session, acts[0].roadshow_id, [act.question_id for act in acts])
    except NotFound as refusal:
        judged: dict[Act, Answer] = dict.fromkeys(acts, problem(refusal))
        granted: list[Act] = []
    else:
        outside = await _turned_away(session, booth.roadshow, acts)
        judged = _judged(acts, booth, outside)
        granted = [act for act in acts if judged[act].status == 200]
    await _store(session, judged, now)
    ballots = [votes.Ballot(act.question_id, act.user_id, act.voted) for act in granted]
    if ballots:
        await votes.cast_all(session, booth, ballots, now)
    return judged


def _judged(acts: Sequence[Act], booth: votes.Booth, outside: dict[str, Answer]) -> dict[Act, Answer]:
    """What each is told: that they may not be here, that this cannot be voted on, or that it is done."""
    told = {word: _word(booth, *word) for word in {(act.question_id, act.voted) for act in acts}}
    if not outside:
        return {act: told[act.question_id, act.voted] for act in acts}
    return {act: outside.get(act.user_id) or told[act.question_id, act.voted] for act in acts}


def _word(booth: votes.Booth, question_id: str, voted: bool) -> Answer:
    refusal = booth.refusal(question_id)
    return granted_answer(question_id, voted) if refusal is None else problem(refusal)


@lru_cache(4096)
def granted_answer(question_id: str, voted: bool) -> Answer:
    return Answer(200, VoteView(question_id=question_id, voted=voted).model_dump_json().encode())


async def _store(session: AsyncSession, answers: dict[Act, Answer], now: datetime) -> None:
    rows = [(act.user_id, act.cmd_id, act.digest, answer.status, answer.body, now) for act, answer in answers.items()]
    if await many.add(session, CommandRow, "actor cmd_id digest status body at", rows) != len(rows):
        raise Raced


async def _turned_away(session: AsyncSession, roadshow: Roadshow, acts: Sequence[Act]) -> dict[str, Answer]:
    """Who may not be in the room. Only those whom neither the open door nor a seat lets in are asked one by one."""
    is_open = roadshow.state not in SHUT and not roadshow.needs_approval
    if is_open and roadshow.open_to_guests:
        return {}
    people = {act.user_id: act for act in acts if act.person and not (is_open and act.person.has_account)}
    if people and roadshow.state not in SHUT:
        for user_id in await registered_among(session, list(people), roadshow.id):
            del people[user_id]
    answers: dict[str, Answer] = {}
    for user_id, act in people.items():
        try:
            await enter(session, act.actor or await _actor(session, user_id), roadshow.id)
        except Refusal as refusal:
            answers[user_id] = problem(refusal)
    return answers


async def _actor(session: AsyncSession, user_id: str) -> Actor:
    return await auth.user_actor(session, await session.get_one(User, user_id))
