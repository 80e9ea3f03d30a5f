"""What the record says of a room in figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class QuestionFigures(BaseModel):
    asked: int
    published: int
    answered: int
    hidden: int
    merged: int
    promised: int
    kept: int
    votes: int
    investor_votes: int
    people: int


class PollFigures(BaseModel):
    held: int
    ballots: int


class IntentFigures(BaseModel):
    """`amount_max_fen` adds the upper end of every intent that was not withdrawn."""

    left: int
    institutions: int
    amount_max_fen: int


class DanmakuFigures(BaseModel):
    shown: int
    removed: int


class PresenceFigures(BaseModel):
    """`curve` has one (minute, people) for each sample; times stayed are in minutes."""

    people: int
    peak: int
    peak_at: datetime | None
    minutes_mean: float
    minutes_median: float
    curve: list[tuple[datetime, int]]


class ProjectFigures(BaseModel):
    slot_id: str
    project_id: str
    name: str
    questions: int
    votes: int
    intents: int


class RoomFigures(BaseModel):
    """The figures of one room; a fold of its log, so the archive gives the same."""

    opened_at: datetime | None
    closed_at: datetime | None
    questions: QuestionFigures
    polls: PollFigures
    intents: IntentFigures
    danmaku: DanmakuFigures
    reactions: dict[str, int]
    presence: PresenceFigures
    projects: list[ProjectFigures]


class SealView(BaseModel):
    """When the session was sealed, and the digest an archive of it must carry."""

    sealed_at: datetime
    digest: str


class SessionRecordView(BaseModel):
    figures: RoomFigures
    seal: SealView | None
