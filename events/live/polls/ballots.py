"""Ballots: once a person, counted at once, told once a transaction.

A roll-call's ballot may be changed until the close. A secret one may not: nobody, we included, could find it again.
Statements for one ballot are few and pinned in a test; a burst shares its commit and its tally.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import NOBODY, Actor
from events.directory.queries import house_of, verified_institutions
from events.errors import NotFound
from events.live import rules as room_rules
from events.live.polls import rules
from events.live.polls.models import Electorate, Names, Poll, PollBallot, PollKind, PollTally, PollVoter
from events.live.polls.rules import Choice, Frame, Mark
from events.live.polls.schemas import AnsweredView, BallotIn, BallotView
from events.live.polls.telling import tally_soon
from events.live.polls.views import own_ballot
from events.live.rooms import hold
from events.programme.models import Roadshow

KEY = ("poll_id", "thing", "score")
Registered = Callable[[AsyncSession, str | None, str], Awaitable[bool]]
"""`registered(session, user_id, roadshow_id)`: whether the registration is confirmed."""


async def answer(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: BallotIn, registered: Registered, *, now: datetime
) -> AnsweredView:
    """Cast a ballot, or change one's own in a roll-call.

    Refuses: sign_in_required, room_not_open, room_over, not_found, poll_closed, not_in_electorate,
    choice_invalid, already_answered.
    """
    user_id = actor.require_user()
    room, roadshow = await hold(session, roadshow_id)
    room_rules.require_open(room.state)
    found = await _look(session, roadshow_id, data.poll_id, user_id)
    rules.require_answerable(found.state)
    is_investor = await _admit(session, actor, roadshow, found, registered)
    choice = Choice(data.options, data.scores, data.words)
    marks = rules.marks_of(_frame(found), choice)
    if found.names == Names.NOBODY:
        return await _cast_secretly(session, roadshow, found, user_id, choice, marks, is_investor, now)
    return await _cast(session, actor, roadshow, found, choice, marks, is_investor, now)


async def _look(session: AsyncSession, roadshow_id: str, poll_id: str, user_id: str) -> Row[Any]:
    """What of the poll a ballot needs, and this person's earlier one, in one query; a draft is not found."""
    query = (
        select(
            Poll.id, Poll.roadshow_id, Poll.state, Poll.kind, Poll.options, Poll.max_choices, Poll.scale, Poll.names,
            Poll.electorate, PollVoter.user_id.label("voter"), PollBallot.choice, PollBallot.is_investor,
        )
        .outerjoin(PollVoter, (PollVoter.poll_id == Poll.id) & (PollVoter.user_id == user_id))
        .outerjoin(PollBallot, (PollBallot.poll_id == Poll.id) & (PollBallot.user_id == user_id))
        .where(Poll.id == poll_id, Poll.roadshow_id == roadshow_id, Poll.deleted_at.is_(None))
    )  # fmt: skip
    row = (await session.execute(query)).one_or_none()
    if row is None or row.state == "draft":
        raise NotFound
    return row


async def _admit(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, poll: Row[Any], registered: Registered
) -> bool:
    """Whether the person votes as a verified investor. Refuses: not_in_electorate."""
    is_investor = bool(await verified_institutions(session, actor, roadshow.organizer_id))
    must_register = poll.electorate == Electorate.REGISTERED
    is_registered = must_register and await registered(session, actor.user_id, roadshow.id)
    rules.require_elector(poll.electorate, is_registered=is_registered, is_investor=is_investor)
    return is_investor


def _frame(poll: Row[Any]) -> Frame:
    return Frame(PollKind(poll.kind), rules.option_ids(poll.options), poll.max_choices, poll.scale)


async def _cast_secretly(
    session: AsyncSession, roadshow: Roadshow, poll: Row[Any], user_id: str, choice: Choice,
    marks: Mapping[Mark, int], is_investor: bool, now: datetime,
) -> AnsweredView:  # fmt: skip
    """That somebody voted, and what is counted, written apart; the trail does not say who."""
    if poll.voter is not None:
        raise rules.AlreadyAnswered
    await session.execute(insert(PollVoter).values(poll_id=poll.id, user_id=user_id))
    await _count(session, poll, marks, dict(marks) if is_investor else {}, choice)
    audit.record(session, NOBODY, "poll.answered", ("poll", poll.id), now=now, organizer_id=roadshow.organizer_id)
    tally_soon(session, poll.id, now)
    return AnsweredView(poll_id=poll.id, ballot=BallotView(is_secret=True))


async def _cast(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, poll: Row[Any], choice: Choice,
    marks: Mapping[Mark, int], is_investor: bool, now: datetime,
) -> AnsweredView:  # fmt: skip
    """The ballot under its name; an earlier one of this person is taken back first."""
    before = _marks_before(poll)
    moves = rules.difference(Counter(marks), before)
    old_investor = Counter(before or {}) if poll.is_investor else None
    investor_moves = rules.difference(Counter(marks) if is_investor else Counter(), old_investor)
    kept = {"options": list(choice.options), "scores": dict(choice.scores or {}), "words": list(choice.words)}
    row = {
        "poll_id": poll.id, "user_id": actor.require_user(), "name": actor.name,
        "institution": await house_of(session, actor), "is_investor": is_investor, "choice": kept, "at": now,
    }  # fmt: skip
    if before is None:
        await session.execute(insert(PollBallot).values(row))
        await _count(session, poll, moves, investor_moves, choice)
    else:
        key = (PollBallot.poll_id == poll.id, PollBallot.user_id == actor.require_user())
        await session.execute(update(PollBallot).where(*key).values(row))
        await _move(session, poll, moves, investor_moves, choice)
    audit.record(session, actor, "poll.answered", ("poll", poll.id), now=now, organizer_id=roadshow.organizer_id)
    tally_soon(session, poll.id, now)
    return AnsweredView(poll_id=poll.id, ballot=own_ballot(kept))


def _marks_before(poll: Row[Any]) -> Counter[Mark] | None:
    if poll.choice is None:
        return None
    before = Choice(poll.choice["options"], poll.choice["scores"], poll.choice["words"])
    return rules.marks_of(_frame(poll), before)


async def _count(
    session: AsyncSession, poll: Row[Any], moves: Mapping[Mark, int], investor_moves: Mapping[Mark, int], choice: Choice
) -> None:
    """Count a new ballot, in one statement and in one order of rows."""
    rows = _steps(poll, moves, investor_moves, choice)
    counting = _insert(session).values(rows)
    new = counting.excluded
    sums = {"votes": PollTally.votes + new.votes, "investors": PollTally.investors + new.investors}
    await session.execute(counting.on_conflict_do_update(index_elements=KEY, set_=sums))


async def _move(
    session: AsyncSession, poll: Row[Any], moves: Mapping[Mark, int], investor_moves: Mapping[Mark, int], choice: Choice
) -> None:
    """Count a changed ballot: what it no longer holds goes down, what it now holds goes up."""
    rows = _steps(poll, moves, investor_moves, choice)
    if not rows:
        return
    empty = [row | {"votes": 0, "investors": 0} for row in rows]
    await session.execute(_insert(session).values(empty).on_conflict_do_nothing())
    moving = update(PollTally).where(
        PollTally.poll_id == poll.id, PollTally.thing == bindparam("at_thing"), PollTally.score == bindparam("at_score")
    )
    steps = {"votes": PollTally.votes + bindparam("step"), "investors": PollTally.investors + bindparam("apart")}
    await (await session.connection()).execute(
        moving.values(steps),
        [{"at_thing": r["thing"], "at_score": r["score"], "step": r["votes"], "apart": r["investors"]} for r in rows],
    )


def _steps(
    poll: Row[Any], moves: Mapping[Mark, int], investor_moves: Mapping[Mark, int], choice: Choice
) -> list[dict[str, Any]]:
    texts = {rules.folded(word): word for word in rules.words_of(_frame(poll), choice)} if choice.words else {}
    return [
        {
            "poll_id": poll.id, "thing": thing, "score": score, "text": texts.get(thing, ""),
            "votes": moves.get((thing, score), 0), "investors": investor_moves.get((thing, score), 0),
        }
        for thing, score in sorted({*moves, *investor_moves})
    ]  # fmt: skip


def _insert(session: AsyncSession) -> Any:
    """The dialect's INSERT, which knows what to do on a conflict."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(PollTally)
