"""When the installation was last restored from a backup: from then on cursors of before are refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d010restored1"
down_revision = "c006recrd0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("installation", sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("installation", "restored_at")
