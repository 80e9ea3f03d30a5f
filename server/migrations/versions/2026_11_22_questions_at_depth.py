"""Questions carry labels, replies, merges and promises."""

from __future__ import annotations

revision = "c002quest0002"
down_revision = "c001votes0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
