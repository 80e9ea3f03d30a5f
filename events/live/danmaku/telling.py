"""What each audience is told of danmaku, as far as it may know.

One that is shown is an entry of the room's danmaku stream. One that waits, held or delayed, is known to the staff,
and to its sender when it is held; nothing of it stands on a stream the audience follows.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.live.danmaku.models import Danmaku, DanmakuState, Flow, Mute
from events.live.danmaku.schemas import FlowView
from events.live.danmaku.views import own_danmaku, public_danmaku, staff_danmaku, view_ban, view_flow, view_mute


async def tell_shown(session: AsyncSession, danmaku: Danmaku, now: datetime) -> None:
    data = public_danmaku(danmaku).model_dump(mode="json")
    await log.append(session, log.danmaku_stream(danmaku.roadshow_id), "danmaku.shown", data, now)


async def tell_removed(session: AsyncSession, danmaku: Danmaku, now: datetime) -> None:
    await log.append(session, log.danmaku_stream(danmaku.roadshow_id), "danmaku.removed", {"id": danmaku.id}, now)


async def tell_waiting(session: AsyncSession, danmaku: Danmaku, now: datetime) -> None:
    """One is held or delayed."""
    data = {"danmaku": staff_danmaku(danmaku).model_dump(mode="json")}
    await log.append(session, log.staff_stream(danmaku.roadshow_id), "danmaku.held", data, now)
    if danmaku.state == DanmakuState.HELD:
        data = {"danmaku": own_danmaku(danmaku).model_dump(mode="json")}
        await log.append(session, _own_stream(danmaku), "danmaku.held", data, now)


async def tell_settled(session: AsyncSession, danmaku: Danmaku, now: datetime, *, was: str) -> None:
    """One waits no longer; who sent it learns what became of it if it was held."""
    data = {"id": danmaku.id, "state": danmaku.state}
    await log.append(session, log.staff_stream(danmaku.roadshow_id), "danmaku.settled", data, now)
    if was == DanmakuState.HELD:
        await log.append(session, _own_stream(danmaku), "danmaku.settled", data, now)


async def tell_flow(session: AsyncSession, flow: Flow, now: datetime) -> FlowView:
    """Both audiences learn what the room allows now."""
    view = view_flow(flow)
    data = {"flow": view.model_dump(mode="json")}
    await log.append(session, log.public_stream(flow.roadshow_id), "flow.changed", data, now)
    await log.append(session, log.staff_stream(flow.roadshow_id), "flow.changed", data, now)
    return view


async def tell_mute(session: AsyncSession, mute: Mute, now: datetime, *, is_on: bool) -> None:
    """The staff's list, and the person it is about."""
    staff = log.staff_stream(mute.roadshow_id)
    if is_on:
        await log.append(session, staff, "mute.changed", {"mute": view_mute(mute).model_dump(mode="json")}, now)
    else:
        await log.append(session, staff, "mute.removed", {"id": mute.user_id}, now)
    ban = view_ban(mute) if is_on else None
    data = {"muted": None if ban is None else ban.model_dump(mode="json")}
    await log.append(session, log.user_stream(mute.roadshow_id, mute.user_id), "muted.changed", data, now)


def _own_stream(danmaku: Danmaku) -> str:
    return log.user_stream(danmaku.roadshow_id, danmaku.author_id)
