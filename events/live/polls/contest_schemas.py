"""What comes into a contest and goes out of it: the staff's view, the judge's sheet, and what is revealed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from events.base_schemas import CODE, Email, Fen, In, Name, text_of
from events.live.polls.models import ContestState
from events.live.polls.scoring import Decided
from events.live.schemas import IdText

CriterionId = Annotated[str, Field(pattern="^[a-z0-9]{1,8}$", examples=["1"])]
Weight = Annotated[int, Field(ge=0, le=100)]
WAN_FEN = 1_000_000


class CriterionIn(In):
    """`id` keeps the scores given for it when the rubric is edited; a new criterion has none."""

    id: CriterionId | None = None
    name: Annotated[str, text_of(40), Field(examples=["技术先进性"])]
    weight: Annotated[int, Field(ge=1, le=100)] = 1


class ContestIn(In):
    """How a contest is scored. A weight of 0 leaves its term out; the audience's comes from one of the room's polls."""

    criteria: list[CriterionIn] = Field(min_length=1, max_length=12)
    scale: Literal[10, 100] = 10
    jury_weight: Weight = 60
    commitments_weight: Weight = 20
    audience_weight: Weight = 20
    cap_fen: Fen = 1000 * WAN_FEN
    is_corrected: bool = False
    audience_poll_id: IdText | None = None

    @model_validator(mode="after")
    def weighs_something(self) -> ContestIn:
        if not self.jury_weight + self.commitments_weight + self.audience_weight:
            raise PydanticCustomError("weight_needed", "one of the weights must count")
        return self


class JudgeIn(In):
    name: Name
    email: Email


class JudgeAcceptIn(In):
    token: Annotated[str, Field(min_length=20, max_length=100), CODE]


class JudgeRef(In):
    judge_id: IdText


class ScoreIn(In):
    """Points by criterion for one project; null takes one back. Criteria left out stay as they are."""

    project_id: IdText
    points: dict[CriterionId, Annotated[int, Field(ge=0, le=100)] | None] = Field(min_length=1, max_length=12)


class FreezeIn(In):
    """`accepts_missing`: freeze although sheets are missing; projects are judged by those that are there."""

    accepts_missing: bool = False


class RevealIn(In):
    """Show the audience this many steps: 1 is the last place of the podium, the last step is the whole table.

    A smaller number takes back what was shown by mistake.
    """

    steps: Annotated[int, Field(ge=0, le=4)]


class CriterionView(BaseModel):
    id: str
    name: str
    weight: int


class JudgeView(BaseModel):
    """`done` are the projects this judge's sheet is complete for."""

    id: str
    name: str
    email: str
    accepted: bool
    done: list[str]


class StandingView(BaseModel):
    """Points in hundredths; `decided` says what told this place from its equals."""

    place: int
    project_id: str
    project_name: str
    company_name: str
    total: int
    jury: int
    jury_raw: int
    jury_corrected: int
    sheets: int
    commitments: int
    committed_fen: int
    institutions: int
    audience: int
    decided: Decided


class ContestFields(BaseModel):
    state: ContestState
    criteria: list[CriterionView]
    scale: int
    jury_weight: int
    commitments_weight: int
    audience_weight: int
    cap_fen: int
    is_corrected: bool
    frozen_at: datetime | None
    digest: str | None
    steps: int
    revealed: int


class PublicContest(ContestFields):
    """A contest as the audience sees it: the rules, and the places revealed so far, the last revealed first."""

    judges: int
    shown: list[StandingView]


class StaffContest(ContestFields):
    audience_poll_id: str | None
    judges: list[JudgeView]
    standings: list[StandingView] | None


class StandingsView(BaseModel):
    """How it would end now: `missing` sheets are named, and why it cannot be frozen yet, if so."""

    standings: list[StandingView]
    missing: list[MissingSheet]
    audience_poll_open: bool


class MissingSheet(BaseModel):
    judge: str
    project_name: str


class SheetProject(BaseModel):
    id: str
    name: str
    company_name: str
    points: dict[str, int]


class SheetView(BaseModel):
    """A judge's own sheet."""

    judge: str
    state: ContestState
    criteria: list[CriterionView]
    scale: int
    current_project_id: str | None
    projects: list[SheetProject]


class ScoreView(BaseModel):
    project_id: str
    points: dict[str, int]


class JudgeInvitation(BaseModel):
    """`token` is told once, to the one who invites."""

    judge: JudgeView
    token: str


class JudgingView(BaseModel):
    roadshow_id: str
