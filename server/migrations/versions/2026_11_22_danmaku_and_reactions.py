"""Danmaku, reactions, and what the room allows of them."""

from __future__ import annotations

revision = "c004danmu0004"
down_revision = "c003polls0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
