"""Who was present when, and the sealed record of a session."""

from __future__ import annotations

revision = "c006recrd0006"
down_revision = "c005stage0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
