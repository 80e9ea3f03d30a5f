"""The running order as it happened, speaker messages, decks, screen links and room roles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c005stage0005"
down_revision = "c004danmu0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("slot_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("page BETWEEN 1 AND pages", name="ck_decks_page"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_decks_company_id_companies"),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_decks_roadshow_id_roadshows"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name="fk_decks_uploaded_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_decks"),
    )
    op.create_index("ix_decks_roadshow_id", "decks", ["roadshow_id"], unique=False)
    op.create_index(
        "uq_decks_slot",
        "decks",
        ["slot_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
        sqlite_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "room_roles",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("given_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('cohost', 'moderator')", name="ck_room_roles_role"),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name="fk_room_roles_given_by_users"),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_room_roles_roadshow_id_roadshows"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_room_roles_user_id_users"),
        sa.PrimaryKeyConstraint("roadshow_id", "user_id", name="pk_room_roles"),
    )
    op.create_index("ix_room_roles_user_id", "room_roles", ["user_id"], unique=False)
    op.create_table(
        "screens",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_screens_created_by_users"),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_screens_roadshow_id_roadshows"),
        sa.PrimaryKeyConstraint("id", name="pk_screens"),
        sa.UniqueConstraint("secret_hash", name="uq_screens_secret_hash"),
    )
    op.create_index("ix_screens_roadshow_id", "screens", ["roadshow_id"], unique=False)
    op.create_table(
        "slot_runs",
        sa.Column("slot_id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("planned_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.BigInteger(), nullable=False),
        sa.Column("extra_seconds", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("paused_seconds >= 0", name="ck_slot_runs_paused"),
        sa.CheckConstraint("planned_end_at > planned_start_at", name="ck_slot_runs_planned"),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_slot_runs_roadshow_id_roadshows"),
        sa.PrimaryKeyConstraint("slot_id", name="pk_slot_runs"),
    )
    op.create_index("ix_slot_runs_roadshow_id", "slot_runs", ["roadshow_id"], unique=False)
    op.create_table(
        "speaker_messages",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("slot_id", sa.String(length=26), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("sent_by", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_speaker_messages_roadshow_id_roadshows"),
        sa.ForeignKeyConstraint(["sent_by"], ["users.id"], name="fk_speaker_messages_sent_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_speaker_messages"),
    )
    op.create_index("ix_speaker_messages_roadshow_id", "speaker_messages", ["roadshow_id"], unique=False)
    op.create_table(
        "stages",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("layout", sa.String(length=12), nullable=False),
        sa.Column("deck_id", sa.String(length=26), nullable=True),
        sa.Column("carried", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name="fk_stages_roadshow_id_roadshows"),
        sa.PrimaryKeyConstraint("roadshow_id", name="pk_stages"),
    )


def downgrade() -> None:
    op.drop_table("stages")
    op.drop_table("speaker_messages")
    op.drop_table("slot_runs")
    op.drop_table("screens")
    op.drop_table("room_roles")
    op.drop_table("decks")
