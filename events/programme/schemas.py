"""What comes in and goes out of the programme: one view type per audience."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from events.base_schemas import LINES, ONE_LINE, SEEN, In, Label, ListView, Reason, Words
from events.programme.fields import Capacity, Colour, Hours, Instant, Minutes, Short, Slug, WebAddress, Zone
from events.programme.models import BookingState, RoadshowState, VenueKind
from events.programme.rules import Mode, SlotState

RoadshowTitle = Annotated[str, Field(min_length=1, max_length=160), ONE_LINE, SEEN]


class SeriesIn(In):
    name: Annotated[Label, Field(examples=["一月一链"])]
    slug: Slug | None = Field(None, description="Part of addresses; made up when absent")
    theme: Annotated[str, Field(max_length=200), ONE_LINE, SEEN] = ""
    colour: Colour = "#1455c0"
    cadence: Annotated[Short, Field(examples=["每月最后一个周四"])] = ""
    about: Words = ""


class SeriesPatch(In):
    """What is absent stays as it is; `archived` false brings an archived series back."""

    name: Label | None = None
    theme: Annotated[str, Field(max_length=200), ONE_LINE, SEEN] | None = None
    colour: Colour | None = None
    cadence: Short | None = None
    about: Words | None = None
    archived: bool | None = None


class SeriesView(BaseModel):
    id: str
    organizer_id: str
    slug: str
    name: str
    theme: str
    colour: str
    cadence: str
    about: str
    archived_at: datetime | None
    version: int


class SeriesList(ListView):
    items: list[SeriesView]


class VenueIn(In):
    """A hall needs hours; a channel without any is open around the clock."""

    kind: VenueKind
    name: Annotated[Label, Field(examples=["长江路演厅"])]
    address: Annotated[str, Field(max_length=300), ONE_LINE, SEEN] = ""
    stream_url: WebAddress = ""
    capacity: Capacity
    kit: Annotated[str, Field(max_length=500), LINES, SEEN] = ""
    hours: Hours | None = None
    setup_minutes: Minutes = 0
    teardown_minutes: Minutes = 0
    timezone: Zone = "Asia/Shanghai"

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        if self.kind is VenueKind.ONLINE and not self.stream_url:
            raise PydanticCustomError("stream_url_needed", "an online channel has a stream_url")
        if self.kind is VenueKind.HALL and not self.hours:
            raise PydanticCustomError("hours_needed", "a hall has opening hours")
        return self


class VenuePatch(In):
    """What is absent stays as it is. New buffers hold for roadshows made or moved from now on."""

    name: Label | None = None
    address: Annotated[str, Field(max_length=300), ONE_LINE, SEEN] | None = None
    stream_url: WebAddress | None = None
    capacity: Capacity | None = None
    kit: Annotated[str, Field(max_length=500), LINES, SEEN] | None = None
    hours: Hours | None = None
    setup_minutes: Minutes | None = None
    teardown_minutes: Minutes | None = None
    timezone: Zone | None = None
    archived: bool | None = None


class VenueView(BaseModel):
    """A venue as the organizer's staff see it."""

    id: str
    organizer_id: str
    kind: VenueKind
    name: str
    address: str
    stream_url: str
    capacity: int
    kit: str
    hours: dict[str, list[list[str]]]
    setup_minutes: int
    teardown_minutes: int
    timezone: str
    archived_at: datetime | None
    version: int


class VenueList(ListView):
    items: list[VenueView]


class Removed(BaseModel):
    """What became of it: deleted when nothing used it, archived otherwise."""

    id: str
    outcome: Literal["deleted", "archived"]


class VenueCard(BaseModel):
    """A venue as the public sees it."""

    id: str
    kind: VenueKind
    name: str
    address: str


class RoadshowIn(In):
    """A hall, a channel, or both (hybrid). Times are whole 5 minutes; capacity is the venues' when absent."""

    series_id: str
    title: Annotated[RoadshowTitle, Field(examples=["光电子信息专场"])]
    summary: Words = ""
    starts_at: Instant
    ends_at: Instant
    hall_id: str | None = None
    channel_id: str | None = None
    capacity: Capacity | None = None
    needs_approval: bool = False
    open_to_guests: bool = True

    @model_validator(mode="after")
    def has_a_place(self) -> Self:
        if self.hall_id is None and self.channel_id is None:
            raise PydanticCustomError("place_needed", "a roadshow has a hall, a channel, or both")
        return self


class RoadshowPatch(In):
    """What is absent stays as it is. A new start takes the slots along by the same distance."""

    series_id: str | None = None
    title: RoadshowTitle | None = None
    summary: Words | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    hall_id: str | None = None
    channel_id: str | None = None
    capacity: Capacity | None = None
    needs_approval: bool | None = None
    open_to_guests: bool | None = None


class CancelIn(In):
    reason: Reason


class RoadshowCard(BaseModel):
    """A roadshow in a list or calendar, for everybody."""

    id: str
    title: str
    state: RoadshowState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    organizer_id: str
    organizer_name: str
    series_id: str
    series_name: str
    series_colour: str
    venue_name: str = Field(description="The hall's name, or the channel's when there is no hall")
    mode: Mode
    seats_free: int
    slots_total: int
    slots_free: int


class RoadshowView(RoadshowCard):
    """A roadshow's page, for everybody. The stream's address stays out where attendance needs approval."""

    audience: Literal["public"] = "public"
    summary: str
    hall: VenueCard | None
    channel: VenueCard | None
    stream_url: str | None
    capacity: int
    needs_approval: bool
    open_to_guests: bool
    join_code: str | None = Field(description="Six digits, once it is published")
    cancel_reason: str
    sequence: int
    version: int


class StaffRoadshowView(RoadshowCard):
    """A roadshow as its organizer's staff see it."""

    audience: Literal["staff"] = "staff"
    summary: str
    hall: VenueCard | None
    channel: VenueCard | None
    stream_url: str | None
    capacity: int
    seats_taken: int
    needs_approval: bool
    open_to_guests: bool
    join_code: str
    cancel_reason: str
    sequence: int
    created_at: datetime
    updated_at: datetime
    version: int


class RoadshowList(ListView):
    items: list[StaffRoadshowView]


class RoadshowChange(BaseModel):
    """A roadshow as partners read it in the change feed."""

    id: str
    organizer_id: str
    series_id: str
    series_name: str
    title: str
    summary: str
    state: RoadshowState
    cancel_reason: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    mode: Mode
    hall: VenueCard | None
    channel: VenueCard | None
    capacity: int
    needs_approval: bool
    slots_total: int
    slots_free: int
    sequence: int
    updated_at: datetime


class SlotIn(In):
    id: str | None = Field(None, description="Keeps this slot (and its booking); absent makes a new one")
    starts_at: Instant
    ends_at: Instant


class SlotsIn(In):
    slots: Annotated[list[SlotIn], Field(max_length=100)]


class AgendaProject(BaseModel):
    """What everybody may know of a project that has a slot."""

    id: str
    name: str
    one_liner: str
    stage: str | None
    industries: list[str]
    region: str
    company_name: str


class SlotView(BaseModel):
    """A slot of the agenda, for everybody; `project` once a booking is confirmed."""

    id: str
    position: int
    starts_at: datetime
    ends_at: datetime
    state: SlotState
    held_until: datetime | None
    project: AgendaProject | None


class Agenda(BaseModel):
    items: list[SlotView]


class BookingIn(In):
    project_id: str


class MoveIn(In):
    slot_id: str


class BookingView(BaseModel):
    """A booking as the company that has it sees it."""

    id: str
    state: BookingState
    held_until: datetime | None
    slot_id: str | None
    starts_at: datetime
    ends_at: datetime
    roadshow_id: str
    roadshow_title: str
    roadshow_state: RoadshowState
    timezone: str
    project_id: str
    project_name: str
    company_id: str
    created_at: datetime
    updated_at: datetime


class BookingList(ListView):
    items: list[BookingView]


class StaffBookingView(BookingView):
    """A booking as the organizer's staff see it: also who made it."""

    company_name: str
    booked_by_name: str
    booked_by_email: str | None


class StaffBookingList(ListView):
    items: list[StaffBookingView]


class BookingChange(BaseModel):
    """A booking as partners read it in the change feed, keyed by the company's credit code."""

    id: str
    state: BookingState
    roadshow_id: str
    roadshow_title: str
    slot_id: str | None
    starts_at: datetime
    ends_at: datetime
    project_id: str
    project_name: str
    company_id: str
    company_name: str
    credit_code: str | None
    updated_at: datetime


class TwoNames(BaseModel):
    """A text in both languages."""

    zh: str = Field(alias="zh-CN")
    en: str
    model_config = {"populate_by_name": True}


class DayView(BaseModel):
    """A day of the public calendar. `workday` is null where the official calendar is not known yet."""

    date: str = Field(examples=["2026-10-01"])
    workday: bool | None
    make_up: bool = Field(description="A weekend day that is worked (调休)")
    holiday_name: TwoNames | None = Field(description="The holiday, or the one a make-up day is worked for")
    gap: bool = Field(description="A working day, today or later, that has no roadshow")
    roadshows: list[RoadshowCard]


class CalendarView(BaseModel):
    days: list[DayView]
    unknown_years: list[int] = Field(description="Years whose holidays have not been announced to this server")
