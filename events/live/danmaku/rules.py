"""What may be said over the stage, how fast, and when it is seen; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.errors import Conflict, Forbidden, TooMany
from events.live.danmaku.models import DanmakuRole, DanmakuState

DANMAKU_MAX = 40
ROOM_PER_SECOND = 30
TAPS_AT_ONCE = 20
TALLY_SECONDS = 1
WORDS_MAX = 500


class DanmakuOff(Conflict):
    code = "danmaku_off"
    zh, en = "主持人已关闭弹幕。", "The host has turned danmaku off."
    fix_zh, fix_en = "可以改用提问。", "You can ask a question instead."


class ReactionsOff(Conflict):
    code = "reactions_off"
    zh, en = "主持人已关闭互动表情。", "The host has turned reactions off."


class MembersOnly(Forbidden):
    code = "danmaku_members_only"
    zh, en = "本场弹幕仅限登录用户发送。", "Only people with an account may send danmaku here."
    fix_zh, fix_en = "登录后即可发送。", "Sign in to send."


class Muted(Forbidden):
    code = "muted"
    zh, en = "您已被主持人禁言：{reason}", "The host has muted you: {reason}"
    fix_zh, fix_en = (
        "禁言结束后可以继续发送；提问不受影响。",
        "You can send again when it ends; questions stay open to you.",
    )


class SlowDown(TooMany):
    code = "danmaku_slow"
    zh, en = "慢速模式：请在 {retry_after} 秒后再发。", "Slow mode: send again in {retry_after} s."


class RoomBusy(TooMany):
    code = "danmaku_busy"
    zh, en = "弹幕太密了，请 {retry_after} 秒后再发。", "Too many at once; send again in {retry_after} s."


class HostNotMuted(Conflict):
    code = "host_not_muted"
    zh, en = "不能禁言主持人。", "A host cannot be muted."


@dataclass(frozen=True, slots=True)
class Ban:
    """A mute as it stands."""

    reason: str
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """What a room knows of somebody who wants to send."""

    role: DanmakuRole
    is_on: bool
    guests_on: bool
    slow_seconds: int
    delay_seconds: int
    words: Sequence[str] = ()
    ban: Ban | None = None
    last_sent_at: datetime | None = None
    in_last_second: int = 0
    line_ends_at: datetime | None = None
    """When the last of those in the delay line is due."""


def may_send(standing: Standing, now: datetime, *, is_guest: bool) -> None:
    """Refuses: danmaku_off, danmaku_members_only, muted, danmaku_slow, danmaku_busy. The host is held to the first."""
    if not standing.is_on:
        raise DanmakuOff
    if standing.role is DanmakuRole.HOST:
        return
    if is_guest and not standing.guests_on:
        raise MembersOnly
    require_not_muted(standing.ban, now)
    wait = seconds_to_wait(standing.last_sent_at, standing.slow_seconds, now)
    if wait:
        raise SlowDown(retry_after=wait)
    if standing.in_last_second >= ROOM_PER_SECOND:
        raise RoomBusy(retry_after=1)


def require_not_muted(ban: Ban | None, now: datetime) -> None:
    """Refuses: muted, with the reason and until when."""
    if ban is not None and ban.holds(now):
        raise Muted(reason=ban.reason, until=ban.until.isoformat() if ban.until else None)


def seconds_to_wait(last_sent_at: datetime | None, slow_seconds: int, now: datetime) -> int:
    """Whole seconds until slow mode lets somebody send again."""
    if last_sent_at is None:
        return 0
    left = (last_sent_at + timedelta(seconds=slow_seconds) - now).total_seconds()
    return max(0, math.ceil(left))


def first_state(standing: Standing, now: datetime, *, is_found: bool) -> tuple[DanmakuState, datetime | None]:
    """Whether it is shown, delayed or held, and when it is due. Nobody overtakes who is in the delay line."""
    if standing.role is DanmakuRole.HOST:
        return DanmakuState.SHOWN, None
    if is_found:
        return DanmakuState.HELD, None
    due_at = now + timedelta(seconds=standing.delay_seconds)
    if standing.line_ends_at is not None:
        due_at = max(due_at, standing.line_ends_at)
    return (DanmakuState.DELAYED, due_at) if due_at > now else (DanmakuState.SHOWN, None)


def state_before_removal(*, was_shown: bool, due_at: datetime | None, now: datetime) -> DanmakuState:
    """Where a removed one returns to when the removal is undone."""
    if was_shown or (due_at is not None and due_at <= now):
        return DanmakuState.SHOWN
    return DanmakuState.HELD if due_at is None else DanmakuState.DELAYED


def is_tally_due(tallied_at: datetime | None, now: datetime) -> bool:
    """Whether reactions may be told again: at most once a second."""
    return tallied_at is None or now - tallied_at >= timedelta(seconds=TALLY_SECONDS)
