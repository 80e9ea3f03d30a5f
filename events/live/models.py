"""Tables of the live room: the room itself, questions, votes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class RoomState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    OVER = "over"


class Moderation(StrEnum):
    """Whether the host sees a question before or after the audience does."""

    BEFORE = "before"
    AFTER = "after"


class QuestionState(StrEnum):
    """pending → published → answering → answered; any → hidden, and back by restore."""

    PENDING = "pending"
    PUBLISHED = "published"
    ANSWERING = "answering"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class AnsweredHow(StrEnum):
    ALOUD = "aloud"
    WRITTEN = "written"


class Room(Base):
    """The live side of a roadshow."""

    __tablename__ = "rooms"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(8), default=RoomState.WAITING)
    moderation: Mapped[str] = mapped_column(String(8), default=Moderation.AFTER)
    current_slot_id: Mapped[str | None] = mapped_column(String(26))
    pinned_question_id: Mapped[str | None] = mapped_column(String(26))
    answering_question_id: Mapped[str | None] = mapped_column(String(26))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Question(Base):
    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("votes >= 0", name="votes"),
        CheckConstraint("investor_votes >= 0", name="investor_votes"),
        Index("ix_questions_room", "roadshow_id", "state"),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    author_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(80))
    author_institution: Mapped[str] = mapped_column(String(200), default="")
    anonymous: Mapped[bool] = mapped_column(default=False)
    project_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("projects.id"))
    slot_id: Mapped[str | None] = mapped_column(String(26))
    text: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10))
    hidden_reason: Mapped[str] = mapped_column(String(300), default="")
    answer: Mapped[str] = mapped_column(String(4000), default="")
    answered_how: Mapped[str | None] = mapped_column(String(8))
    votes: Mapped[int] = mapped_column(default=0)
    investor_votes: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Vote(Base):
    """One person's upvote; the key makes a second one impossible."""

    __tablename__ = "votes"

    question_id: Mapped[str] = mapped_column(String(26), ForeignKey("questions.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)
    is_investor: Mapped[bool] = mapped_column(default=False)
    """A member of an institution this organizer had verified when the vote was cast."""
    at: Mapped[datetime]
