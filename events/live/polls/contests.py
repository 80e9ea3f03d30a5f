"""A contest run by its host: rubric and weights, freezing, and the reveal step by step with a way back."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor
from events.live.polls import contest_rules as rules
from events.live.polls import results
from events.live.polls.contest_queries import load, staff_view, telling, work_out
from events.live.polls.contest_schemas import ContestIn, CriterionIn, FreezeIn, RevealIn, StaffContest
from events.live.polls.drafts import find
from events.live.polls.models import Contest, ContestState, Poll, PollState
from events.live.polls.scoring import Commitment
from events.live.rooms import hosted
from events.programme.models import Roadshow

Commitments = Callable[[AsyncSession, str], Awaitable[Sequence[Commitment]]]
"""`commitments(session, roadshow_id)`: the open intents of the room that name an amount."""


async def set_contest(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ContestIn, *, now: datetime
) -> StaffContest:
    """Say how is scored, until it is frozen. Refuses: contest_frozen, audience_poll_unfit."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    contest = await session.get(Contest, roadshow_id)
    if contest is None:
        contest = Contest(roadshow_id=roadshow_id, state=ContestState.JUDGING, revealed=0, updated_at=now, criteria=[])
    rules.require_judging(contest.state)
    await _check_poll(session, roadshow_id, data.audience_poll_id)
    contest.criteria = _criteria(contest.criteria, data.criteria)
    for name in ContestIn.model_fields.keys() - {"criteria"}:
        setattr(contest, name, getattr(data, name))
    contest.updated_at = now
    session.add(contest)
    await session.flush()
    _note(session, actor, roadshow, "contest.set", now)
    telling(session, roadshow_id, now)
    return await staff_view(session, contest)


def _criteria(before: Sequence[dict[str, Any]], wanted: Sequence[CriterionIn]) -> list[dict[str, Any]]:
    """The rubric with ids: a known id stays, a new criterion gets the next number ever given."""
    known = {criterion["id"] for criterion in before}
    next_number = 1 + max((int(each) for each in known if each.isdecimal()), default=0)
    found = []
    for criterion in wanted:
        criterion_id = criterion.id if criterion.id in known else None
        if criterion_id is None:
            criterion_id, next_number = str(next_number), next_number + 1
        found.append({"id": criterion_id, "name": criterion.name, "weight": criterion.weight})
    return found


async def _check_poll(session: AsyncSession, roadshow_id: str, poll_id: str | None) -> Poll | None:
    if poll_id is None:
        return None
    poll = await find(session, roadshow_id, poll_id)
    if not any(option.get("project_id") for option in poll.options):
        raise rules.AudiencePollUnfit
    return poll


async def freeze(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: FreezeIn, commitments: Commitments, *, now: datetime
) -> StaffContest:
    """Work the totals out and fix them under a digest. Refuses: sheets_missing, audience_poll_open, contest_frozen."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    rules.require_judging(contest.state)
    poll = await _check_poll(session, roadshow_id, contest.audience_poll_id)
    if poll is not None and contest.audience_weight and poll.state != PollState.CLOSED:
        raise rules.AudiencePollOpen
    worked = await work_out(session, contest, await commitments(session, roadshow_id))
    if worked.missing and not data.accepts_missing:
        raise rules.SheetsMissing(missing=len(worked.missing))
    contest.standings = [row.model_dump(mode="json") for row in worked.standings]
    contest.state, contest.frozen_at, contest.revealed, contest.updated_at = ContestState.FROZEN, now, 0, now
    contest.record = results.canonical(_record(contest, worked.inputs))
    contest.digest = results.digest_of(contest.record)
    _note(session, actor, roadshow, "contest.frozen", now, digest=contest.digest, missing=len(worked.missing))
    telling(session, roadshow_id, now)
    return await staff_view(session, contest)


def _record(contest: Contest, inputs: dict[str, Any]) -> dict[str, Any]:
    """Everything the totals follow from, and the totals; 128 random bits keep the digest from telling them early."""
    assert contest.frozen_at is not None
    return {
        "format": "roadshow.contest.1", "salt": secrets.token_hex(16), "roadshow_id": contest.roadshow_id,
        "criteria": contest.criteria, "scale": contest.scale, "cap_fen": contest.cap_fen,
        "weights": [contest.jury_weight, contest.commitments_weight, contest.audience_weight],
        "is_corrected": contest.is_corrected, "frozen_at": contest.frozen_at.isoformat(), **inputs,
        "standings": contest.standings,
    }  # fmt: skip


async def reveal(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: RevealIn, *, now: datetime
) -> StaffContest:
    """Show so many steps: third, second, first, then all; fewer take a step back. Refuses: contest_not_frozen,
    reveal_range."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    if contest.state != ContestState.FROZEN:
        raise rules.ContestNotFrozen
    if data.steps > rules.steps_of([row["place"] for row in contest.standings or []]):
        raise rules.RevealRange
    before, contest.revealed, contest.updated_at = contest.revealed, data.steps, now
    _note(session, actor, roadshow, "contest.revealed", now, before=before, after=data.steps)
    telling(session, roadshow_id, now, takes_back=data.steps < before)
    return await staff_view(session, contest)


def _note(session: AsyncSession, actor: Actor, roadshow: Roadshow, action: str, now: datetime, **detail: Any) -> None:
    audit.record(
        session, actor, action, ("contest", roadshow.id), now=now, organizer_id=roadshow.organizer_id, **detail
    )
