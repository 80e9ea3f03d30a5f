"""What comes in and goes out of deals: one view for each side of an intent, one for the organizer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from events.base_schemas import LINES, SEEN, Fen, In, ListView
from events.deals.models import IntentKind, IntentState
from events.directory.models import InstitutionKind
from events.directory.schemas import Contact

ObjectId = Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$", examples=["01JD3V0000000000000000000A"])]
Note = Annotated[str, StringConstraints(max_length=1000), LINES, SEEN]


class Terms(In):
    """What an institution is interested in. Amounts come together or not at all."""

    kind: IntentKind
    amount_min_fen: Fen | None = None
    amount_max_fen: Fen | None = None
    note: Note = Field("", examples=["希望本周安排技术尽调"])
    institution_id: ObjectId | None = Field(None, description="For whom, if you belong to several institutions")


class IntentIn(Terms):
    """An intent left in a room."""

    project_id: ObjectId


class ProjectIntentIn(Terms):
    """An intent left on a project's page; `roadshow_id` where it was seen, if anywhere."""

    roadshow_id: ObjectId | None = None

    def about(self, project_id: str) -> IntentIn:
        return IntentIn(project_id=project_id, **self.model_dump(exclude={"roadshow_id"}))


class AnswerIn(In):
    """The startup's answer; a refusal says why."""

    answer: Literal[IntentState.ACCEPTED, IntentState.LATER, IntentState.DECLINED]
    reason: Annotated[str, StringConstraints(max_length=500), LINES, SEEN] = ""


class IntentView(BaseModel):
    """What every reader of an intent sees."""

    id: str
    roadshow_id: str | None
    roadshow_title: str | None
    project_id: str
    project_name: str
    company_id: str
    company_name: str
    institution_id: str
    institution_name: str
    institution_kind: InstitutionKind
    kind: IntentKind
    amount_min_fen: int | None
    amount_max_fen: int | None
    note: str
    state: IntentState
    answer_reason: str
    answered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class OwnIntent(IntentView):
    """For the institution; `contact` is the startup's, shown while the intent is accepted."""

    side: Literal["institution"] = "institution"
    user_id: str
    user_name: str
    contact: Contact | None


class CompanyIntent(IntentView):
    """For the startup; `contact` is the institution's, shown while the intent is accepted."""

    side: Literal["company"] = "company"
    contact: Contact | None


class StaffIntent(IntentView):
    """For the organizer's staff and partners: who left it, and nobody's contact."""

    organizer_id: str
    user_id: str
    user_name: str


class OwnIntentList(ListView):
    items: list[OwnIntent]


class CompanyIntentList(ListView):
    items: list[CompanyIntent]


class IntentTotals(BaseModel):
    """Over everything the filter finds, not the page alone; `at_least` where there are more than were counted."""

    count: int
    amount_min_fen: int
    amount_max_fen: int
    at_least: bool = False


class StaffIntentList(ListView):
    items: list[StaffIntent]
    totals: IntentTotals
