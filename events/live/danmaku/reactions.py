"""Reactions: taps counted for the slot on stage, and told as totals at most once a second.

A tap is no act that anybody answers for, so the audit trail carries none; the totals are the fact.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.actor import Actor
from events.live.danmaku import rules
from events.live.danmaku.flow import flow_row
from events.live.danmaku.models import Flow, Mute, ReactionTotal
from events.live.danmaku.schemas import ReactionsIn, ReactionsView
from events.live.danmaku.standing import ban_of
from events.live.danmaku.views import view_flow
from events.live.rooms import hold
from events.live.rules import require_open
from events.programme.models import Roadshow


async def react(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ReactionsIn, *, now: datetime
) -> ReactionsView:
    """Count taps. Refuses: sign_in_required, room_not_open, room_over, reactions_off, muted, danmaku_members_only."""
    user_id = actor.require_user()
    room, _ = await hold(session, roadshow_id)
    require_open(room.state)
    await _allow(session, actor, roadshow_id, user_id, now)
    await _count(session, roadshow_id, room.current_slot_id or "", dict(data.counts))

    async def tell(session: AsyncSession) -> None:
        await tally(session, roadshow_id, now)

    log.before_commit(session, f"reactions/{roadshow_id}", tell)
    return ReactionsView(counts=data.counts)


async def _allow(session: AsyncSession, actor: Actor, roadshow_id: str, user_id: str, now: datetime) -> None:
    query = (
        select(Flow, Mute)
        .select_from(Roadshow)
        .outerjoin(Flow, Flow.roadshow_id == Roadshow.id)
        .outerjoin(Mute, and_(Mute.roadshow_id == Roadshow.id, Mute.user_id == user_id))
        .where(Roadshow.id == roadshow_id)
    )
    row = (await session.execute(query)).one()
    flow = view_flow(row.Flow)
    if not flow.reactions_on:
        raise rules.ReactionsOff
    if actor.is_guest and not flow.guests_on:
        raise rules.MembersOnly
    rules.require_not_muted(ban_of(row.Mute), now)


async def _count(session: AsyncSession, roadshow_id: str, slot_id: str, counts: dict[Any, int]) -> None:
    """One statement, whatever the kinds."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    rows = [
        {"roadshow_id": roadshow_id, "slot_id": slot_id, "kind": kind, "count": count}
        for kind, count in sorted(counts.items())
    ]
    adding = insert(ReactionTotal).values(rows)
    key = (ReactionTotal.roadshow_id, ReactionTotal.slot_id, ReactionTotal.kind)
    more = {"count": ReactionTotal.count + adding.excluded.count}
    await session.execute(adding.on_conflict_do_update(index_elements=key, set_=more))


async def tally(session: AsyncSession, roadshow_id: str, now: datetime) -> None:
    """Tell the totals, or, within a second of the last time, leave them to the next tally."""
    flow = await flow_row(session, roadshow_id)
    flow.is_tally_due = not rules.is_tally_due(flow.tallied_at, now)
    if not flow.is_tally_due:
        flow.tallied_at = now
        data = {"counts": await totals(session, roadshow_id)}
        await log.append(session, log.danmaku_stream(roadshow_id), "reaction.tallied", data, now)
    await session.flush()


async def totals(session: AsyncSession, roadshow_id: str) -> dict[str, int]:
    """How often the room reacted so far, by kind."""
    query = (
        select(ReactionTotal.kind, func.sum(ReactionTotal.count))
        .where(ReactionTotal.roadshow_id == roadshow_id)
        .group_by(ReactionTotal.kind)
        .order_by(ReactionTotal.kind)
    )
    return {kind: int(count) for kind, count in await session.execute(query)}
