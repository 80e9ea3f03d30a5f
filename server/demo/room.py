"""The demo's live side: past rooms that are over, and the one that is open right now."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import Actor
from events.deals.models import IntentKind, IntentState
from events.deals.schemas import AnswerIn as IntentAnswerIn
from events.deals.schemas import IntentIn
from events.deals.service import answer as answer_intent
from events.deals.service import leave_intent
from events.live import merging, promises, questions, replies, rooms, votes
from events.live.danmaku.reactions import react
from events.live.danmaku.schemas import DanmakuIn, ReactionsIn
from events.live.danmaku.service import send as send_danmaku
from events.live.models import AnsweredHow, Moderation
from events.live.schemas import (
    AnswerIn,
    KeepIn,
    MergeIn,
    ModerationIn,
    Nothing,
    PromiseIn,
    QuestionChoice,
    QuestionIn,
    QuestionRef,
    ReplyIn,
)
from events.live.stage import running
from events.live.stage.schemas import StageRef
from server.demo import cast, polling
from server.demo.people import WAN, Ensemble

AMOUNTS_WAN = ((200, 500), (500, 1000), (1000, 2000), (300, 800))
NOTES = ("希望下周安排技术尽调", "请先发一份商业计划书", "可联合领投", "需要看到第三方测试报告", "")


async def play_past(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, firms: list[int], crowd: list[int], chance: Random,
    starts_at: datetime,
) -> None:  # fmt: skip
    """A room that was: opened, questions answered aloud or after the session, intents left and answered, closed."""
    host, later = all_.staff["host"], ""
    await rooms.open_room(session, host, roadshow_id, Nothing(), now=starts_at)
    for number, (text, _, anonymous) in enumerate(chance.sample(cast.QUESTIONS, 3)):
        asker, at = all_.investors[crowd[number]], starts_at + timedelta(minutes=15 + number * 12)
        project = all_.projects[firms[number % len(firms)]]
        data = QuestionIn(text=text, anonymous=anonymous, project_id=project)
        asked = await questions.ask(session, asker, roadshow_id, data, now=at)
        if number == 2:
            promised = PromiseIn(question_id=asked.id)
            await promises.promise(session, host, roadshow_id, promised, now=at + timedelta(minutes=4))
            later = asked.id
            continue
        reply = AnswerIn(question_id=asked.id, how=AnsweredHow.ALOUD)
        await questions.answer(session, host, roadshow_id, reply, now=at + timedelta(minutes=4))
    for number in crowd[:2]:
        firm = chance.choice(firms)
        intent_id = await _leave(session, all_, roadshow_id, firm, number, chance, starts_at + timedelta(minutes=70))
        answered = chance.choice((IntentState.ACCEPTED, IntentState.LATER, IntentState.ACCEPTED))
        at = starts_at + timedelta(hours=5)
        await answer_intent(session, all_.founders[firm], intent_id, IntentAnswerIn(answer=answered), now=at)
    if len(firms) > 2 and len(crowd) > 4:
        pitched, judged_at = [all_.projects[firm] for firm in firms], starts_at + timedelta(minutes=90)
        voters = [all_.investors[number] for number in crowd]
        await polling.judge_past(session, all_, roadshow_id, pitched, voters, judged_at)
    await rooms.close_room(session, host, roadshow_id, Nothing(), now=starts_at + timedelta(minutes=120))
    kept = KeepIn(question_id=later, text=cast.KEPT)
    await promises.keep(session, host, roadshow_id, kept, now=starts_at + timedelta(hours=5))


async def play_now(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, slot_ids: list[str], firms: list[int], chance: Random,
    now: datetime,
) -> None:  # fmt: skip
    """The room that is open: the second pitch on stage, questions of every state, votes, three intents."""
    host, crowd = all_.staff["host"], all_.investors[: all_.verified]
    await rooms.open_room(session, host, roadshow_id, Nothing(), now=now - timedelta(minutes=35))
    await running.start(session, host, roadshow_id, StageRef(slot_id=slot_ids[0]), now=now - timedelta(minutes=33))
    await running.start(session, host, roadshow_id, StageRef(slot_id=slot_ids[1]), now=now - timedelta(minutes=6))
    asked: list[str] = []
    for number, (text, hearts, anonymous) in enumerate(cast.QUESTIONS):
        at = now - timedelta(minutes=30 - number * 4)
        data = QuestionIn(text=text, anonymous=anonymous, project_id=all_.projects[firms[1]])
        asked.append((await questions.ask(session, crowd[number % len(crowd)], roadshow_id, data, now=at)).id)
        await _vote(session, crowd, roadshow_id, asked[-1], hearts, at)
    written = AnswerIn(
        question_id=asked[3], how=AnsweredHow.WRITTEN, text="同规格较进口低约 28%，交期由 16 周缩短到 5 周。"
    )
    await questions.answer(session, host, roadshow_id, written, now=now - timedelta(minutes=4))
    spoken = AnswerIn(question_id=asked[1], how=AnsweredHow.ALOUD)
    await questions.answer(session, host, roadshow_id, spoken, now=now - timedelta(minutes=3))
    await questions.take_up(session, host, roadshow_id, QuestionChoice(question_id=asked[0]), now=now)
    await questions.pin(session, host, roadshow_id, QuestionChoice(question_id=asked[0]), now=now)
    await _at_depth(session, all_, roadshow_id, firms[1], asked, crowd, now)
    await polling.ask_interest(session, all_, roadshow_id, crowd, now)
    await polling.judge_now(session, all_, roadshow_id, [all_.projects[firm] for firm in firms], now)
    await rooms.set_moderation(session, host, roadshow_id, ModerationIn(mode=Moderation.BEFORE), now=now)
    for number, text in enumerate(cast.WAITING):
        data = QuestionIn(text=text, anonymous=bool(number), project_id=all_.projects[firms[1]])
        at = now - timedelta(minutes=2 - number)
        await questions.ask(session, crowd[number + 9], roadshow_id, data, now=at)
    for number, firm in enumerate((firms[0], firms[1], firms[1])):
        await _leave(session, all_, roadshow_id, firm, number + 1, chance, now - timedelta(minutes=5 - number))
    await _flow(session, all_, roadshow_id, crowd, now)
    await log.run_deferred(session)


async def _flow(session: AsyncSession, all_: Ensemble, roadshow_id: str, crowd: list[Actor], now: datetime) -> None:
    """What flies over the stage: the last one waits for the host, who already thanked the room."""
    for number, text in enumerate(cast.DANMAKU):
        at = now - timedelta(seconds=8 * (len(cast.DANMAKU) - number))
        await send_danmaku(session, crowd[number % len(crowd)], roadshow_id, DanmakuIn(text=text), now=at)
    thanks = DanmakuIn(text="感谢各位，稍后逐一回答")
    await send_danmaku(session, all_.staff["host"], roadshow_id, thanks, now=now - timedelta(seconds=4))
    for number, person in enumerate(crowd[:8]):
        taps = ReactionsIn.model_validate({"counts": {"clap": 3 + number, "rocket": 1 + number % 3}})
        await react(session, person, roadshow_id, taps, now=now - timedelta(seconds=30 - number))


async def _at_depth(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, firm: int, asked: list[str], crowd: list[Actor],
    now: datetime,
) -> None:  # fmt: skip
    """A question merged into another, a reply of the startup's, a promised answer, one about the whole roadshow."""
    host = all_.staff["host"]
    twin = QuestionIn(text=cast.TWIN, project_id=all_.projects[firm])
    at = now - timedelta(minutes=3)
    again = (await questions.ask(session, crowd[11], roadshow_id, twin, now=at)).id
    await _vote(session, crowd[20:22], roadshow_id, again, 2, at)
    await merging.merge(session, host, roadshow_id, MergeIn(question_id=again, into_id=asked[0]), now=now)
    said = ReplyIn(question_id=asked[5], text=cast.REPLY)
    await replies.reply(session, all_.founders[firm], roadshow_id, said, now=now - timedelta(minutes=1))
    await promises.promise(session, host, roadshow_id, PromiseIn(question_id=asked[6]), now=now)
    whole = QuestionIn(text="本场资料会后在哪里领取？", about="whole")
    await questions.ask(session, crowd[5], roadshow_id, whole, now=now - timedelta(minutes=1))


async def _vote(
    session: AsyncSession, crowd: list[Actor], roadshow_id: str, question_id: str, hearts: int, at: datetime
) -> None:
    for voter in crowd[:hearts]:
        await votes.vote(session, voter, roadshow_id, QuestionRef(question_id=question_id), now=at)


async def _leave(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, firm: int, investor: int, chance: Random, at: datetime
) -> str:
    low, high = chance.choice(AMOUNTS_WAN)
    kind = chance.choice((IntentKind.EQUITY, IntentKind.EQUITY, IntentKind.LOAN, IntentKind.GUARANTEE))
    data = IntentIn(
        project_id=all_.projects[firm], kind=kind, amount_min_fen=low * WAN, amount_max_fen=high * WAN,
        note=chance.choice(NOTES),
    )  # fmt: skip
    return (await leave_intent(session, all_.investors[investor], roadshow_id, data, now=at)).id
