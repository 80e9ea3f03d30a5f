"""Screen links: whoever has the address sees what its kind shows, does nothing, and only until it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.keys import hashed
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import NotFound
from events.live.stage import rules
from events.live.stage.models import Screen, ScreenKind
from events.live.stage.schemas import ScreenIn, ScreenList, ScreenView, ShownView
from events.programme.models import Roadshow, RoadshowState
from events.programme.queries import load_roadshow

NOTED_EVERY = timedelta(minutes=1)
STREAMS: Final[dict[ScreenKind, tuple[str, ...]]] = {
    ScreenKind.SCREEN: ("public", "danmaku"),
    ScreenKind.OVERLAY: ("public", "danmaku"),
    ScreenKind.TIMER: ("public",),
    ScreenKind.CONTEST: ("public",),
    ScreenKind.MONITOR: ("public", "speaker"),
}
"""What each kind needs, and so all that its link may follow."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An address that still opens something."""

    screen: Screen
    roadshow: Roadshow


async def make(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: ScreenIn, secret: str, *, now: datetime
) -> ScreenView:
    """A new link of this kind. Refuses: not_found, forbidden, sign_in_required, screen_too_long."""
    roadshow = await _managed(session, actor, roadshow_id)
    screen = Screen(
        id=new_id(), roadshow_id=roadshow_id, kind=data.kind, secret_hash=hashed(secret),
        created_by=actor.require_user(), created_at=now, expires_at=rules.screen_end(data.expires_at, now),
    )  # fmt: skip
    session.add(screen)
    _record(session, actor, roadshow, screen, "screen.made", now)
    await session.flush()
    return _view(screen)


async def revoke(session: AsyncSession, actor: Actor, roadshow_id: str, screen_id: str, *, now: datetime) -> ScreenView:
    """End a link; what is open by it goes dark within 5 s. Refuses: not_found, forbidden, sign_in_required."""
    roadshow = await _managed(session, actor, roadshow_id)
    screen = await session.get(Screen, screen_id)
    if screen is None or screen.roadshow_id != roadshow_id:
        raise NotFound
    if screen.revoked_at is None:
        screen.revoked_at = now
        _record(session, actor, roadshow, screen, "screen.revoked", now)
    return _view(screen)


async def listed(session: AsyncSession, actor: Actor, roadshow_id: str) -> ScreenList:
    """The room's links, latest first. Refuses: not_found, forbidden, sign_in_required."""
    await _managed(session, actor, roadshow_id)
    query = select(Screen).where(Screen.roadshow_id == roadshow_id).order_by(Screen.id.desc()).limit(100)
    return ScreenList(items=[_view(screen) for screen in await session.scalars(query)])


async def opened(session: AsyncSession, secret: str, now: datetime) -> Shown:
    """What an address opens. Refuses: not_found, whatever is wrong with it."""
    query = (
        select(Screen, Roadshow)
        .join(Roadshow, Roadshow.id == Screen.roadshow_id)
        .where(Screen.secret_hash == hashed(secret), Screen.revoked_at.is_(None), Screen.expires_at > now)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None or row.Roadshow.state in {RoadshowState.DRAFT, RoadshowState.CANCELLED}:
        raise NotFound
    return Shown(row.Screen, row.Roadshow)


def view_shown(shown: Shown) -> ShownView:
    return ShownView(
        kind=ScreenKind(shown.screen.kind), roadshow_id=shown.roadshow.id, expires_at=shown.screen.expires_at
    )


def is_worth_noting(screen: Screen, now: datetime) -> bool:
    """Whether this use is written down; a screen that reconnects often is not, each time."""
    return screen.last_used_at is None or now - screen.last_used_at >= NOTED_EVERY


async def note_use(session: AsyncSession, screen_id: str, *, now: datetime) -> None:
    screen = await session.get(Screen, screen_id)
    if screen is not None:
        screen.last_used_at = now


async def _managed(session: AsyncSession, actor: Actor, roadshow_id: str) -> Roadshow:
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_HOST)
    return roadshow


def _view(screen: Screen) -> ScreenView:
    return ScreenView.model_validate(screen, from_attributes=True)


def _record(
    session: AsyncSession, actor: Actor, roadshow: Roadshow, screen: Screen, action: str, now: datetime
) -> None:
    subject = ("screen", screen.id)
    audit.record(session, actor, action, subject, now=now, organizer_id=roadshow.organizer_id, kind=screen.kind)
