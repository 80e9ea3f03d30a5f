"""Tables of polls: what is asked, who has answered, and how often each thing was chosen.

A secret ballot leaves two traces that share nothing but the poll: `PollVoter` says that a person answered, and the
counters of `PollTally` grew. No row holds a choice beside a person, a time or an order.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class PollKind(StrEnum):
    SINGLE = "single"  # 单选
    MULTIPLE = "multiple"  # 多选
    RATING = "rating"  # 打分
    RANKING = "ranking"  # 排序
    WORDS = "words"  # 词云


class PollState(StrEnum):
    """draft → open → closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Names(StrEnum):
    """Who may see who chose what. `NOBODY` is a secret poll; the others are roll-calls."""

    NOBODY = "nobody"
    HOST = "host"
    ALL = "all"


class ResultsWhen(StrEnum):
    """When the audience sees results: as they grow, when the poll closes, or when the host reveals them."""

    LIVE = "live"
    CLOSE = "close"
    REVEAL = "reveal"


class Electorate(StrEnum):
    EVERYONE = "everyone"
    REGISTERED = "registered"
    VERIFIED = "verified"


class Poll(Base):
    """`told` is what the streams last carried of the results; `final` and `digest` are frozen at the close."""

    __tablename__ = "polls"
    __table_args__ = (
        CheckConstraint("ballots >= 0", name="ballots"),
        Index("ix_polls_room", "roadshow_id"),
        Index("ix_polls_due", "state", "closes_at"),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(200))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    max_choices: Mapped[int] = mapped_column(default=1)
    scale: Mapped[int] = mapped_column(default=5)
    names: Mapped[str] = mapped_column(String(6))
    electorate: Mapped[str] = mapped_column(String(10))
    results_when: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(6))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    seconds: Mapped[int | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    revealed: Mapped[bool] = mapped_column(default=False)
    on_screen: Mapped[bool] = mapped_column(default=False)
    blocked: Mapped[list[str]] = mapped_column(JSON)
    ballots: Mapped[int] = mapped_column(default=0)
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    record: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class PollVoter(Base):
    """That a person answered a secret poll, and nothing else; the key makes a second ballot impossible."""

    __tablename__ = "poll_voters"

    poll_id: Mapped[str] = mapped_column(String(26), ForeignKey("polls.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)


class PollBallot(Base):
    """One person's ballot in a roll-call, as it stands; the key makes a second one impossible."""

    __tablename__ = "poll_ballots"

    poll_id: Mapped[str] = mapped_column(String(26), ForeignKey("polls.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    institution: Mapped[str] = mapped_column(String(200), default="")
    is_investor: Mapped[bool]
    choice: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class PollTally(Base):
    """How many ballots hold one thing: an option, an option with a score or a rank, a word; "" counts all ballots."""

    __tablename__ = "poll_tallies"
    __table_args__ = (CheckConstraint("votes >= investors AND investors >= 0", name="votes"),)

    poll_id: Mapped[str] = mapped_column(String(26), ForeignKey("polls.id"), primary_key=True)
    thing: Mapped[str] = mapped_column(String(40), primary_key=True)
    score: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(String(40), default="")
    votes: Mapped[int]
    investors: Mapped[int]


class ContestState(StrEnum):
    """Judges score while it is `judging`; `frozen` nothing changes any more."""

    JUDGING = "judging"
    FROZEN = "frozen"


class Contest(Base):
    """A roadshow's contest: how is scored, and, once frozen, what came of it."""

    __tablename__ = "contests"

    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), primary_key=True)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    scale: Mapped[int]
    jury_weight: Mapped[int]
    commitments_weight: Mapped[int]
    audience_weight: Mapped[int]
    cap_fen: Mapped[int]
    is_corrected: Mapped[bool]
    audience_poll_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("polls.id"))
    state: Mapped[str] = mapped_column(String(8))
    standings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    revealed: Mapped[int] = mapped_column(default=0)
    record: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    frozen_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ContestJudge(Base):
    """Somebody asked to score; who follows the letter's link with an account becomes the judge."""

    __tablename__ = "contest_judges"
    __table_args__ = (
        Index("ix_contest_judges_room", "roadshow_id"),
        Index("uq_contest_judges_person", "roadshow_id", "user_id", unique=True),
    )

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"))
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(320))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class ContestScore(Base):
    """What one judge gave one project for one criterion."""

    __tablename__ = "contest_scores"

    judge_id: Mapped[str] = mapped_column(String(26), ForeignKey("contest_judges.id"), primary_key=True)
    project_id: Mapped[str] = mapped_column(String(26), ForeignKey("projects.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(8), primary_key=True)
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    points: Mapped[int]
    at: Mapped[datetime]
