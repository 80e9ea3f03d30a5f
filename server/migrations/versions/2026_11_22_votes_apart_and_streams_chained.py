"""Votes of verified investors are counted apart; streams carry the head of their hash chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c001votes0001"
down_revision = "b1d4c07e52aa"
branch_labels = None
depends_on = None

COUNTED = (
    "ALTER TABLE questions ADD COLUMN investor_votes BIGINT DEFAULT 0 NOT NULL "
    "CONSTRAINT ck_questions_investor_votes CHECK (investor_votes >= 0)"
)


def upgrade() -> None:
    op.add_column("votes", sa.Column("is_investor", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(COUNTED)
    op.add_column("entries", sa.Column("hash", sa.LargeBinary(32), nullable=True))
    op.add_column("streams", sa.Column("head", sa.LargeBinary(32), nullable=True))
    op.add_column("streams", sa.Column("chained_after", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE streams SET chained_after = seq")


def downgrade() -> None:
    op.drop_column("streams", "chained_after")
    op.drop_column("streams", "head")
    op.drop_column("entries", "hash")
    op.drop_column("questions", "investor_votes")
    op.drop_column("votes", "is_investor")
