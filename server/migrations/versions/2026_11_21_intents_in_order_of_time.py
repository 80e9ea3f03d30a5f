"""Intents of an organizer are listed newest first: an index in that order."""

from __future__ import annotations

from alembic import op

revision = "b1d4c07e52aa"
down_revision = "5f07a84b3432"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_intents_organizer_time", "intents", ["organizer_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_intents_organizer_time", table_name="intents")
