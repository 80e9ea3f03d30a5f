"""The demo's polls and contests: one poll to answer now, one contest being judged, and past ones that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.keys import new_secret
from events.accounts.models import User
from events.actor import Actor
from events.live.polls import contests, drafts, judging, running
from events.live.polls.contest_schemas import ContestIn, FreezeIn, JudgeIn, RevealIn, ScoreIn
from events.live.polls.models import Names
from events.live.polls.schemas import BallotIn, PollIn, PollRef
from server.demo.people import Ensemble
from server.polling import answer_poll, freeze_contest

INTEREST = ("很有兴趣，想约见团队", "有兴趣，先看资料", "再看看", "这次不考虑")
LEANINGS = (0, 0, 1, 0, 1, 2, 0, 1, 0, 1, 3, 0, 2)
CRITERIA = (("技术领先程度", 2), ("市场空间", 1), ("团队执行力", 1), ("资金使用计划", 1))
JUDGES = ("陈教授", "吴评委", "林评委")


async def ask_interest(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, crowd: list[Actor], now: datetime
) -> None:
    """An open secret poll on the project on stage, with a dozen ballots in it."""
    options = [{"text": text} for text in INTEREST]
    asked = {"kind": "single", "title": "您对台上这个项目有多大兴趣？", "options": options, "results_when": "live"}
    poll_id = await _open(session, all_, roadshow_id, PollIn.model_validate(asked), now - timedelta(minutes=3))
    for voter, leaning in zip(crowd[3:], LEANINGS, strict=False):
        ballot = BallotIn(poll_id=poll_id, options=[str(leaning + 1)])
        await answer_poll(session, voter, roadshow_id, ballot, now=now - timedelta(minutes=2))


async def judge_now(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, projects: list[str], now: datetime
) -> None:
    """A contest under way: two judges are done with the first project, the planner has yet to score."""
    judges = await _set_up(session, all_, roadshow_id, None, now - timedelta(minutes=30))
    for judge, base in zip(judges[:2], (8, 7), strict=True):
        await _score(session, judge, roadshow_id, projects[0], base, Random(base), now - timedelta(minutes=12))


async def judge_past(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, projects: list[str], crowd: list[Actor], at: datetime
) -> None:
    """A contest that is over: judged, rated by the audience, frozen, everything revealed."""
    options = [{"text": f"项目 {number}", "project_id": project} for number, project in enumerate(projects, start=1)]
    asked = {"kind": "rating", "title": "请为今天的项目打分", "scale": 10, "names": Names.HOST, "options": options}
    poll_id = await _open(session, all_, roadshow_id, PollIn.model_validate(asked), at)
    chance = Random(len(projects))
    for voter in crowd:
        scores = {str(number): chance.randint(5, 10) for number in range(1, len(projects) + 1)}
        await answer_poll(session, voter, roadshow_id, BallotIn(poll_id=poll_id, scores=scores), now=at)
    host = all_.staff["host"]
    await running.end(session, host, roadshow_id, PollRef(poll_id=poll_id), now=at + timedelta(minutes=4))
    for judge in await _set_up(session, all_, roadshow_id, poll_id, at):
        for number, project in enumerate(projects):
            await _score(session, judge, roadshow_id, project, 6 + number % 3, chance, at + timedelta(minutes=5))
    done = at + timedelta(minutes=10)
    frozen = await freeze_contest(session, host, roadshow_id, FreezeIn(accepts_missing=True), now=done)
    await contests.reveal(session, host, roadshow_id, RevealIn(steps=frozen.steps), now=done + timedelta(minutes=5))


async def _open(session: AsyncSession, all_: Ensemble, roadshow_id: str, data: PollIn, at: datetime) -> str:
    host = all_.staff["host"]
    poll = await drafts.create(session, host, roadshow_id, data, now=at)
    await running.begin(session, host, roadshow_id, PollRef(poll_id=poll.id), now=at)
    return poll.id


async def _set_up(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, poll_id: str | None, at: datetime
) -> list[Actor]:
    """The rubric and three judges: two investors and the planner."""
    host, criteria = all_.staff["host"], [{"name": name, "weight": weight} for name, weight in CRITERIA]
    rubric = ContestIn.model_validate({"criteria": criteria, "audience_poll_id": poll_id})
    await contests.set_contest(session, host, roadshow_id, rubric, now=at)
    people = [all_.investors[14], all_.investors[15], all_.staff["planner"]]
    for person, name in zip(people, JUDGES, strict=True):
        secret, email = new_secret(), await _address_of(session, person)
        await judging.invite(session, host, roadshow_id, JudgeIn(name=name, email=email), secret, now=at)
        await judging.accept(session, person, secret, now=at)
    return people


async def _address_of(session: AsyncSession, person: Actor) -> str:
    user = await session.get_one(User, person.require_account())
    assert user.email is not None
    return user.email


async def _score(
    session: AsyncSession, judge: Actor, roadshow_id: str, project: str, base: int, chance: Random, at: datetime
) -> None:
    points = {str(number): min(10, base + chance.randint(0, 2)) for number in range(1, len(CRITERIA) + 1)}
    await judging.score(session, judge, roadshow_id, ScoreIn(project_id=project, points=points), now=at)
