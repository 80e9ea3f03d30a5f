"""What each audience is told of a poll: the staff everything, the audience no draft and no result before its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import Actor
from events.live.polls import results, rules
from events.live.polls.models import Poll, PollKind, PollState, PollTally
from events.live.polls.schemas import Results, StaffPoll
from events.live.polls.views import is_public, public_poll, public_results, staff_poll
from events.programme.models import Roadshow


async def tell(session: AsyncSession, poll: Poll, now: datetime, *, was_public: bool) -> StaffPoll:
    """Write the poll as it now is to both streams, or that it is gone."""
    public, staff = log.public_stream(poll.roadshow_id), log.staff_stream(poll.roadshow_id)
    gone = {"id": poll.id}
    if is_public(poll):
        await log.append(session, public, "poll.changed", {"poll": public_poll(poll).model_dump(mode="json")}, now)
    elif was_public:
        await log.append(session, public, "poll.removed", gone, now)
    view = staff_poll(poll)
    if poll.deleted_at is None:
        await log.append(session, staff, "poll.changed", {"poll": view.model_dump(mode="json")}, now)
    else:
        await log.append(session, staff, "poll.removed", gone, now)
    return view


def tally_soon(session: AsyncSession, poll_id: str, now: datetime) -> None:
    """Tell the counts when the transaction is about to commit, once for all its ballots (P9)."""

    async def tell_counts(session: AsyncSession) -> None:
        await _tally(session, poll_id, now)

    log.before_commit(session, f"poll/{poll_id}", tell_counts)


async def _tally(session: AsyncSession, poll_id: str, now: datetime) -> None:
    poll = await session.get_one(Poll, poll_id)
    if poll.state != PollState.OPEN:
        return
    rows = await counters(session, poll_id)
    poll.ballots = ballots_of(rows)
    told = None if poll.told is None else int(poll.told["all"]["ballots"])
    if rules.may_tell(poll.names, told=told, ballots=poll.ballots):
        poll.told = results_of(poll, rows, is_final=False).model_dump(mode="json")
    await tell_tally(session, poll, now)


async def tell_tally(session: AsyncSession, poll: Poll, now: datetime) -> None:
    """The number of ballots to all, the results to whom they may be told."""
    data: dict[str, Any] = {"id": poll.id, "ballots": poll.ballots}
    public, staff = log.public_stream(poll.roadshow_id), log.staff_stream(poll.roadshow_id)
    if is_public(poll):
        await log.append(session, public, "poll.tallied", data | {"results": public_results(poll)}, now)
    await log.append(session, staff, "poll.tallied", data | {"results": poll.told}, now)


async def counters(session: AsyncSession, poll_id: str) -> list[PollTally]:
    """Everything counted so far, in one query."""
    return list(await session.scalars(select(PollTally).where(PollTally.poll_id == poll_id)))


def ballots_of(rows: list[PollTally]) -> int:
    return next((row.votes for row in rows if (row.thing, row.score) == rules.BALLOT), 0)


def results_of(poll: Poll, rows: list[PollTally], *, is_final: bool) -> Results:
    """The results, with the investors' apart where that gives nobody away."""
    asked = results.Asked(PollKind(poll.kind), rules.option_ids(poll.options), poll.scale, frozenset(poll.blocked))
    everybody = [results.Tally(row.thing, row.score, row.text, row.votes) for row in rows]
    investors = [results.Tally(row.thing, row.score, row.text, row.investors) for row in rows]
    whole, apart = results.series(asked, everybody), results.series(asked, investors)
    is_shown = rules.is_series_shown(poll.names, is_final=is_final, investors=apart.ballots, ballots=whole.ballots)
    return Results(all=whole, investors=apart if is_shown else None)


def note(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, poll: Poll, action: str, now: datetime, **detail: Any
) -> None:
    """Leave the trace of a host's act."""
    audit.record(session, actor, action, ("poll", poll.id), now=now, organizer_id=roadshow.organizer_id, **detail)
