"""What comes in and goes out of danmaku: one view for each audience, the public one without who exactly sent it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from events.base_schemas import In, text_of
from events.live.danmaku.models import DanmakuRole, DanmakuState, ReactionKind
from events.live.danmaku.rules import DANMAKU_MAX, TAPS_AT_ONCE, WORDS_MAX
from events.live.schemas import IdText
from events.live.screening import FindingKind

DanmakuText = Annotated[str, text_of(DANMAKU_MAX), Field(examples=["这个良率厉害"])]
ReasonText = Annotated[str, text_of(200), Field(examples=["刷屏"])]
Word = Annotated[str, text_of(40), Field(examples=["某某资本"])]


# What comes in.


class DanmakuIn(In):
    text: DanmakuText


class DanmakuRef(In):
    danmaku_id: IdText


class MuteIn(DanmakuRef):
    """Mute whoever sent this one; without minutes, to the end of the roadshow."""

    reason: ReasonText
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


class UnmuteIn(In):
    user_id: IdText


class FlowIn(In):
    """Only what is named changes."""

    danmaku_on: bool | None = None
    reactions_on: bool | None = None
    guests_on: bool | None = None
    slow_seconds: Annotated[int, Field(ge=0, le=300)] | None = None
    delay_seconds: Annotated[int, Field(ge=0, le=30)] | None = None
    density: Annotated[int, Field(ge=5, le=120)] | None = None


class ReactionsIn(In):
    """What was tapped since the last time, by kind."""

    counts: Annotated[
        dict[ReactionKind, Annotated[int, Field(ge=1, le=TAPS_AT_ONCE)]],
        Field(min_length=1, examples=[{"clap": 3}]),
    ]

    @model_validator(mode="after")
    def few_at_once(self) -> Self:
        if sum(self.counts.values()) > TAPS_AT_ONCE:
            raise ValueError(f"more than {TAPS_AT_ONCE} taps at once")
        return self


class WordsIn(In):
    words: Annotated[list[Word], Field(max_length=WORDS_MAX)]


# What goes out.


class FlowView(BaseModel):
    """What a room allows; everybody in it may know."""

    danmaku_on: bool
    reactions_on: bool
    guests_on: bool
    slow_seconds: int
    delay_seconds: int
    density: int


class PublicDanmaku(BaseModel):
    """One on its way over every screen."""

    id: str
    text: str
    author: str
    role: DanmakuRole
    at: datetime


class OwnDanmaku(BaseModel):
    """One as its sender sees it; `finding` says why it is held."""

    id: str
    text: str
    role: DanmakuRole
    state: DanmakuState
    finding: FindingKind | None
    sent_at: datetime


class StaffDanmaku(OwnDanmaku):
    """One as the host sees it; `matched` is what gave rise to the finding."""

    author: str
    matched: str
    due_at: datetime | None


class DanmakuList(BaseModel):
    items: list[StaffDanmaku]


class BanView(BaseModel):
    """A mute as the muted sees it; without `until` it lasts to the end of the roadshow."""

    reason: str
    until: datetime | None


class MuteView(BanView):
    """A mute as the host sees it; `id` is the person's."""

    id: str
    name: str
    at: datetime


class Unmuted(BaseModel):
    id: str


class ReactionsView(BaseModel):
    """What was counted."""

    counts: dict[ReactionKind, int]


class WordsView(BaseModel):
    words: list[str]
    version: int


# What entries carry.


class FlowChanged(BaseModel):
    flow: FlowView


class StaffDanmakuHeld(BaseModel):
    danmaku: StaffDanmaku


class OwnDanmakuHeld(BaseModel):
    danmaku: OwnDanmaku


class DanmakuSettled(BaseModel):
    """It waits no longer: shown, or removed."""

    id: str
    state: DanmakuState


class DanmakuRemoved(BaseModel):
    id: str


class MuteChanged(BaseModel):
    mute: MuteView


class MuteRemoved(BaseModel):
    id: str


class MutedChanged(BaseModel):
    muted: BanView | None


class ReactionsTallied(BaseModel):
    """How often the room reacted so far."""

    counts: dict[ReactionKind, int]


DANMAKU_ENTRIES: dict[str, type[BaseModel]] = {
    "public/flow.changed": FlowChanged,
    "staff/flow.changed": FlowChanged,
    "staff/danmaku.held": StaffDanmakuHeld,
    "staff/danmaku.settled": DanmakuSettled,
    "staff/mute.changed": MuteChanged,
    "staff/mute.removed": MuteRemoved,
    "user/danmaku.held": OwnDanmakuHeld,
    "user/danmaku.settled": DanmakuSettled,
    "user/muted.changed": MutedChanged,
    "danmaku/danmaku.shown": PublicDanmaku,
    "danmaku/danmaku.removed": DanmakuRemoved,
    "danmaku/reaction.tallied": ReactionsTallied,
}
