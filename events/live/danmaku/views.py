"""Rows of danmaku as each audience sees them."""

from __future__ import annotations

from typing import Any

from events.live.danmaku.models import Danmaku, DanmakuRole, DanmakuState, Flow, Mute
from events.live.danmaku.schemas import BanView, FlowView, MuteView, OwnDanmaku, PublicDanmaku, StaffDanmaku
from events.live.screening import FindingKind


def default_flow(roadshow_id: str) -> Flow:
    """How a room begins."""
    return Flow(
        roadshow_id=roadshow_id, danmaku_on=True, reactions_on=True, guests_on=True,
        slow_seconds=3, delay_seconds=0, density=40, tallied_at=None, is_tally_due=False,
    )  # fmt: skip


def view_flow(flow: Flow | None) -> FlowView:
    return FlowView.model_validate(flow or default_flow(""), from_attributes=True)


def public_danmaku(danmaku: Danmaku) -> PublicDanmaku:
    """Only of one that is shown: `at` is when it was let go."""
    assert danmaku.state == DanmakuState.SHOWN
    assert danmaku.shown_at is not None
    return PublicDanmaku(
        id=danmaku.id, text=danmaku.text, author=danmaku.author_name,
        role=DanmakuRole(danmaku.role), at=danmaku.shown_at,
    )  # fmt: skip


def own_danmaku(danmaku: Danmaku) -> OwnDanmaku:
    return OwnDanmaku.model_validate(_shared(danmaku))


def staff_danmaku(danmaku: Danmaku) -> StaffDanmaku:
    more = {"author": danmaku.author_name, "matched": danmaku.matched, "due_at": danmaku.due_at}
    return StaffDanmaku.model_validate(_shared(danmaku) | more)


def _shared(danmaku: Danmaku) -> dict[str, Any]:
    return {
        "id": danmaku.id,
        "text": danmaku.text,
        "role": danmaku.role,
        "state": danmaku.state,
        "finding": FindingKind(danmaku.finding) if danmaku.finding else None,
        "sent_at": danmaku.sent_at,
    }


def view_ban(mute: Mute | None) -> BanView | None:
    return None if mute is None else BanView(reason=mute.reason, until=mute.until)


def view_mute(mute: Mute) -> MuteView:
    return MuteView(id=mute.user_id, name=mute.user_name, reason=mute.reason, until=mute.until, at=mute.at)
