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

KEYED = {
    "votes": """
        question_id VARCHAR(26) NOT NULL,
        user_id VARCHAR(26) NOT NULL,
        at DATETIME NOT NULL,
        is_investor BOOLEAN DEFAULT 0 NOT NULL,
        CONSTRAINT pk_votes PRIMARY KEY (question_id, user_id),
        CONSTRAINT fk_votes_question_id_questions FOREIGN KEY (question_id) REFERENCES questions (id),
        CONSTRAINT fk_votes_user_id_users FOREIGN KEY (user_id) REFERENCES users (id)
    """,
    "commands": """
        actor VARCHAR(80) NOT NULL,
        cmd_id VARCHAR(80) NOT NULL,
        digest BLOB NOT NULL,
        status BIGINT NOT NULL,
        body BLOB NOT NULL,
        at DATETIME NOT NULL,
        CONSTRAINT pk_commands PRIMARY KEY (cmd_id, actor)
    """,
}
"""Tables a burst of votes fills: on SQLite their rows lie in the key itself, one tree to write instead of two."""


def upgrade() -> None:
    op.add_column("votes", sa.Column("is_investor", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(COUNTED)
    op.add_column("entries", sa.Column("hash", sa.LargeBinary(32), nullable=True))
    op.add_column("streams", sa.Column("head", sa.LargeBinary(32), nullable=True))
    op.add_column("streams", sa.Column("chained_after", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE streams SET chained_after = seq")
    if op.get_bind().dialect.name == "sqlite":
        _keep_rows_in_the_key()
    else:
        op.execute(
            "ALTER TABLE commands DROP CONSTRAINT pk_commands, ADD CONSTRAINT pk_commands PRIMARY KEY (cmd_id, actor)"
        )


def _keep_rows_in_the_key() -> None:
    for table, columns in KEYED.items():
        op.execute(f"CREATE TABLE keyed ({columns}) WITHOUT ROWID")
        op.execute(f"INSERT INTO keyed SELECT * FROM {table}")  # noqa: S608  (names of our own tables)
        op.drop_table(table)
        op.rename_table("keyed", table)
    op.create_index("ix_commands_at", "commands", ["at"])


def downgrade() -> None:
    op.drop_column("streams", "chained_after")
    op.drop_column("streams", "head")
    op.drop_column("entries", "hash")
    op.drop_column("questions", "investor_votes")
    op.drop_column("votes", "is_investor")
