"""Questions carry labels, replies, merges and promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c002quest0002"
down_revision = "c001votes0001"
branch_labels = None
depends_on = None

OPEN = sa.text("kept_at IS NULL")


def upgrade() -> None:
    op.add_column("questions", sa.Column("label", sa.String(length=12), nullable=True))
    _add_merged_into()
    op.add_column("votes", sa.Column("merged_from", sa.String(length=26), nullable=True))
    op.create_table(
        "question_replies",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("question_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_question_replies_author_id_users"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_question_replies_question_id_questions"),
        sa.PrimaryKeyConstraint("id", name="pk_question_replies"),
    )
    op.create_index("ix_question_replies_question_id", "question_replies", ["question_id"])
    op.create_table(
        "promises",
        sa.Column("question_id", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=8), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudged", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_promises_company_id_companies"),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_promises_made_by_users"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_promises_question_id_questions"),
        sa.PrimaryKeyConstraint("question_id", name="pk_promises"),
    )
    op.create_index("ix_promises_company_id", "promises", ["company_id"])
    op.create_index("ix_promises_open", "promises", ["due_at"], postgresql_where=OPEN, sqlite_where=OPEN)


def _add_merged_into() -> None:
    """SQLite adds a column with its reference in one statement only, and must not copy a table others refer to."""
    name = "fk_questions_merged_into_questions"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"ALTER TABLE questions ADD COLUMN merged_into VARCHAR(26) CONSTRAINT {name} REFERENCES questions (id)"
        )
        return
    op.add_column("questions", sa.Column("merged_into", sa.String(length=26), nullable=True))
    op.create_foreign_key(name, "questions", "questions", ["merged_into"], ["id"])


def downgrade() -> None:
    op.drop_table("promises")
    op.drop_table("question_replies")
    op.drop_column("votes", "merged_from")
    op.drop_column("questions", "merged_into")
    op.drop_column("questions", "label")
