"""Danmaku: sent by the room, let through, held, delayed, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor
from events.base import new_id
from events.errors import NotFound
from events.live.danmaku import rules
from events.live.danmaku.models import Danmaku, DanmakuRole, DanmakuState, Flow, Mute
from events.live.danmaku.schemas import (
    DanmakuIn,
    DanmakuRef,
    MuteIn,
    MuteView,
    OwnDanmaku,
    StaffDanmaku,
    Unmuted,
    UnmuteIn,
)
from events.live.danmaku.standing import standing_of
from events.live.danmaku.telling import tell_mute, tell_removed, tell_settled, tell_shown, tell_waiting
from events.live.danmaku.views import own_danmaku, staff_danmaku, view_flow, view_mute
from events.live.rooms import hold, moderated
from events.live.rules import require_open
from events.live.screening import screen
from events.programme.models import Roadshow

WAITING = frozenset({DanmakuState.HELD, DanmakuState.DELAYED})


async def send(session: AsyncSession, actor: Actor, roadshow_id: str, data: DanmakuIn, *, now: datetime) -> OwnDanmaku:
    """Say something over the stage; one that waits for the host says why.

    Refuses: sign_in_required, room_not_open, room_over, danmaku_off, danmaku_members_only, muted, danmaku_slow,
    danmaku_busy.
    """
    user_id = actor.require_user()
    room, roadshow = await hold(session, roadshow_id)
    require_open(room.state)
    standing = await standing_of(session, actor, room, roadshow, now)
    rules.may_send(standing, now, is_guest=actor.is_guest)
    finding = None if standing.role is DanmakuRole.HOST else screen(data.text, standing.words)
    state, due_at = rules.first_state(standing, now, is_found=finding is not None)
    danmaku = Danmaku(
        id=new_id(), roadshow_id=roadshow_id, author_id=user_id, author_name=actor.name, role=standing.role,
        slot_id=room.current_slot_id, text=data.text, state=state,
        finding=finding.kind if finding else None, matched=finding.matched[:60] if finding else "",
        sent_at=now, due_at=due_at, shown_at=now if state is DanmakuState.SHOWN else None,
    )  # fmt: skip
    session.add(danmaku)
    _record(session, actor, roadshow, danmaku, "danmaku.sent", now, state=state)
    await session.flush()
    await (tell_shown if state is DanmakuState.SHOWN else tell_waiting)(session, danmaku, now)
    return own_danmaku(danmaku)


async def approve(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: DanmakuRef, *, now: datetime
) -> StaffDanmaku:
    """Let one that waits go at once; any other stays as it is. Refuses: danmaku_off, room_not_open, room_over."""
    room, roadshow = await moderated(session, actor, roadshow_id)
    require_open(room.state)
    danmaku = await _find(session, roadshow_id, data.danmaku_id)
    if danmaku.state in WAITING:
        await _require_on(session, roadshow_id)
        was, danmaku.state, danmaku.shown_at = danmaku.state, DanmakuState.SHOWN, now
        _record(session, actor, roadshow, danmaku, "danmaku.approved", now)
        await tell_settled(session, danmaku, now, was=was)
        await tell_shown(session, danmaku, now)
    return staff_danmaku(danmaku)


async def remove(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: DanmakuRef, *, now: datetime
) -> StaffDanmaku:
    """Take one off every screen, or drop it before it is seen; `restore` undoes it."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    danmaku = await _find(session, roadshow_id, data.danmaku_id)
    was, danmaku.state = danmaku.state, DanmakuState.REMOVED
    if was != DanmakuState.REMOVED:
        _record(session, actor, roadshow, danmaku, "danmaku.removed", now, was=was)
    if was == DanmakuState.SHOWN:
        await tell_removed(session, danmaku, now)
    elif was in WAITING:
        await tell_settled(session, danmaku, now, was=was)
    return staff_danmaku(danmaku)


async def restore(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: DanmakuRef, *, now: datetime
) -> StaffDanmaku:
    """Undo a removal: one that was seen is shown again, one that waited waits again.

    Refuses: danmaku_off, room_not_open, room_over.
    """
    room, roadshow = await moderated(session, actor, roadshow_id)
    require_open(room.state)
    danmaku = await _find(session, roadshow_id, data.danmaku_id)
    if danmaku.state != DanmakuState.REMOVED:
        return staff_danmaku(danmaku)
    danmaku.state = rules.state_before_removal(was_shown=danmaku.shown_at is not None, due_at=danmaku.due_at, now=now)
    _record(session, actor, roadshow, danmaku, "danmaku.restored", now, state=danmaku.state)
    if danmaku.state in WAITING:
        await tell_waiting(session, danmaku, now)
    else:
        await _require_on(session, roadshow_id)
        danmaku.shown_at = now
        await tell_shown(session, danmaku, now)
    return staff_danmaku(danmaku)


async def mute(session: AsyncSession, actor: Actor, roadshow_id: str, data: MuteIn, *, now: datetime) -> MuteView:
    """Who sent this one may not send for some minutes; they read the reason. Refuses: host_not_muted."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    danmaku = await _find(session, roadshow_id, data.danmaku_id)
    if danmaku.role == DanmakuRole.HOST:
        raise rules.HostNotMuted
    until = now + timedelta(minutes=data.minutes) if data.minutes else None
    row = await session.merge(
        Mute(
            roadshow_id=roadshow_id, user_id=danmaku.author_id, user_name=danmaku.author_name,
            reason=data.reason, until=until, at=now,
        )
    )  # fmt: skip
    subject = ("user", danmaku.author_id)
    audit.record(
        session, actor, "mute.set", subject, now=now, organizer_id=roadshow.organizer_id,
        roadshow_id=roadshow_id, reason=data.reason, minutes=data.minutes,
    )  # fmt: skip
    await session.flush()
    await tell_mute(session, row, now, is_on=True)
    return view_mute(row)


async def unmute(session: AsyncSession, actor: Actor, roadshow_id: str, data: UnmuteIn, *, now: datetime) -> Unmuted:
    """Let somebody send again; who is not muted stays so."""
    _, roadshow = await moderated(session, actor, roadshow_id)
    row = await session.get(Mute, (roadshow_id, data.user_id))
    if row is not None:
        await session.delete(row)
        subject = ("user", data.user_id)
        organizer_id = roadshow.organizer_id
        audit.record(
            session, actor, "mute.lifted", subject, now=now, organizer_id=organizer_id, roadshow_id=roadshow_id
        )
        await session.flush()
        await tell_mute(session, row, now, is_on=False)
    return Unmuted(id=data.user_id)


async def _find(session: AsyncSession, roadshow_id: str, danmaku_id: str) -> Danmaku:
    danmaku = await session.get(Danmaku, danmaku_id)
    if danmaku is None or danmaku.roadshow_id != roadshow_id:
        raise NotFound
    return danmaku


async def _require_on(session: AsyncSession, roadshow_id: str) -> None:
    if not view_flow(await session.get(Flow, roadshow_id)).danmaku_on:
        raise rules.DanmakuOff


def _record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, danmaku: Danmaku, action: str, now: datetime,
    **detail: str,
) -> None:  # fmt: skip
    subject = ("danmaku", danmaku.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, **detail)
