"""Polls as they run: opened, closed by hand or by the clock, their results frozen, shown and revealed.

A ballot counts if it committed before the entry that closes its poll (P11): ballots and the close both hold the
room, so one of them is first. What the clock asks for is done by `run_due`, every half second, in its own transaction.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import SYSTEM, Actor
from events.live import rules as room_rules
from events.live.models import Room, RoomState
from events.live.polls import results, rules
from events.live.polls.drafts import find
from events.live.polls.models import Poll, PollKind, PollState
from events.live.polls.schemas import PollChoice, PollRef, PollTime, StaffPoll, WordIn
from events.live.polls.telling import ballots_of, counters, note, results_of, tell, tell_tally
from events.live.rooms import hold, hosted
from events.live.schemas import Nothing
from events.programme.models import Roadshow


async def begin(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """Begin; the big screen shows it. Refuses: poll_state, close_in_past, room_not_open, room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    room_rules.require_open(room.state)
    poll = await find(session, roadshow_id, data.poll_id)
    return await _open(session, actor, roadshow, poll, now)


async def end(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """End; what was counted is frozen. Refuses: poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    return await _close(session, actor, roadshow, poll, now)


async def time(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollTime, *, now: datetime) -> StaffPoll:
    """Say when an open poll closes: so many seconds from now, or by hand. Refuses: poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    rules.require_state(poll.state, PollState.OPEN)
    poll.closes_at = None if data.seconds is None else now + timedelta(seconds=data.seconds)
    note(session, actor, roadshow, poll, "poll.timed", now, seconds=data.seconds)
    return await tell(session, poll, now, was_public=True)


async def reveal(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """Show the audience the results of a closed poll. Refuses: poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    rules.require_state(poll.state, PollState.CLOSED)
    poll.revealed = True
    note(session, actor, roadshow, poll, "poll.revealed", now)
    return await tell(session, poll, now, was_public=True)


async def show(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollChoice, *, now: datetime) -> Nothing:
    """Put one poll on the big screen, or none. Refuses: not_found, poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    if data.poll_id is None:
        await _clear_screen(session, roadshow_id, now)
        return Nothing()
    poll = await find(session, roadshow_id, data.poll_id)
    rules.require_state(poll.state, PollState.OPEN, PollState.CLOSED)
    await _clear_screen(session, roadshow_id, now, but=poll.id)
    if not poll.on_screen:
        poll.on_screen = True
        note(session, actor, roadshow, poll, "poll.shown", now)
        await tell(session, poll, now, was_public=True)
    return Nothing()


async def block(session: AsyncSession, actor: Actor, roadshow_id: str, data: WordIn, *, now: datetime) -> StaffPoll:
    """Take a word out of a cloud, or let it in again, while the poll is open. Refuses: words_only, poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    if poll.kind != PollKind.WORDS:
        raise rules.WordsOnly
    rules.require_state(poll.state, PollState.OPEN)
    word = rules.folded(data.word)
    poll.blocked = sorted({*poll.blocked, word} if data.blocked else {*poll.blocked} - {word})
    note(session, actor, roadshow, poll, "poll.word_blocked", now, word=word, blocked=data.blocked)
    if poll.told is not None:
        poll.told = _without(poll, await _told_again(session, poll))
    await tell_tally(session, poll, now)
    return await tell(session, poll, now, was_public=True)


async def _told_again(session: AsyncSession, poll: Poll) -> dict[str, Any]:
    """What was told, computed anew where it may be; of a secret poll only what was told before."""
    assert poll.told is not None
    rows = await counters(session, poll.id)
    told = int(poll.told["all"]["ballots"])
    if rules.may_tell(poll.names, told=told, ballots=ballots_of(rows)) or told == ballots_of(rows):
        return results_of(poll, rows, is_final=False).model_dump(mode="json")
    return poll.told


def _without(poll: Poll, told: dict[str, Any]) -> dict[str, Any]:
    """These results without the blocked words."""
    return {
        name: series and series | {"words": [w for w in series["words"] if rules.folded(w["text"]) not in poll.blocked]}
        for name, series in told.items()
    }


async def run_due(session: AsyncSession, now: datetime) -> int:
    """Open and close what the clock asks for; returns how many. Rooms are taken in order of id."""
    done = 0
    for roadshow_id in sorted(set(await session.scalars(due(now)))):
        _, roadshow = await hold(session, roadshow_id)
        ready = select(Poll).where(Poll.id.in_(_due_ids(now)), Poll.roadshow_id == roadshow_id).order_by(Poll.id)
        for poll in (await session.scalars(ready.execution_options(populate_existing=True))).all():
            await _turn(session, roadshow, poll, now)
            done += 1
    return done


def due(now: datetime) -> Select[str]:
    """Rooms in which a poll waits for the clock."""
    return select(Poll.roadshow_id).where(Poll.id.in_(_due_ids(now)))


def _due_ids(now: datetime) -> Select[str]:
    """Open polls whose time is up or whose room is over, and drafts to be opened in an open room."""
    ends = and_(Poll.state == PollState.OPEN, or_(Poll.closes_at <= now, Room.state == RoomState.OVER))
    begins = and_(Poll.state == PollState.DRAFT, Poll.opens_at <= now, Room.state == RoomState.OPEN)
    query = select(Poll.id).join(Room, Room.roadshow_id == Poll.roadshow_id)
    return query.where(Poll.deleted_at.is_(None), or_(ends, begins))


async def _turn(session: AsyncSession, roadshow: Roadshow, poll: Poll, now: datetime) -> None:
    """What the clock does; a draft whose whole time has passed waits for the host's hand instead."""
    if poll.state == PollState.OPEN:
        await _close(session, SYSTEM, roadshow, poll, now)
    elif poll.seconds is None and poll.closes_at is not None and poll.closes_at <= now:
        poll.opens_at = poll.closes_at = None
        await tell(session, poll, now, was_public=False)
    else:
        await _open(session, SYSTEM, roadshow, poll, now)


async def _open(session: AsyncSession, actor: Actor, roadshow: Roadshow, poll: Poll, now: datetime) -> StaffPoll:
    rules.require_state(poll.state, PollState.DRAFT)
    if poll.seconds is not None:
        poll.closes_at = now + timedelta(seconds=poll.seconds)
    if poll.closes_at is not None and poll.closes_at <= now:
        raise rules.CloseInPast
    await _clear_screen(session, roadshow.id, now, but=poll.id)
    poll.state, poll.opened_at, poll.on_screen = PollState.OPEN, now, True
    note(session, actor, roadshow, poll, "poll.opened", now)
    return await tell(session, poll, now, was_public=False)


async def _close(session: AsyncSession, actor: Actor, roadshow: Roadshow, poll: Poll, now: datetime) -> StaffPoll:
    """Count everything committed so far, and freeze it under a digest that gives nothing away before its time."""
    rules.require_state(poll.state, PollState.OPEN)
    rows = await counters(session, poll.id)
    final = results_of(poll, rows, is_final=True).model_dump(mode="json")
    poll.state, poll.closed_at, poll.ballots, poll.told = PollState.CLOSED, now, ballots_of(rows), final
    poll.record = results.canonical(_record(poll, final))
    poll.digest = results.digest_of(poll.record)
    note(session, actor, roadshow, poll, "poll.closed", now, ballots=poll.ballots, digest=poll.digest)
    return await tell(session, poll, now, was_public=True)


def _record(poll: Poll, final: dict[str, Any]) -> dict[str, Any]:
    """What is frozen; its 128 random bits keep anybody from guessing results by their digest."""
    assert poll.opened_at is not None
    assert poll.closed_at is not None
    return {
        "format": "roadshow.poll.1", "salt": secrets.token_hex(16), "poll_id": poll.id,
        "roadshow_id": poll.roadshow_id, "kind": poll.kind, "title": poll.title, "options": poll.options,
        "max_choices": poll.max_choices, "scale": poll.scale, "names": poll.names, "electorate": poll.electorate,
        "opened_at": poll.opened_at.isoformat(), "closed_at": poll.closed_at.isoformat(), "results": final,
    }  # fmt: skip


async def _clear_screen(session: AsyncSession, roadshow_id: str, now: datetime, but: str | None = None) -> None:
    shown = select(Poll).where(Poll.roadshow_id == roadshow_id, Poll.on_screen, Poll.id != (but or ""))
    for poll in (await session.scalars(shown)).all():
        poll.on_screen = False
        await tell(session, poll, now, was_public=True)
