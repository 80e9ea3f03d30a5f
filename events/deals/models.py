"""The table of intents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class IntentKind(StrEnum):
    EQUITY = "equity"  # 股权
    LOAN = "loan"  # 贷款
    GUARANTEE = "guarantee"  # 担保
    INSURANCE = "insurance"  # 保险
    BOND = "bond"  # 债券
    MERGER = "merger"  # 并购
    MATERIALS = "materials"  # 索取资料
    MEETING = "meeting"  # 约见


class IntentState(StrEnum):
    """left → accepted | later | declined; later → accepted | declined; any open one → withdrawn | closed."""

    LEFT = "left"
    ACCEPTED = "accepted"
    LATER = "later"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OPEN = frozenset({IntentState.LEFT, IntentState.LATER, IntentState.ACCEPTED})
"""States in which the same institution cannot leave the same intent again."""

_OPEN = "state IN ('left', 'later', 'accepted')"
_OPEN_IN_ROOM = text(f"{_OPEN} AND roadshow_id IS NOT NULL")
_OPEN_ON_PAGE = text(f"{_OPEN} AND roadshow_id IS NULL")


class Intent(Base):
    """`roadshow_id` is null when it was left on the project's page."""

    __tablename__ = "intents"
    __table_args__ = (
        CheckConstraint("amount_max_fen >= amount_min_fen", name="amounts"),
        Index(
            "uq_intents_open_in_room", "institution_id", "project_id", "kind", "roadshow_id",
            unique=True, postgresql_where=_OPEN_IN_ROOM, sqlite_where=_OPEN_IN_ROOM,
        ),
        Index(
            "uq_intents_open_on_page", "institution_id", "project_id", "kind",
            unique=True, postgresql_where=_OPEN_ON_PAGE, sqlite_where=_OPEN_ON_PAGE,
        ),
        Index(
            "ix_intents_organizer_newest", "organizer_id", "created_at", "id", "state", "kind", "amount_min_fen",
            "amount_max_fen", "project_id", "company_id", "institution_id",
        ),
        Index(
            "ix_intents_organizer_state", "organizer_id", "state", "kind", "created_at", "id", "amount_min_fen",
            "amount_max_fen",
        ),
        Index("ix_intents_company_newest", "company_id", "created_at", "id"),
        Index("ix_intents_institution_newest", "institution_id", "created_at", "id"),
    )  # fmt: skip

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"))
    roadshow_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    project_id: Mapped[str] = mapped_column(String(26), ForeignKey("projects.id"), index=True)
    company_id: Mapped[str] = mapped_column(String(26), ForeignKey("companies.id"))
    institution_id: Mapped[str] = mapped_column(String(26), ForeignKey("institutions.id"))
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    amount_min_fen: Mapped[int | None]
    amount_max_fen: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(10), default=IntentState.LEFT)
    answer_reason: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
