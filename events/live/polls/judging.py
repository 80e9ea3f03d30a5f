"""Judges: invited by letter, let in once by its link, scoring until the contest is frozen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.accounts.keys import hashed
from events.accounts.users import require_address
from events.actor import Actor
from events.base import new_id
from events.errors import NotFound
from events.live.polls import contest_rules as rules
from events.live.polls.contest_queries import judge_of, load, projects_of, telling
from events.live.polls.contest_schemas import JudgeIn, JudgeRef, JudgeView, JudgingView, ScoreIn, ScoreView
from events.live.polls.contest_views import judge_view
from events.live.polls.models import ContestJudge, ContestScore
from events.live.rooms import hold, hosted
from events.live.schemas import Nothing
from events.text import address


async def invite(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: JudgeIn, secret: str, *, now: datetime
) -> JudgeView:
    """Ask somebody to judge, by mail, with a secret that is used once. Refuses: no_contest, contest_frozen."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    rules.require_judging(contest.state)
    judge = ContestJudge(
        id=new_id(), roadshow_id=roadshow_id, name=data.name, email=address(data.email), secret_hash=hashed(secret),
        user_id=None, invited_at=now, accepted_at=None,
    )  # fmt: skip
    session.add(judge)
    await session.flush()
    letter = {"title": roadshow.title, "name": data.name, "token": secret}
    outbox.mail(session, judge.email, "judge_invitation", letter, now)
    subject = ("judge", judge.id)
    audit.record(session, actor, "contest.judge_invited", subject, now=now, organizer_id=roadshow.organizer_id)
    telling(session, roadshow_id, now)
    return judge_view(judge, [])


async def dismiss(session: AsyncSession, actor: Actor, roadshow_id: str, data: JudgeRef, *, now: datetime) -> Nothing:
    """Take a judge away, and what that judge gave. Refuses: not_found, contest_frozen."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    contest = await load(session, roadshow_id)
    rules.require_judging(contest.state)
    judge = await session.get(ContestJudge, data.judge_id)
    if judge is None or judge.roadshow_id != roadshow_id:
        raise NotFound
    await session.execute(delete(ContestScore).where(ContestScore.judge_id == judge.id))
    await session.delete(judge)
    subject = ("judge", judge.id)
    audit.record(session, actor, "contest.judge_dismissed", subject, now=now, organizer_id=roadshow.organizer_id)
    telling(session, roadshow_id, now)
    return Nothing()


async def accept(session: AsyncSession, actor: Actor, secret: str, *, now: datetime) -> JudgingView:
    """Become the judge the letter asks for, once.

    Refuses: sign_in_required, not_found, invitation_over, address_unconfirmed, address_other.
    """
    user_id = actor.require_account()
    judge = await session.scalar(select(ContestJudge).where(ContestJudge.secret_hash == hashed(secret)))
    if judge is None:
        raise NotFound
    _, roadshow = await hold(session, judge.roadshow_id)
    await session.refresh(judge)
    if judge.user_id == user_id:
        return JudgingView(roadshow_id=judge.roadshow_id)
    if judge.user_id is not None:
        raise rules.InvitationUsed
    await require_address(session, user_id, judge.email)
    await _become(session, judge, user_id, now)
    subject = ("judge", judge.id)
    audit.record(session, actor, "contest.judge_joined", subject, now=now, organizer_id=roadshow.organizer_id)
    telling(session, judge.roadshow_id, now, public=False)
    return JudgingView(roadshow_id=judge.roadshow_id)


async def _become(session: AsyncSession, judge: ContestJudge, user_id: str, now: datetime) -> None:
    """Nobody judges a contest twice. Refuses: invitation_over."""
    try:
        async with session.begin_nested():
            judge.user_id, judge.accepted_at = user_id, now
    except IntegrityError:
        raise rules.InvitationUsed from None


async def score(session: AsyncSession, actor: Actor, roadshow_id: str, data: ScoreIn, *, now: datetime) -> ScoreView:
    """Give points, or take them back. Refuses: not_judge, contest_frozen, score_invalid, not_found."""
    judge = await judge_of(session, actor, roadshow_id)
    await hold(session, roadshow_id)
    contest = await load(session, roadshow_id)
    rules.require_judging(contest.state)
    rules.check_points(contest.criteria, contest.scale, data.points)
    if data.project_id not in await projects_of(session, roadshow_id):
        raise NotFound
    await _write(session, judge, data, now)
    audit.record(session, actor, "contest.scored", ("judge", judge.id), now=now, project_id=data.project_id)
    telling(session, roadshow_id, now, public=False)
    mine = select(ContestScore.criterion, ContestScore.points).where(
        ContestScore.judge_id == judge.id, ContestScore.project_id == data.project_id
    )
    return ScoreView(
        project_id=data.project_id, points={row.criterion: row.points for row in await session.execute(mine)}
    )


async def _write(session: AsyncSession, judge: ContestJudge, data: ScoreIn, now: datetime) -> None:
    gone = [criterion for criterion, points in data.points.items() if points is None]
    await session.execute(
        delete(ContestScore).where(
            ContestScore.judge_id == judge.id, ContestScore.project_id == data.project_id,
            ContestScore.criterion.in_(gone),
        )
    )  # fmt: skip
    rows = [
        {
            "judge_id": judge.id, "project_id": data.project_id, "criterion": criterion, "points": points,
            "roadshow_id": judge.roadshow_id, "at": now,
        }
        for criterion, points in sorted(data.points.items())
        if points is not None
    ]  # fmt: skip
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        writing = dialect.insert(ContestScore).values(rows)
        new = {"points": writing.excluded.points, "at": writing.excluded.at}
        key = ["judge_id", "project_id", "criterion"]
        await session.execute(writing.on_conflict_do_update(index_elements=key, set_=new))
