"""The stage's clock and the running order's forecast; pure, on the server's time alone.

A slot takes its planned length, what the host gave on top, and the pauses. When one runs over, the later ones
either let planned breaks take it up (absorb) or keep their breaks and all go later (move); no two ever overlap,
and nobody loses a second of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events.errors import Conflict, Forbidden, Invalid, NotFound

EXTRA_MOST = timedelta(hours=2)
TOLD_FROM = timedelta(minutes=10)
"""A start that moves by less is not worth a letter: whoever waits in the room sees it anyway."""
SCREEN_DAYS = 30


class ClockState(StrEnum):
    """idle → running ⇄ paused → over; an over-run is still running."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"


class CarryMode(StrEnum):
    ABSORB = "absorb"
    MOVE = "move"
    PLAN = "plan"


class NothingOnStage(Conflict):
    code = "nothing_on_stage"
    zh, en = "台上没有项目。", "Nothing is on stage."
    fix_zh, fix_en = "请先在议程中选择一个项目上台。", "Put a slot on stage first."


class ClockNotRunning(Conflict):
    code = "clock_not_running"
    zh, en = "计时没有在走。", "The clock is not running."
    fix_zh, fix_en = "请先开始计时。", "Start it first."


class NoNextSlot(Conflict):
    code = "no_next_slot"
    zh, en = "后面没有项目了。", "There is no later slot."
    fix_zh, fix_en = "可以结束本场，或从议程中选择一个项目。", "End the roadshow, or choose a slot from the agenda."


class NoPreviousSlot(Conflict):
    code = "no_previous_slot"
    zh, en = "前面没有上过台的项目。", "No earlier slot was on stage."


class ExtraTooLong(Invalid):
    code = "extra_too_long"
    zh, en = "加时不能超过 2 小时，缩短后至少留 1 分钟。", "At most 2 hours on top; at least one minute must remain."


class NotYourStage(Forbidden):
    code = "not_your_stage"
    zh, en = "只有台上项目的人和主持人可以这样做。", "Only the people of the project on stage and the host may do this."


class NoDeckOnStage(Conflict):
    code = "no_deck_on_stage"
    zh, en = "台上没有幻灯片。", "There are no slides on stage."
    fix_zh, fix_en = "请先为台上的时段上传 PDF。", "Upload a PDF for the slot on stage first."


class PageMissing(NotFound):
    code = "page_missing"
    zh, en = "没有这一页。", "There is no such page."


class ScreenTooLong(Invalid):
    code = "screen_too_long"
    zh, en = "屏幕链接须在将来 30 天之内失效。", "A screen link must end in the future, within 30 days."


@dataclass(frozen=True, slots=True)
class Leg:
    """A slot of the running order: its plan, and how it runs."""

    slot_id: str
    start: datetime
    end: datetime
    carried: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    paused_at: datetime | None = None
    paused_seconds: int = 0
    extra_seconds: int = 0

    @property
    def length(self) -> timedelta:
        return self.end - self.start + timedelta(seconds=self.extra_seconds)


@dataclass(frozen=True, slots=True)
class Span:
    slot_id: str
    start: datetime
    end: datetime


def clock_state(*, started: bool, paused: bool, ended: bool) -> ClockState:
    if ended:
        return ClockState.OVER
    if paused:
        return ClockState.PAUSED
    return ClockState.RUNNING if started else ClockState.IDLE


def pause_ended(paused_at: datetime, paused_seconds: int, now: datetime) -> int:
    """All seconds paused so far once a pause ends now; a clock that was set back adds nothing."""
    return paused_seconds + max(0, round((now - paused_at).total_seconds()))


def extra_after(leg: Leg, seconds: int) -> int:
    """The time on top after `seconds` more. Refuses: extra_too_long."""
    extra = leg.extra_seconds + seconds
    if extra > EXTRA_MOST.total_seconds() or leg.end - leg.start + timedelta(seconds=extra) < timedelta(minutes=1):
        raise ExtraTooLong
    return extra


def expected_end(leg: Leg, now: datetime) -> datetime:
    """When a slot that began ends: as it did, or by its length and pauses, and not before now."""
    assert leg.started_at is not None
    if leg.ended_at is not None:
        return max(leg.started_at, leg.ended_at)
    paused = leg.paused_seconds if leg.paused_at is None else pause_ended(leg.paused_at, leg.paused_seconds, now)
    return max(now, leg.started_at + leg.length + timedelta(seconds=paused))


def forecast(legs: Sequence[Leg], now: datetime) -> list[Span]:
    """Where every slot stands or will: what began as it ran, later ones at their carried or planned start, or after
    the one before them if that is later."""
    spans: list[Span] = []
    free = _free_from(legs, now)
    for leg in legs:
        if leg.started_at is not None:
            spans.append(Span(leg.slot_id, leg.started_at, expected_end(leg, now)))
            continue
        start = leg.carried or leg.start
        start = start if free is None else max(start, free)
        free = start + leg.length
        spans.append(Span(leg.slot_id, start, free))
    return spans


def overrun(legs: Sequence[Leg], now: datetime) -> timedelta:
    """By how much the slot that ran or runs last leaves its planned end behind; never negative."""
    last = _last_begun(legs)
    return max(timedelta(), expected_end(last, now) - last.end) if last else timedelta()


def carry(legs: Sequence[Leg], mode: CarryMode, now: datetime) -> list[Span]:
    """New places of the slots that have not begun, reckoned from the plan each time, so that carrying twice is once."""
    waiting = [leg for leg in legs if leg.started_at is None]
    if mode is CarryMode.PLAN:
        return [Span(leg.slot_id, leg.start, leg.start + leg.length) for leg in waiting]
    late, free = overrun(legs, now), _free_from(legs, now)
    spans: list[Span] = []
    for leg in waiting:
        start = leg.start + late if mode is CarryMode.MOVE else leg.start
        start = start if free is None else max(start, free)
        free = start + leg.length
        spans.append(Span(leg.slot_id, start, free))
    return spans


def is_worth_telling(known: datetime, new: datetime) -> bool:
    """Whether people are written to about a start that moved from the one they know of."""
    return abs(new - known) >= TOLD_FROM


def screen_end(wanted: datetime | None, now: datetime) -> datetime:
    """When a screen link ends. Refuses: screen_too_long."""
    end = wanted or now + timedelta(days=1)
    if not now < end <= now + timedelta(days=SCREEN_DAYS):
        raise ScreenTooLong
    return end


def _last_begun(legs: Sequence[Leg]) -> Leg | None:
    begun = [leg for leg in legs if leg.started_at is not None]
    return max(begun, key=lambda leg: (leg.ended_at is None, leg.started_at)) if begun else None


def _free_from(legs: Sequence[Leg], now: datetime) -> datetime | None:
    """When the stage is free: after everything that began."""
    return max((expected_end(leg, now) for leg in legs if leg.started_at is not None), default=None)
