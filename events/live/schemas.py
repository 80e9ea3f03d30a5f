"""What comes into a room and goes out of it: one view for each audience, none of which contains another's.

`PublicQuestion` cannot be built for a pending or hidden question, and has no field for who asked anonymously.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from events.base_schemas import In, Name
from events.live.models import AnsweredHow, Moderation, QuestionState, RoomState
from events.live.rules import ANSWER_MAX, QUESTION_MAX, clean_text

IdText = Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$", examples=["01JD3V0000000000000000000A"])]
PublicState = Literal[QuestionState.PUBLISHED, QuestionState.ANSWERING, QuestionState.ANSWERED]


def _text_of(most: int) -> AfterValidator:
    return AfterValidator(lambda text: clean_text(text, most))


# What comes in: the bodies of the live commands.


class Nothing(In):
    """A command that needs no words."""


class StageIn(In):
    slot_id: IdText | None


class ModerationIn(In):
    mode: Moderation


class QuestionIn(In):
    text: Annotated[str, _text_of(QUESTION_MAX), Field(examples=["贵司的良率何时能到 90%？"])]
    anonymous: bool = False
    project_id: IdText | None = None


class QuestionRef(In):
    question_id: IdText


class QuestionChoice(In):
    question_id: IdText | None


class HideIn(QuestionRef):
    reason: Annotated[str, _text_of(300), Field(examples=["与本场项目无关"])]


class AnswerIn(QuestionRef):
    how: AnsweredHow
    text: Annotated[str, _text_of(ANSWER_MAX)] | None = None


class GuestIn(In):
    name: Annotated[Name, _text_of(80)]


# What goes out.


class RoomView(BaseModel):
    """The room as everybody in it sees it."""

    roadshow_id: str
    title: str
    state: RoomState
    moderation: Moderation
    current_slot_id: str | None
    pinned_question_id: str | None
    answering_question_id: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    join_code: str


class QuestionFields(BaseModel):
    """What the audience, the host and the author may all know of a question."""

    id: str
    text: str
    project_id: str | None
    slot_id: str | None
    answer: str
    answered_how: AnsweredHow | None
    published_at: datetime | None
    answered_at: datetime | None


class PublicQuestion(QuestionFields):
    """A question as the audience sees it; `author` is null when it was asked anonymously."""

    author: str | None
    state: PublicState
    votes: int
    investor_votes: int


class StaffQuestion(QuestionFields):
    """A question as the host sees it."""

    author: str | None
    author_name: str
    author_institution: str
    anonymous: bool
    state: QuestionState
    hidden_reason: str
    votes: int
    investor_votes: int
    asked_at: datetime


class OwnQuestion(QuestionFields):
    """A question as its author sees it, with the reason if it was hidden."""

    anonymous: bool
    state: QuestionState
    hidden_reason: str
    asked_at: datetime


class VoteView(BaseModel):
    question_id: str
    voted: bool


class MineView(BaseModel):
    """What one person did in a room in bulk, and no stream carries: questions supported, ballots by poll."""

    votes: list[str]
    ballots: dict[str, Any]


class JoinView(BaseModel):
    roadshow_id: str
