"""What the programme allows, pure: whole cells of time, slots that fit, and who may change what when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from events.claims import CELL_SECONDS
from events.errors import Conflict, Gone, Invalid
from events.programme.models import RoadshowState

HOLD = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
OVERDUE = timedelta(hours=6)


class Mode(StrEnum):
    HALL = "hall"
    ONLINE = "online"
    HYBRID = "hybrid"


class SlotState(StrEnum):
    FREE = "free"
    HELD = "held"
    BOOKED = "booked"


class RoadshowOver(Gone):
    """410: ended or cancelled."""

    code = "roadshow_over"
    zh, en = "路演已结束或已取消。", "The roadshow has ended or was cancelled."
    fix_zh, fix_en = "请另建一场路演。", "Plan another roadshow."


class NotDraft(Conflict):
    code = "roadshow_not_draft"
    zh, en = "该路演已经发布。", "The roadshow is already published."
    fix_zh, fix_en = "请刷新页面。", "Reload the page."


class AlreadyLive(Conflict):
    """409: the time, the place and the slots of a live roadshow stand."""

    code = "roadshow_live"
    zh, en = "路演正在进行，时间、场地和时段不能再改。", "The roadshow is live; its time, place and slots stand."
    fix_zh, fix_en = "可以修改标题、简介和名额。", "Its title, summary and capacity may still change."


class BadTime(Invalid):
    code = "time_invalid"
    zh, en = "时间无效：结束须晚于开始，且不超过24小时。", "The end must follow the start, within 24 hours."
    fix_zh, fix_en = "请检查开始和结束时间。", "Check the start and the end."


class InThePast(Invalid):
    code = "in_the_past"
    zh, en = "开始时间已经过去。", "The start is in the past."
    fix_zh, fix_en = "请选择将来的时间。", "Choose a time to come."


class SlotOutside(Invalid):
    """422: a slot begins before the roadshow or ends after it; `details.slots` names them."""

    code = "slot_outside"
    zh, en = "有时段超出了路演的起止时间。", "A slot lies outside the roadshow's time."
    fix_zh, fix_en = "请将时段调整到路演时间之内。", "Move it inside the roadshow's time."


class SlotsOverlap(Invalid):
    code = "slots_overlap"
    zh, en = "时段之间有重叠。", "Two slots overlap."
    fix_zh, fix_en = "请调整时段，使其首尾相接或留有间隔。", "Let one end before the next begins."


class SlotsDoNotFit(Conflict):
    """409: after the move these slots would lie outside the roadshow; `details.slots` names them."""

    code = "slots_do_not_fit"
    zh, en = "移动后有时段放不进路演的时间。", "After the move some slots would not fit the roadshow's time."
    fix_zh, fix_en = "请延长路演，或先调整时段。", "Make the roadshow longer, or change the slots first."


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts_at` until `ends_at`, the end excluded."""

    starts_at: datetime
    ends_at: datetime

    def contains(self, other: Span) -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def shifted(self, by: timedelta) -> Span:
        return Span(self.starts_at + by, self.ends_at + by)

    def as_details(self) -> dict[str, str]:
        return {"starts_at": wire(self.starts_at), "ends_at": wire(self.ends_at)}


def wire(moment: datetime) -> str:
    """RFC 3339 in UTC, as everything on the wire."""
    return moment.isoformat().replace("+00:00", "Z")


def whole_cell(moment: datetime) -> datetime:
    """The same moment. Raises ValueError unless it is a whole multiple of 5 minutes."""
    if moment.microsecond or int(moment.timestamp()) % CELL_SECONDS:
        raise ValueError("times are whole multiples of 5 minutes")
    return moment


def mode_of(hall: object | None, channel: object | None) -> Mode:
    if hall is not None and channel is not None:
        return Mode.HYBRID
    return Mode.ONLINE if hall is None else Mode.HALL


def check_time(span: Span, now: datetime) -> None:
    """Refuses: time_invalid, in_the_past."""
    if not timedelta(0) < span.ends_at - span.starts_at <= LONGEST:
        raise BadTime
    if span.starts_at <= now:
        raise InThePast


def check_slots(roadshow: Span, slots: Sequence[Span]) -> None:
    """Refuses: time_invalid, slot_outside, slots_overlap."""
    if any(slot.ends_at <= slot.starts_at for slot in slots):
        raise BadTime
    outside = outside_of(roadshow, slots)
    if outside:
        raise SlotOutside(slots=[slot.as_details() for slot in outside])
    ordered = sorted(slots, key=lambda slot: slot.starts_at)
    for earlier, later in pairwise(ordered):
        if later.starts_at < earlier.ends_at:
            raise SlotsOverlap(slots=[earlier.as_details(), later.as_details()])


def outside_of(roadshow: Span, slots: Iterable[Span]) -> list[Span]:
    return [slot for slot in slots if not roadshow.contains(slot)]


def check_editable(state: str) -> None:
    """Refuses: roadshow_over."""
    if state in {RoadshowState.ENDED, RoadshowState.CANCELLED}:
        raise RoadshowOver


def check_movable(state: str) -> None:
    """Refuses: roadshow_over, roadshow_live."""
    check_editable(state)
    if state == RoadshowState.LIVE:
        raise AlreadyLive
