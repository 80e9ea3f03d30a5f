"""Tables of the stage: how each slot ran, what is shown, messages to the speaker, decks, room roles, screen links."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class Layout(StrEnum):
    """What the big screen gives its room to."""

    QUESTIONS = "questions"
    POLL = "poll"
    SLIDES = "slides"
    CODE = "code"


class ScreenKind(StrEnum):
    """What a screen link opens: the big screen, an overlay for a video mixer, and clocks and scores alone."""

    SCREEN = "screen"
    OVERLAY = "overlay"
    TIMER = "timer"
    CONTEST = "contest"
    MONITOR = "speaker-monitor"


class Stage(Base):
    """What stands on a room's stage besides the slot itself."""

    __tablename__ = "stages"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    layout: Mapped[str] = mapped_column(String(12), default=Layout.QUESTIONS)
    deck_id: Mapped[str | None] = mapped_column(String(26))
    carried: Mapped[str | None] = mapped_column(String(8))
    """How the over-run was last carried into the later slots, if it was."""


class Run(Base):
    """How a slot ran, or will by what was carried into it; the planned times are those that stood when it began.

    A slot may leave the agenda later: what happened in it stays.
    """

    __tablename__ = "slot_runs"
    __table_args__ = (
        CheckConstraint("paused_seconds >= 0", name="paused"),
        CheckConstraint("planned_end_at > planned_start_at", name="planned"),
    )

    slot_id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    planned_start_at: Mapped[datetime]
    planned_end_at: Mapped[datetime]
    carried_start_at: Mapped[datetime | None]
    told_start_at: Mapped[datetime | None]
    """The start its startup was last written about."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_seconds: Mapped[int] = mapped_column(default=0)
    extra_seconds: Mapped[int] = mapped_column(default=0)


class Message(Base):
    """Words from the host to whoever speaks, acknowledged or not."""

    __tablename__ = "speaker_messages"

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    slot_id: Mapped[str | None] = mapped_column(String(26))
    text: Mapped[str] = mapped_column(String(200))
    sent_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))


class Deck(Base):
    """A booking's slides, a PDF under its own id; a later one takes the place of an earlier.

    They go where the booking goes; `slot_id` and `roadshow_id` are where it stood when they were uploaded.
    """

    __tablename__ = "decks"
    __table_args__ = (
        CheckConstraint("page BETWEEN 1 AND pages", name="page"),
        Index(
            "uq_decks_booking", "booking_id", unique=True,
            postgresql_where=sql("removed_at IS NULL"), sqlite_where=sql("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    slot_id: Mapped[str] = mapped_column(String(26))
    booking_id: Mapped[str | None] = mapped_column(String(26))
    company_id: Mapped[str] = mapped_column(String(26), ForeignKey("companies.id"))
    filename: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    page: Mapped[int] = mapped_column(default=1)
    uploaded_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class RoleForAddress(Base):
    """A role in one room for whoever proves the address; whether anybody has, the row does not say."""

    __tablename__ = "room_roles_for_addresses"
    __table_args__ = (
        CheckConstraint("role IN ('cohost', 'moderator')", name="role"),
        UniqueConstraint("roadshow_id", "email"),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    email: Mapped[str] = mapped_column(String(320), index=True)
    role: Mapped[str] = mapped_column(String(10))
    given_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]


class RoomRoleRow(Base):
    """A role that was given to an account, as was done before roles were for addresses."""

    __tablename__ = "room_roles"
    __table_args__ = (CheckConstraint("role IN ('cohost', 'moderator')", name="role"),)

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    given_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]


class Screen(Base):
    """A link that shows a room and lets nobody act in it; only its secret's hash is kept."""

    __tablename__ = "screens"

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
