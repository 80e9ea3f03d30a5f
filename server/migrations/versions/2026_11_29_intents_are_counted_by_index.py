"""An organizer's intents are asked for names and counted by state and kind without reading the intents themselves."""

from __future__ import annotations

from alembic import op

revision = "d160counts0160"
down_revision = "d151written151"
branch_labels = None
depends_on = None

NEWEST = ["organizer_id", "created_at", "id", "state", "kind", "amount_min_fen", "amount_max_fen"]
NAMED = ["project_id", "company_id", "institution_id"]
STATE = ["organizer_id", "state", "kind", "created_at", "id", "amount_min_fen", "amount_max_fen"]


def upgrade() -> None:
    op.drop_index("ix_intents_organizer_newest")
    op.create_index("ix_intents_organizer_newest", "intents", NEWEST + NAMED)
    op.create_index("ix_intents_organizer_state", "intents", STATE)


def downgrade() -> None:
    op.drop_index("ix_intents_organizer_state")
    op.drop_index("ix_intents_organizer_newest")
    op.create_index("ix_intents_organizer_newest", "intents", NEWEST)
