"""A role in a room is for an address and waits for whoever proves it; roles of before stay with their accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d160roles0160"
down_revision = "d150slides0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_roles_for_addresses",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("given_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('cohost', 'moderator')", name="ck_room_roles_for_addresses_role"),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name="fk_room_roles_for_addresses_given_by_users"),
        sa.ForeignKeyConstraint(
            ["roadshow_id"], ["roadshows.id"], name="fk_room_roles_for_addresses_roadshow_id_roadshows"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_room_roles_for_addresses"),
        sa.UniqueConstraint("roadshow_id", "email", name="uq_room_roles_for_addresses_roadshow_id_email"),
    )
    op.create_index("ix_room_roles_for_addresses_email", "room_roles_for_addresses", ["email"])


def downgrade() -> None:
    op.drop_table("room_roles_for_addresses")
