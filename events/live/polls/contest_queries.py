"""Reads of a contest: both audiences' states, a judge's sheet, the standings as they would be now, the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import Actor, Permission
from events.errors import NotFound
from events.live.models import Room
from events.live.polls import contest_rules as rules
from events.live.polls.contest_schemas import (
    JudgeView,
    MissingSheet,
    SheetProject,
    SheetView,
    StaffContest,
    StandingsView,
    StandingView,
)
from events.live.polls.contest_views import judge_view, public_contest, staff_contest
from events.live.polls.models import Contest, ContestJudge, ContestScore, Poll, PollState
from events.live.polls.schemas import RecordView
from events.live.polls.scoring import Commitment, Entry, Sheets, Weights, standings
from events.programme.models import Roadshow, Slot
from events.programme.queries import agenda

CHANGED, CONCEALED = "contest.changed", "contest.concealed"


@dataclass(frozen=True, slots=True)
class Worked:
    """Standings, what is missing, and everything they follow from."""

    standings: list[StandingView]
    missing: list[MissingSheet]
    inputs: dict[str, Any]


async def load(session: AsyncSession, roadshow_id: str) -> Contest:
    """Refuses: no_contest."""
    contest = await session.get(Contest, roadshow_id)
    if contest is None:
        raise rules.NoContest
    return contest


async def public_part(session: AsyncSession, roadshow_id: str) -> dict[str, Any] | None:
    """The contest as the audience sees it, or null."""
    judges = select(func.count()).where(ContestJudge.roadshow_id == roadshow_id).scalar_subquery()
    query = select(Contest, judges.label("judges")).where(Contest.roadshow_id == roadshow_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else public_contest(row.Contest, row.judges).model_dump(mode="json")


async def staff_part(session: AsyncSession, roadshow_id: str) -> dict[str, Any] | None:
    """The contest as its staff sees it, or null."""
    contest = await session.get(Contest, roadshow_id)
    return None if contest is None else (await staff_view(session, contest)).model_dump(mode="json")


async def staff_view(session: AsyncSession, contest: Contest) -> StaffContest:
    return staff_contest(contest, await judge_views(session, contest))


async def judge_views(session: AsyncSession, contest: Contest) -> list[JudgeView]:
    """The judges in order of invitation, each with the projects it has scored in full."""
    known = [criterion["id"] for criterion in contest.criteria]
    complete = (
        select(ContestScore.judge_id, ContestScore.project_id)
        .where(ContestScore.roadshow_id == contest.roadshow_id, ContestScore.criterion.in_(known))
        .group_by(ContestScore.judge_id, ContestScore.project_id)
        .having(func.count() == len(known))
    )
    done: dict[str, list[str]] = {}
    for judge_id, project_id in await session.execute(complete):
        done.setdefault(judge_id, []).append(project_id)
    return [judge_view(judge, done.get(judge.id, [])) for judge in await _judges(session, contest.roadshow_id)]


def telling(
    session: AsyncSession, roadshow_id: str, now: datetime, *, public: bool = True, takes_back: bool = False
) -> None:
    """Tell the staff, and the audience if it concerns it, once for the transaction.

    What takes something back is an entry of its own kind, before which nothing is ever sent again.
    """
    wanted: dict[str, set[str]] = session.info.setdefault("contests", {})
    kinds = wanted.setdefault(roadshow_id, set())
    if public:
        kinds.add(CONCEALED if takes_back else CHANGED)

    async def tell(session: AsyncSession) -> None:
        told = session.info["contests"].pop(roadshow_id)
        if told:
            kind = CONCEALED if CONCEALED in told else CHANGED
            data = {"contest": await public_part(session, roadshow_id)}
            await log.append(session, log.public_stream(roadshow_id), kind, data, now)
        data = {"contest": await staff_part(session, roadshow_id)}
        await log.append(session, log.staff_stream(roadshow_id), CHANGED, data, now)

    log.before_commit(session, f"contest/{roadshow_id}", tell)


async def standing(
    session: AsyncSession, actor: Actor, roadshow_id: str, commitments: Sequence[Commitment]
) -> StandingsView:
    """How it would end now, for the staff. Refuses: not_found, forbidden, no_contest."""
    await _staff_only(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    poll = await session.get(Poll, contest.audience_poll_id) if contest.audience_poll_id else None
    is_open = poll is not None and contest.audience_weight > 0 and poll.state != PollState.CLOSED
    worked = await work_out(session, contest, commitments)
    return StandingsView(standings=worked.standings, missing=worked.missing, audience_poll_open=is_open)


async def work_out(session: AsyncSession, contest: Contest, commitments: Sequence[Commitment]) -> Worked:
    """The standings of what is there now."""
    projects = await projects_of(session, contest.roadshow_id)
    judges = await _judges(session, contest.roadshow_id)
    points = await _points(session, contest)
    criteria = {criterion["id"]: int(criterion["weight"]) for criterion in contest.criteria}
    sheets = Sheets(criteria, contest.scale, [judge.id for judge in judges], list(projects), points)
    audience = await _audience(session, contest)
    weights = Weights(contest.jury_weight, contest.commitments_weight, contest.audience_weight)
    here = [each for each in commitments if each.project_id in projects]
    entries = standings(sheets, here, contest.cap_fen, audience, weights, corrected=contest.is_corrected)
    named = {judge.id: judge.name for judge in judges}
    missing = [MissingSheet(judge=named[j], project_name=projects[p]["name"]) for j, p in sheets.missing()]
    inputs = _inputs(sheets, here, audience)
    return Worked([_standing(entry, projects[entry.project_id]) for entry in entries], missing, inputs)


def _inputs(sheets: Sheets, commitments: Sequence[Commitment], audience: Mapping[str, Fraction]) -> dict[str, Any]:
    """For the record: every number the totals follow from; judges by number, so that it names nobody."""
    number = {judge: index for index, judge in enumerate(sheets.judges, start=1)}
    return {
        "scores": sorted([number[j], p, c, points] for (j, p, c), points in sheets.points.items()),
        "commitments": sorted([each.project_id, each.amount_fen] for each in commitments),
        "audience": {project: [part.numerator, part.denominator] for project, part in sorted(audience.items())},
    }


def _standing(entry: Entry, project: Mapping[str, str]) -> StandingView:
    fields = {name: getattr(entry, name) for name in entry.__slots__}
    return StandingView.model_validate(
        fields | {"project_name": project["name"], "company_name": project["company_name"]}
    )


async def projects_of(session: AsyncSession, roadshow_id: str) -> dict[str, dict[str, str]]:
    """The projects on the agenda, in its order."""
    return {
        slot.project.id: {"id": slot.project.id, "name": slot.project.name, "company_name": slot.project.company_name}
        for slot in await agenda(session, roadshow_id)
        if slot.project
    }


async def judge_of(session: AsyncSession, actor: Actor, roadshow_id: str) -> ContestJudge:
    """The actor as a judge here. Refuses: sign_in_required, not_judge."""
    query = select(ContestJudge).where(
        ContestJudge.roadshow_id == roadshow_id, ContestJudge.user_id == actor.require_account()
    )
    judge = await session.scalar(query)
    if judge is None:
        raise rules.NotJudge
    return judge


async def sheet(session: AsyncSession, actor: Actor, roadshow_id: str) -> SheetView:
    """The judge's own sheet. Refuses: sign_in_required, not_judge, no_contest."""
    judge = await judge_of(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    given = await _points(session, contest, judge.id)
    stage = select(Slot.id).join(Room, Room.current_slot_id == Slot.id).where(Room.roadshow_id == roadshow_id)
    on_stage = await session.scalar(stage)
    slots = {slot.id: slot.project.id for slot in await agenda(session, roadshow_id) if slot.project}
    projects = [
        SheetProject(**project, points={c: value for (_, p, c), value in given.items() if p == project_id})
        for project_id, project in (await projects_of(session, roadshow_id)).items()
    ]
    return SheetView.model_validate(
        {
            "judge": judge.name, "state": contest.state, "criteria": contest.criteria, "scale": contest.scale,
            "current_project_id": slots.get(on_stage or ""), "projects": projects,
        }
    )  # fmt: skip


async def record(session: AsyncSession, actor: Actor, roadshow_id: str) -> RecordView:
    """What was frozen, for the staff, and for all once everything is revealed. Refuses: not_found."""
    contest = await load(session, roadshow_id)
    roadshow = await session.get_one(Roadshow, roadshow_id)
    places = [row["place"] for row in contest.standings or []]
    is_out = contest.revealed >= rules.steps_of(places)
    if contest.record is None or contest.digest is None:
        raise NotFound
    if not (is_out or actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ)):
        raise NotFound
    return RecordView(text=contest.record, digest=contest.digest)


async def _staff_only(session: AsyncSession, actor: Actor, roadshow_id: str) -> None:
    roadshow = await session.get(Roadshow, roadshow_id)
    if roadshow is None:
        raise NotFound
    actor.require(roadshow.organizer_id, Permission.LIVE_HOST)


async def _judges(session: AsyncSession, roadshow_id: str) -> Sequence[ContestJudge]:
    query = select(ContestJudge).where(ContestJudge.roadshow_id == roadshow_id)
    return (await session.scalars(query.order_by(ContestJudge.invited_at, ContestJudge.id))).all()


async def _points(
    session: AsyncSession, contest: Contest, judge_id: str | None = None
) -> dict[tuple[str, str, str], int]:
    """Points by judge, project and criterion; of criteria that are no longer asked for, none."""
    known = {criterion["id"] for criterion in contest.criteria}
    query = select(ContestScore).where(ContestScore.roadshow_id == contest.roadshow_id)
    if judge_id is not None:
        query = query.where(ContestScore.judge_id == judge_id)
    rows = await session.scalars(query)
    return {(row.judge_id, row.project_id, row.criterion): row.points for row in rows if row.criterion in known}


async def _audience(session: AsyncSession, contest: Contest) -> dict[str, Fraction]:
    poll = await session.get(Poll, contest.audience_poll_id) if contest.audience_poll_id else None
    if poll is None or poll.told is None:
        return {}
    return rules.audience_term(poll.kind, poll.options, poll.scale, poll.told)
