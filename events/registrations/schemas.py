"""What comes in and goes out of registrations: one view for the person, one for the staff."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from events.base_schemas import CODE, LINES, SEEN, In, ListView, Reason
from events.programme.models import RoadshowState
from events.registrations.models import RegistrationState

Note = Annotated[str, StringConstraints(max_length=500), LINES, SEEN]
ObjectId = Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$", examples=["01JD3V0000000000000000000A"])]


class RegistrationIn(In):
    institution_id: ObjectId | None = Field(None, description="Come as a member of this institution of yours")
    note: Note = Field("", examples=["关注光电子早期项目"])


class RejectionIn(In):
    reason: Reason = Field(examples=["本场仅面向已备案机构"])


class CheckInIn(In):
    """What was typed or scanned, or the row the host picked from the list; one of the two."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=300), CODE] | None = Field(
        None, description="A ticket code, or the address its QR code holds", examples=["7KQF3M9X2P"]
    )
    registration_id: ObjectId | None = None

    @model_validator(mode="after")
    def _one(self) -> CheckInIn:
        if (self.code is None) == (self.registration_id is None):
            raise PydanticCustomError("code_needed", "give code or registration_id")
        return self


class RoadshowSummary(BaseModel):
    """Enough of a roadshow to find the way: when, where, and whether it still takes place."""

    id: str
    organizer_id: str
    organizer_name: str
    title: str
    state: RoadshowState
    cancel_reason: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    hall_name: str | None
    hall_address: str | None


class OwnRegistration(BaseModel):
    """The person's own view. The ticket and the stream's address are shown while there is a seat behind them."""

    id: str
    roadshow_id: str
    state: RegistrationState
    reason: str
    ticket_code: str | None
    stream_url: str | None
    queue_position: int | None = Field(description="1 is next; null when not waiting")
    institution_id: str | None
    institution_name: str | None
    note: str
    checked_in_at: datetime | None
    created_at: datetime
    updated_at: datetime
    roadshow: RoadshowSummary


class OwnRegistrationList(ListView):
    items: list[OwnRegistration]


class StaffRegistration(BaseModel):
    """The staff's view: who comes, for whom; no address and no ticket code."""

    id: str
    roadshow_id: str
    user_id: str
    user_name: str
    institution_id: str | None
    institution_name: str | None
    note: str
    state: RegistrationState
    reason: str
    queue_position: int | None
    checked_in_at: datetime | None
    created_at: datetime
    updated_at: datetime


class RegistrationCounts(BaseModel):
    """How many in each state, whatever the filter; `checked_in` are among the confirmed."""

    pending: int = 0
    confirmed: int = 0
    waitlisted: int = 0
    rejected: int = 0
    cancelled: int = 0
    checked_in: int = 0
    capacity: int
    seats_taken: int


class StaffRegistrationList(ListView):
    items: list[StaffRegistration]
    counts: RegistrationCounts


class CheckInView(BaseModel):
    """`first` is false when the person had been checked in before, at `registration.checked_in_at`."""

    first: bool
    registration: StaffRegistration
