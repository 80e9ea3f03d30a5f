"""Rooms with reactions to tell, and rooms that are over, are found without reading every room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d120waits0120"
down_revision = "d130decks0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_flows_due",
        "flows",
        ["tallied_at"],
        postgresql_where=sa.text("is_tally_due"),
        sqlite_where=sa.text("is_tally_due = 1"),
    )
    op.create_index("ix_rooms_closed", "rooms", ["state", "closed_at"])


def downgrade() -> None:
    op.drop_index("ix_rooms_closed", table_name="rooms")
    op.drop_index("ix_flows_due", table_name="flows")
