"""What people do with a contest in a random day of a room, and the entries that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Refusal
from events.live.polls import contests, judging
from events.live.polls.contest_schemas import ContestIn, FreezeIn, JudgeIn, JudgeRef, RevealIn, ScoreIn
from events.live.polls.models import Contest, ContestJudge, ContestState
from server.polling import freeze_contest

if TYPE_CHECKING:
    from tests.contract.test_fold import Day

KINDS: dict[str, set[str]] = {"public": {"contest.changed", "contest.concealed"}, "staff": {"contest.changed"}}


async def lay_down(day: Day, session: AsyncSession) -> object:
    criteria = [{"name": name, "weight": day.dice.randint(1, 3)} for name in ("技术", "市场")]
    data = ContestIn.model_validate({"criteria": criteria, "is_corrected": day.dice.random() < 0.5})
    return await contests.set_contest(session, day.host, day.show.id, data, now=day.now)


async def invite(day: Day, session: AsyncSession) -> object:
    secret = f"{day.show.id}{day.dice.random()}"
    data = JudgeIn(name="评委", email="judge@example.com")
    asked = await judging.invite(session, day.host, day.show.id, data, secret, now=day.now)
    if day.dice.random() < 0.8:
        await judging.accept(session, day.dice.choice(day.crowd), secret, now=day.now)
    return asked


async def dismiss(day: Day, session: AsyncSession) -> object:
    ids = list(await session.scalars(select(ContestJudge.id).where(ContestJudge.roadshow_id == day.show.id)))
    if not ids:
        raise Refusal
    data = JudgeRef(judge_id=day.dice.choice(ids))
    return await judging.dismiss(session, day.host, day.show.id, data, now=day.now)


async def score(day: Day, session: AsyncSession) -> object:
    points = {str(n): day.dice.choice([None, day.dice.randint(0, 10)]) for n in (1, 2)}
    data = ScoreIn.model_validate({"project_id": day.show.project_id, "points": points})
    return await judging.score(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def freeze(day: Day, session: AsyncSession) -> object:
    return await freeze_contest(session, day.host, day.show.id, FreezeIn(accepts_missing=True), now=day.now)


async def reveal(day: Day, session: AsyncSession) -> object:
    """Show a step or take it back; what that needs is done first, and a mistake is noticed at once or later."""
    contest = await session.get(Contest, day.show.id)
    if contest is None:
        return await lay_down(day, session)
    if contest.state == ContestState.JUDGING:
        await freeze(day, session)
    data = RevealIn(steps=1 - contest.revealed)
    shown = await contests.reveal(session, day.host, day.show.id, data, now=day.now)
    if day.dice.random() < 0.3:
        return await contests.reveal(session, day.host, day.show.id, RevealIn(steps=0), now=day.now)
    return shown


ACTS = [(lay_down, 2), (invite, 1), (dismiss, 0.3), (score, 2), (freeze, 2), (reveal, 4)]
