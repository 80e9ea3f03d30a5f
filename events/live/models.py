"""Tables of the live room: the room itself, questions with their replies and promises, votes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
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
    """pending → published → answering → answered; any → hidden or merged, and back by restore or unmerge."""

    PENDING = "pending"
    PUBLISHED = "published"
    ANSWERING = "answering"
    ANSWERED = "answered"
    HIDDEN = "hidden"
    MERGED = "merged"


class QuestionLabel(StrEnum):
    """What a question is about, in the words of an investment committee."""

    TECHNOLOGY = "technology"
    MARKET = "market"
    FINANCE = "finance"
    TEAM = "team"
    EXIT = "exit"
    OTHER = "other"


class Side(StrEnum):
    """Who speaks for an answer: the startup that pitched, or the organizer."""

    STARTUP = "startup"
    HOST = "host"


class AnsweredHow(StrEnum):
    ALOUD = "aloud"
    WRITTEN = "written"


class Room(Base):
    """The live side of a roadshow."""

    __tablename__ = "rooms"
    __table_args__ = (Index("ix_rooms_closed", "state", "closed_at"),)

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
        Index("ix_questions_time", "asked_at", "id"),
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
    label: Mapped[str | None] = mapped_column(String(12))
    merged_into: Mapped[str | None] = mapped_column(String(26), ForeignKey("questions.id"))
    """The question it was merged into, itself perhaps merged further; only while its state is merged."""


class Reply(Base):
    """A few written words under a question, by the startup it is about or by the host."""

    __tablename__ = "question_replies"

    id: Mapped[Key]
    question_id: Mapped[str] = mapped_column(String(26), ForeignKey("questions.id"), index=True)
    author_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    side: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime]


class Promise(Base):
    """A question that will be answered in writing after the session (后补答): by whom, and until when."""

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "ix_promises_open", "due_at", postgresql_where=sql("kept_at IS NULL"), sqlite_where=sql("kept_at IS NULL")
        ),
        Index("ix_promises_organizer_due", "organizer_id", "due_at", "question_id"),
        Index("ix_promises_company_due", "company_id", "due_at", "question_id"),
    )

    question_id: Mapped[str] = mapped_column(String(26), ForeignKey("questions.id"), primary_key=True)
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"))
    owner: Mapped[str] = mapped_column(String(8))
    company_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("companies.id"))
    owner_name: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    made_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    nudged: Mapped[str] = mapped_column(String(8), default="")
    """The last reminder that was written: none, soon or late."""


class Vote(Base):
    """One person's upvote; the key makes a second one impossible."""

    __tablename__ = "votes"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  (SQLAlchemy reads it as a class attribute)

    question_id: Mapped[str] = mapped_column(String(26), ForeignKey("questions.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)
    is_investor: Mapped[bool] = mapped_column(default=False)
    """A member of an institution this organizer had verified when the vote was cast."""
    at: Mapped[datetime]
    merged_from: Mapped[str | None] = mapped_column(String(26))
    """The merged question this person voted for, when the vote counts here only because of the merge."""
