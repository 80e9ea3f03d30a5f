"""What comes due by itself: danmaku at the end of the delay line, in order, and reactions not yet told (P11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.live.danmaku import rules
from events.live.danmaku.models import Danmaku, DanmakuState, Flow, Mute
from events.live.danmaku.reactions import tally
from events.live.danmaku.standing import ban_of
from events.live.danmaku.telling import tell_settled, tell_shown
from events.live.danmaku.views import view_flow
from events.live.models import RoomState
from events.live.rooms import hold


async def due_rooms(session: AsyncSession, now: datetime) -> list[str]:
    """The rooms in which something is due."""
    before = now - timedelta(seconds=rules.TALLY_SECONDS)
    lines = select(Danmaku.roadshow_id).where(Danmaku.state == DanmakuState.DELAYED, Danmaku.due_at <= now)
    tallies = select(Flow.roadshow_id).where(Flow.is_tally_due, Flow.tallied_at <= before)
    return sorted(set(await session.scalars(lines.distinct().union(tallies))))


async def release(session: AsyncSession, roadshow_id: str, now: datetime) -> int:
    """Let go what is due in one room, in the order in which it was sent. Returns how many left the line.

    What comes due while danmaku is off, after the room closed, or from somebody muted meanwhile is dropped.
    """
    room, _ = await hold(session, roadshow_id)
    flow = await session.get(Flow, roadshow_id)
    may_show = room.state == RoomState.OPEN and view_flow(flow).danmaku_on
    query = (
        select(Danmaku, Mute)
        .outerjoin(Mute, and_(Mute.roadshow_id == Danmaku.roadshow_id, Mute.user_id == Danmaku.author_id))
        .where(Danmaku.roadshow_id == roadshow_id, Danmaku.state == DanmakuState.DELAYED, Danmaku.due_at <= now)
        .order_by(Danmaku.due_at, Danmaku.sent_at, Danmaku.id)
    )
    rows = (await session.execute(query)).all()
    for danmaku, mute in rows:
        ban = ban_of(mute)
        await _let_go(session, danmaku, now, is_shown=may_show and not (ban and ban.holds(now)))
    if flow is not None and flow.is_tally_due and rules.is_tally_due(flow.tallied_at, now):
        await tally(session, roadshow_id, now)
    return len(rows)


async def _let_go(session: AsyncSession, danmaku: Danmaku, now: datetime, *, is_shown: bool) -> None:
    was, danmaku.state = danmaku.state, DanmakuState.SHOWN if is_shown else DanmakuState.REMOVED
    danmaku.shown_at = now if is_shown else None
    await tell_settled(session, danmaku, now, was=was)
    if is_shown:
        await tell_shown(session, danmaku, now)
