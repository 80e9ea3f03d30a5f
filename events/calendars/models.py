"""The table of personal feeds' secrets, stored hashed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base


class PersonalFeed(Base):
    """One secret a person; rotating it replaces the row's hash, and the old address is gone."""

    __tablename__ = "personal_feeds"

    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
