"""What may happen to danmaku on a random day in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Refusal
from events.live.danmaku import service
from events.live.danmaku.flow import set_flow
from events.live.danmaku.models import Danmaku, Mute
from events.live.danmaku.release import release
from events.live.danmaku.schemas import DanmakuIn, DanmakuRef, FlowIn, MuteIn, UnmuteIn

if TYPE_CHECKING:
    from tests.contract.test_fold import Day

TEXTS = ("讲得好", "加我微信 abc_123", "良率厉害", "稳赚不赔", "138 0013 8000")


async def send(day: Day, session: AsyncSession) -> object:
    data = DanmakuIn(text=day.dice.choice(TEXTS))
    return await service.send(session, day.dice.choice(day.crowd), day.show.id, data, now=day.now)


async def _some(day: Day, session: AsyncSession) -> str:
    ids = list(await session.scalars(select(Danmaku.id).where(Danmaku.roadshow_id == day.show.id)))
    if not ids:
        raise Refusal
    return day.dice.choice(ids)


async def _settle(day: Day, session: AsyncSession, act: Any) -> object:
    data = DanmakuRef(danmaku_id=await _some(day, session))
    return await act(session, day.host, day.show.id, data, now=day.now)


async def approve(day: Day, session: AsyncSession) -> object:
    return await _settle(day, session, service.approve)


async def remove(day: Day, session: AsyncSession) -> object:
    return await _settle(day, session, service.remove)


async def restore(day: Day, session: AsyncSession) -> object:
    return await _settle(day, session, service.restore)


async def mute(day: Day, session: AsyncSession) -> object:
    data = MuteIn(danmaku_id=await _some(day, session), reason="刷屏", minutes=day.dice.choice([None, 1]))
    return await service.mute(session, day.host, day.show.id, data, now=day.now)


async def unmute(day: Day, session: AsyncSession) -> object:
    muted = await session.scalar(select(Mute.user_id).where(Mute.roadshow_id == day.show.id).limit(1))
    if muted is None:
        raise Refusal
    return await service.unmute(session, day.host, day.show.id, UnmuteIn(user_id=muted), now=day.now)


async def change_flow(day: Day, session: AsyncSession) -> object:
    data = FlowIn(
        danmaku_on=day.dice.random() < 0.8, delay_seconds=day.dice.choice([0, 20]), slow_seconds=day.dice.choice([0, 5])
    )
    return await set_flow(session, day.host, day.show.id, data, now=day.now)


async def let_go(day: Day, session: AsyncSession) -> object:
    return await release(session, day.show.id, day.now)


KINDS = {
    "public": {"flow.changed"},
    "staff": {"flow.changed", "danmaku.held", "danmaku.settled", "mute.changed", "mute.removed"},
    "user": {"danmaku.held", "danmaku.settled", "muted.changed"},
}
ACTS: list[tuple[Any, float]] = [
    (send, 5), (approve, 2), (remove, 2), (restore, 1), (mute, 1.5), (unmute, 2), (change_flow, 1.5), (let_go, 1),
]  # fmt: skip
