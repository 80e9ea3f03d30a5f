"""What comes into a room and goes out of it: one view for each audience, none of which contains another's.

`PublicQuestion` cannot be built for a pending or hidden question, and has no field for who asked anonymously.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from events.base_schemas import In, ListView, Name, text_of
from events.live.models import AnsweredHow, Moderation, QuestionLabel, QuestionState, RoomState, Side
from events.live.rules import ANSWER_MAX, QUESTION_MAX, REPLY_MAX
from events.moments import Moment

IdText = Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$", examples=["01JD3V0000000000000000000A"])]
PublicState = Literal[QuestionState.PUBLISHED, QuestionState.ANSWERING, QuestionState.ANSWERED]


# What comes in: the bodies of the live commands.


class Nothing(In):
    """A command that needs no words."""


class StageIn(In):
    slot_id: IdText | None


class ModerationIn(In):
    mode: Moderation


class QuestionIn(In):
    """`about` is what is on stage, the whole roadshow, or a project by its id; `project_id` says the latter too.

    Without `label` the words of the question choose one; null leaves it without.
    """

    text: Annotated[str, text_of(QUESTION_MAX), Field(examples=["贵司的良率何时能到 90%？"])]
    anonymous: bool = False
    about: Literal["stage", "whole"] | IdText = "stage"
    project_id: IdText | None = None
    label: QuestionLabel | None = None


class QuestionRef(In):
    question_id: IdText


class QuestionChoice(In):
    question_id: IdText | None


class HideIn(QuestionRef):
    reason: Annotated[str, text_of(300), Field(examples=["与本场项目无关"])]


class LabelIn(QuestionRef):
    label: QuestionLabel | None


class MergeIn(QuestionRef):
    into_id: IdText


class ReplyIn(QuestionRef):
    text: Annotated[str, text_of(REPLY_MAX), Field(examples=["第三方检测报告会后发给各位。"])]


class ReplyRef(QuestionRef):
    reply_id: IdText


class PromiseIn(QuestionRef):
    """Without `owner`, the startup the question is about, else the host; without `due_at`, three working days."""

    owner: Side | None = None
    due_at: Moment | None = None


class PromiseRestIn(In):
    """For every public question that is not answered and not promised yet."""

    owner: Side | None = None
    due_at: Moment | None = None


class KeepIn(QuestionRef):
    text: Annotated[str, text_of(ANSWER_MAX), Field(examples=["良率目前 86%，年底目标 92%。"])]


class AnswerIn(QuestionRef):
    how: AnsweredHow
    text: Annotated[str, text_of(ANSWER_MAX)] | None = None


class GuestIn(In):
    name: Annotated[Name, text_of(80)]


# What goes out.


class RoomView(BaseModel):
    """The room as everybody in it sees it."""

    roadshow_id: str
    title: str
    timezone: str
    state: RoomState
    moderation: Moderation
    current_slot_id: str | None
    pinned_question_id: str | None
    answering_question_id: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    join_code: str


class ReplyView(BaseModel):
    id: str
    author: str
    role: Side
    text: str
    at: datetime


class PromiseView(BaseModel):
    """It will be answered in writing: by whom, until when, and when it was."""

    owner: Side
    owner_name: str
    due_at: datetime
    kept_at: datetime | None


class MergedView(BaseModel):
    """A question that was merged into the one it is shown under; `author` is null when it was asked anonymously."""

    id: str
    text: str
    author: str | None


class HeadView(BaseModel):
    """The question one's own was merged into. What the audience cannot see of it now is null, and its words empty."""

    id: str
    text: str
    state: PublicState | None
    answer: str
    answered_how: AnsweredHow | None
    answered_at: datetime | None


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
    label: QuestionLabel | None
    replies: list[ReplyView]
    promise: PromiseView | None


class PublicQuestion(QuestionFields):
    """A question as the audience sees it; `author` is null when it was asked anonymously."""

    author: str | None
    state: PublicState
    votes: int
    investor_votes: int
    merged: list[MergedView]


class StaffQuestion(QuestionFields):
    """A question as the host sees it; `merged_into` is the question it counts for in the end."""

    author: str | None
    author_name: str
    author_institution: str
    anonymous: bool
    state: QuestionState
    hidden_reason: str
    votes: int
    investor_votes: int
    merged: list[MergedView]
    merged_into: str | None
    asked_at: datetime


class OwnQuestion(QuestionFields):
    """A question as its author sees it: the reason if it was hidden, the other question if it was merged."""

    anonymous: bool
    state: QuestionState
    hidden_reason: str
    merged_into: HeadView | None
    asked_at: datetime


class PromisedQuestion(BaseModel):
    """A promise as its owner works it off; `is_overdue` while it is open after its deadline."""

    question_id: str
    roadshow_id: str
    roadshow_title: str
    timezone: str
    project_name: str | None
    text: str
    votes: int
    answer: str
    promise: PromiseView
    made_at: datetime
    is_overdue: bool


class PromiseList(ListView):
    items: list[PromisedQuestion]


class PromisesMade(BaseModel):
    count: int


class AnsweredList(BaseModel):
    """What a session's page shows of its questions: the answered, and those promised."""

    items: list[PublicQuestion]


class Likeness(BaseModel):
    """A public question like the text; 1 is the same words."""

    question_id: str
    text: str
    votes: int
    score: float


class LikenessList(BaseModel):
    items: list[Likeness]


class Duplicate(BaseModel):
    """Two questions that seem to ask the same; `into_id` is the one to keep."""

    question_id: str
    into_id: str
    score: float


class DuplicateList(BaseModel):
    items: list[Duplicate]


class VoteView(BaseModel):
    question_id: str
    voted: bool


class MineView(BaseModel):
    """What one person did in a room in bulk, and no stream carries: questions supported, ballots by poll."""

    votes: list[str]
    ballots: dict[str, Any]


class JoinView(BaseModel):
    roadshow_id: str
