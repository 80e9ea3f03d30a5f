"""An account holds an address once a letter came back; addresses of before are kept, and proved for new roles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d111trust0111"
down_revision = "d110trust0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("asked_email", sa.String(length=320), nullable=True))
    op.add_column("users", sa.Column("email_proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_users_asked_email", "users", ["asked_email"])
    op.create_table(
        "address_proofs",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_address_proofs_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_address_proofs"),
        sa.UniqueConstraint("secret_hash", name="uq_address_proofs_secret_hash"),
    )
    op.create_index("ix_address_proofs_user_id", "address_proofs", ["user_id"])


def downgrade() -> None:
    op.drop_table("address_proofs")
    op.drop_index("ix_users_asked_email", "users")
    op.drop_column("users", "email_proved_at")
    op.drop_column("users", "asked_email")
