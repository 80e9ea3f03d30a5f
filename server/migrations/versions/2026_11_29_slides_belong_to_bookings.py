"""Slides belong to the booking whose company brought them, not to the slot it stood in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d130decks0130"
down_revision = "d111trust0111"
branch_labels = None
depends_on = None

STANDS = sa.text("removed_at IS NULL")
ASSIGN = """
UPDATE decks SET booking_id = (
    SELECT b.id FROM bookings b WHERE b.slot_id = decks.slot_id AND b.company_id = decks.company_id
    ORDER BY CASE b.state WHEN 'confirmed' THEN 0 ELSE 1 END, b.created_at DESC, b.id DESC LIMIT 1
)
"""


def upgrade() -> None:
    op.add_column("decks", sa.Column("booking_id", sa.String(length=26), nullable=True))
    op.execute(ASSIGN)
    op.drop_index("uq_decks_slot", table_name="decks")
    op.create_index(
        "uq_decks_booking", "decks", ["booking_id"], unique=True, postgresql_where=STANDS, sqlite_where=STANDS
    )


def downgrade() -> None:
    op.drop_index("uq_decks_booking", table_name="decks")
    op.create_index("uq_decks_slot", "decks", ["slot_id"], unique=True, postgresql_where=STANDS, sqlite_where=STANDS)
    op.drop_column("decks", "booking_id")
