"""What comes onto a stage and goes out of it: its clock, messages, decks, roles and screens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from events.actor import Permission, RoomRole
from events.base_schemas import Email, In, text_of
from events.live.schemas import IdText
from events.live.stage.models import Layout, ScreenKind
from events.live.stage.rules import CarryMode, ClockState
from events.moments import Moment

MESSAGE_MAX = 120
MessageText = Annotated[str, text_of(MESSAGE_MAX)]


class StageRef(In):
    """A slot; left out, the one on stage or the next to pitch."""

    slot_id: IdText | None = None


class NextIn(In):
    start: bool = Field(True, description="Whether the next one's clock starts at once")


class ExtendIn(In):
    seconds: Annotated[int, Field(ge=-3600, le=3600, examples=[60])]


class CarryIn(In):
    """`absorb` lets breaks take up the over-run, `move` keeps their length, `plan` goes back to the plan."""

    mode: CarryMode
    preview: bool = False


class LayoutIn(In):
    layout: Layout


class PageIn(In):
    page: Annotated[int, Field(ge=1, le=500)]


class MessageIn(In):
    text: Annotated[MessageText, Field(examples=["还有 1 分钟，请收尾"])]


class MessageRef(In):
    message_id: IdText


class RunView(BaseModel):
    """How a slot ran; times before it began are those carried into it."""

    slot_id: str
    planned_start_at: datetime
    planned_end_at: datetime
    carried_start_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None
    paused_seconds: int
    extra_seconds: int


class TimerView(BaseModel):
    """The clock of the slot on stage; what is left of it follows from these and the server's time."""

    state: ClockState
    slot_id: str | None
    planned_seconds: int
    extra_seconds: int
    started_at: datetime | None
    paused_at: datetime | None
    paused_seconds: int
    ended_at: datetime | None


class StageView(BaseModel):
    timer: TimerView
    run: list[RunView]
    layout: Layout
    carried: Literal[CarryMode.ABSORB, CarryMode.MOVE] | None


class DeckOnStage(BaseModel):
    """The slides everybody sees, and which of them."""

    id: str
    slot_id: str
    pages: int
    page: int


class MessageView(BaseModel):
    id: str
    slot_id: str | None
    text: str
    at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class CarriedSlot(BaseModel):
    """A later slot, where it stood and where it goes; `is_told` when its people are written to."""

    slot_id: str
    project_name: str | None
    from_start_at: datetime
    to_start_at: datetime
    to_end_at: datetime
    moved_seconds: int
    is_told: bool


class CarryView(BaseModel):
    mode: CarryMode
    preview: bool
    overrun_seconds: int
    slots: list[CarriedSlot]


class DeckView(DeckOnStage):
    """A deck as its owner and the staff see it."""

    roadshow_id: str
    filename: str
    size: int
    created_at: datetime
    is_on_stage: bool


class RoleIn(In):
    email: Email
    role: RoomRole


class RoleView(BaseModel):
    """A role in a room and the address it is for; whether an account holds the address is not told."""

    id: str
    email: str
    role: RoomRole
    created_at: datetime


class RoleList(BaseModel):
    items: list[RoleView]


class Standing(StrEnum):
    """What somebody is in a room."""

    STAFF = "staff"
    COHOST = "cohost"
    MODERATOR = "moderator"
    SPEAKER = "speaker"
    AUDIENCE = "audience"


class PlaceView(BaseModel):
    """What I am in this room and what I may do, for screens to adapt to."""

    standing: Standing
    may: list[Permission]
    slot_ids: list[str] = Field(description="The slots my companies pitch in")


class ScreenIn(In):
    kind: ScreenKind
    expires_at: Moment | None = Field(None, description="Absent: a day from now; at most 30 days ahead")


class ScreenView(BaseModel):
    id: str
    kind: ScreenKind
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class ScreenMade(ScreenView):
    """The address is told once; only its hash is kept."""

    url: str


class ScreenList(BaseModel):
    items: list[ScreenView]


class ShownView(BaseModel):
    """What a screen link opens."""

    kind: ScreenKind
    roadshow_id: str
    expires_at: datetime
