"""Polls, their ballots, and contests."""

from __future__ import annotations

revision = "c003polls0003"
down_revision = "c002quest0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
