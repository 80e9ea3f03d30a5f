"""What a room allows of danmaku and reactions, as its host sets it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor
from events.live.danmaku.models import Flow
from events.live.danmaku.schemas import FlowIn, FlowView
from events.live.danmaku.telling import tell_flow
from events.live.danmaku.views import default_flow, view_flow
from events.live.rooms import moderated
from events.live.rules import require_not_over


async def flow_row(session: AsyncSession, roadshow_id: str) -> Flow:
    """The room's row, added if it has none; the caller holds the room."""
    flow = await session.get(Flow, roadshow_id)
    if flow is None:
        flow = default_flow(roadshow_id)
        session.add(flow)
    return flow


async def set_flow(session: AsyncSession, actor: Actor, roadshow_id: str, data: FlowIn, *, now: datetime) -> FlowView:
    """Change what is named; danmaku turned off leaves every screen at once. Refuses: room_over."""
    room, roadshow = await moderated(session, actor, roadshow_id)
    require_not_over(room.state)
    flow = await flow_row(session, roadshow_id)
    change = data.model_dump(exclude_none=True)
    change = {name: value for name, value in change.items() if getattr(flow, name) != value}
    if not change:
        return view_flow(flow)
    for name, value in change.items():
        setattr(flow, name, value)
    subject = ("roadshow", roadshow_id)
    audit.record(session, actor, "flow.set", subject, now=now, organizer_id=roadshow.organizer_id, **change)
    await session.flush()
    return await tell_flow(session, flow, now)
