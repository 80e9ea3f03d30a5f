"""Danmaku, reactions, and what the room allows of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c004danmu0004"
down_revision = "c003polls0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flows",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("danmaku_on", sa.Boolean(), nullable=False),
        sa.Column("reactions_on", sa.Boolean(), nullable=False),
        sa.Column("guests_on", sa.Boolean(), nullable=False),
        sa.Column("slow_seconds", sa.BigInteger(), nullable=False),
        sa.Column("delay_seconds", sa.BigInteger(), nullable=False),
        sa.Column("density", sa.BigInteger(), nullable=False),
        sa.Column("tallied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_tally_due", sa.Boolean(), nullable=False),
        sa.CheckConstraint("delay_seconds BETWEEN 0 AND 30", name=op.f("ck_flows_delay")),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_flows_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("roadshow_id", name=op.f("pk_flows")),
    )
    op.create_table(
        "danmaku",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("slot_id", sa.String(length=26), nullable=True),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("finding", sa.String(length=10), nullable=True),
        sa.Column("matched", sa.String(length=60), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_danmaku_author_id_users")),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_danmaku_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danmaku")),
    )
    op.create_index("ix_danmaku_author", "danmaku", ["roadshow_id", "author_id", "sent_at"], unique=False)
    op.create_index("ix_danmaku_due", "danmaku", ["state", "due_at"], unique=False)
    op.create_index("ix_danmaku_room", "danmaku", ["roadshow_id", "state", "due_at"], unique=False)
    op.create_index("ix_danmaku_sent", "danmaku", ["roadshow_id", "sent_at"], unique=False)
    op.create_table(
        "mutes",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("user_name", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_mutes_roadshow_id_roadshows")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mutes_user_id_users")),
        sa.PrimaryKeyConstraint("roadshow_id", "user_id", name=op.f("pk_mutes")),
    )
    op.create_table(
        "reaction_totals",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("slot_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_reaction_totals_count")),
        sa.ForeignKeyConstraint(
            ["roadshow_id"], ["roadshows.id"], name=op.f("fk_reaction_totals_roadshow_id_roadshows")
        ),
        sa.PrimaryKeyConstraint("roadshow_id", "slot_id", "kind", name=op.f("pk_reaction_totals")),
    )
    op.create_table(
        "screening_words",
        sa.Column("organizer_id", sa.String(length=26), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_screening_words_organizer_id_organizers")
        ),
        sa.PrimaryKeyConstraint("organizer_id", name=op.f("pk_screening_words")),
    )


def downgrade() -> None:
    for table in ("screening_words", "reaction_totals", "mutes", "danmaku", "flows"):
        op.drop_table(table)
