"""The running order as it happened, speaker messages, decks, screen links and room roles."""

from __future__ import annotations

revision = "c005stage0005"
down_revision = "c004danmu0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
