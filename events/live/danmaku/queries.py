"""Reads of danmaku: what waits, who is muted, what was said last, what the room allows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.errors import NotFound
from events.live.danmaku.models import Danmaku, DanmakuState, Flow, Mute
from events.live.danmaku.schemas import BanView, DanmakuList, FlowView, MuteView, OwnDanmaku, StaffDanmaku
from events.live.danmaku.views import own_danmaku, staff_danmaku, view_ban, view_flow, view_mute
from events.programme.models import Roadshow

RECENT = 100


async def flow_of(session: AsyncSession, roadshow_id: str) -> FlowView:
    """What the room allows."""
    return view_flow(await session.get(Flow, roadshow_id))


async def waiting(session: AsyncSession, roadshow_id: str) -> list[StaffDanmaku]:
    """Held and delayed ones, by id."""
    query = select(Danmaku).where(
        Danmaku.roadshow_id == roadshow_id, Danmaku.state.in_([DanmakuState.HELD, DanmakuState.DELAYED])
    )
    return [staff_danmaku(row) for row in await session.scalars(query.order_by(Danmaku.id))]


async def own_held(session: AsyncSession, roadshow_id: str, user_id: str | None) -> list[OwnDanmaku]:
    """Somebody's own that wait for the host, by id."""
    query = select(Danmaku).where(
        Danmaku.roadshow_id == roadshow_id, Danmaku.author_id == user_id, Danmaku.state == DanmakuState.HELD
    )
    return [own_danmaku(row) for row in await session.scalars(query.order_by(Danmaku.id))]


async def mutes_of(session: AsyncSession, roadshow_id: str) -> list[MuteView]:
    """Everybody who was muted and not let off, by id; one whose time is over is still listed."""
    query = select(Mute).where(Mute.roadshow_id == roadshow_id).order_by(Mute.user_id)
    return [view_mute(row) for row in await session.scalars(query)]


async def ban_on(session: AsyncSession, roadshow_id: str, user_id: str | None) -> BanView | None:
    """The person's own mute."""
    return view_ban(await session.get(Mute, (roadshow_id, user_id)))


async def recent(session: AsyncSession, actor: Actor, roadshow_id: str) -> DanmakuList:
    """The last that were shown or removed, newest first, for the staff. Refuses: not_found, forbidden."""
    roadshow = await session.get(Roadshow, roadshow_id)
    if roadshow is None:
        raise NotFound
    actor.require_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_MODERATE)
    query = select(Danmaku).where(
        Danmaku.roadshow_id == roadshow_id, Danmaku.state.in_([DanmakuState.SHOWN, DanmakuState.REMOVED])
    )
    rows = await session.scalars(query.order_by(Danmaku.sent_at.desc(), Danmaku.id.desc()).limit(RECENT))
    return DanmakuList(items=[staff_danmaku(row) for row in rows])
