"""Who was present when, and the seal of a session that is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c006recrd0006"
down_revision = "c005stage0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("roadshow_id", sa.String(26), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_attendance_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("roadshow_id", name=op.f("pk_attendance")),
    )
    op.create_table(
        "seals",
        sa.Column("roadshow_id", sa.String(26), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_seals_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("roadshow_id", name=op.f("pk_seals")),
    )


def downgrade() -> None:
    op.drop_table("seals")
    op.drop_table("attendance")
