"""Tables of danmaku: what was sent, who is muted, what the room allows, reactions counted, an organizer's words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class DanmakuState(StrEnum):
    """shown at once, delayed by the room's delay line, or held for the host; any → removed, and back by restore."""

    SHOWN = "shown"
    DELAYED = "delayed"
    HELD = "held"
    REMOVED = "removed"


class DanmakuRole(StrEnum):
    """As whom somebody speaks in a room."""

    AUDIENCE = "audience"
    INVESTOR = "investor"
    STARTUP = "startup"
    HOST = "host"


class ReactionKind(StrEnum):
    CLAP = "clap"
    HEART = "heart"
    ROCKET = "rocket"
    IDEA = "idea"
    THUMB = "thumb"


class Flow(Base):
    """What a room allows of danmaku and reactions; a room without a row allows what the defaults say."""

    __tablename__ = "flows"
    __table_args__ = (
        CheckConstraint("delay_seconds BETWEEN 0 AND 30", name="delay"),
        Index("ix_flows_due", "tallied_at", postgresql_where=sql("is_tally_due"), sqlite_where=sql("is_tally_due = 1")),
    )

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    danmaku_on: Mapped[bool] = mapped_column(default=True)
    reactions_on: Mapped[bool] = mapped_column(default=True)
    guests_on: Mapped[bool] = mapped_column(default=True)
    slow_seconds: Mapped[int] = mapped_column(default=3)
    delay_seconds: Mapped[int] = mapped_column(default=0)
    density: Mapped[int] = mapped_column(default=40)
    tallied_at: Mapped[datetime | None]
    is_tally_due: Mapped[bool] = mapped_column(default=False)


class Danmaku(Base):
    __tablename__ = "danmaku"
    __table_args__ = (
        Index("ix_danmaku_room", "roadshow_id", "state", "due_at"),
        Index("ix_danmaku_author", "roadshow_id", "author_id", "sent_at"),
        Index("ix_danmaku_due", "state", "due_at"),
        Index("ix_danmaku_sent", "roadshow_id", "sent_at"),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    author_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(8))
    slot_id: Mapped[str | None] = mapped_column(String(26))
    text: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8))
    finding: Mapped[str | None] = mapped_column(String(10))
    matched: Mapped[str] = mapped_column(String(60), default="")
    sent_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When the delay line lets it go."""
    shown_at: Mapped[datetime | None]


class Mute(Base):
    """Somebody who may not send danmaku or reactions in a room, until then or to its end."""

    __tablename__ = "mutes"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime | None]
    at: Mapped[datetime]


class ReactionTotal(Base):
    """How often a room reacted while a slot was on stage; no slot is the empty text."""

    __tablename__ = "reaction_totals"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    slot_id: Mapped[str] = mapped_column(String(26), primary_key=True, default="")
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    count: Mapped[int]


class OwnWords(Base):
    """Words an organizer wants to look at before its audience does, beside the built-in rules."""

    __tablename__ = "screening_words"

    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), primary_key=True)
    words: Mapped[list[str]]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
