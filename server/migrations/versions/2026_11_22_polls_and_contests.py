"""Polls, their ballots, and contests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c003polls0003"
down_revision = "c002quest0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contest_judges",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["roadshow_id"], ["roadshows.id"], name=op.f("fk_contest_judges_roadshow_id_roadshows")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_contest_judges_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_judges")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_contest_judges_secret_hash")),
    )
    op.create_index("ix_contest_judges_room", "contest_judges", ["roadshow_id"], unique=False)
    op.create_index("uq_contest_judges_person", "contest_judges", ["roadshow_id", "user_id"], unique=True)
    op.create_table(
        "polls",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("max_choices", sa.BigInteger(), nullable=False),
        sa.Column("scale", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.String(length=6), nullable=False),
        sa.Column("electorate", sa.String(length=10), nullable=False),
        sa.Column("results_when", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed", sa.Boolean(), nullable=False),
        sa.Column("on_screen", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.JSON(), nullable=False),
        sa.Column("ballots", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ballots >= 0", name=op.f("ck_polls_ballots")),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_polls_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index("ix_polls_due", "polls", ["state", "closes_at"], unique=False)
    op.create_index("ix_polls_room", "polls", ["roadshow_id"], unique=False)
    op.create_table(
        "contest_scores",
        sa.Column("judge_id", sa.String(length=26), nullable=False),
        sa.Column("project_id", sa.String(length=26), nullable=False),
        sa.Column("criterion", sa.String(length=8), nullable=False),
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["contest_judges.id"], name=op.f("fk_contest_scores_judge_id_contest_judges")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_contest_scores_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["roadshow_id"], ["roadshows.id"], name=op.f("fk_contest_scores_roadshow_id_roadshows")
        ),
        sa.PrimaryKeyConstraint("judge_id", "project_id", "criterion", name=op.f("pk_contest_scores")),
    )
    op.create_index(op.f("ix_contest_scores_roadshow_id"), "contest_scores", ["roadshow_id"], unique=False)
    op.create_table(
        "contests",
        sa.Column("roadshow_id", sa.String(length=26), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("scale", sa.BigInteger(), nullable=False),
        sa.Column("jury_weight", sa.BigInteger(), nullable=False),
        sa.Column("commitments_weight", sa.BigInteger(), nullable=False),
        sa.Column("audience_weight", sa.BigInteger(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.Column("audience_poll_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("standings", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("revealed", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audience_poll_id"], ["polls.id"], name=op.f("fk_contests_audience_poll_id_polls")),
        sa.ForeignKeyConstraint(["roadshow_id"], ["roadshows.id"], name=op.f("fk_contests_roadshow_id_roadshows")),
        sa.PrimaryKeyConstraint("roadshow_id", name=op.f("pk_contests")),
    )
    op.create_table(
        "poll_ballots",
        sa.Column("poll_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("institution", sa.String(length=200), nullable=False),
        sa.Column("is_investor", sa.Boolean(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_ballots_poll_id_polls")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_poll_ballots_user_id_users")),
        sa.PrimaryKeyConstraint("poll_id", "user_id", name=op.f("pk_poll_ballots")),
    )
    op.create_table(
        "poll_tallies",
        sa.Column("poll_id", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("score", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("votes", sa.BigInteger(), nullable=False),
        sa.Column("investors", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("votes >= investors AND investors >= 0", name=op.f("ck_poll_tallies_votes")),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_tallies_poll_id_polls")),
        sa.PrimaryKeyConstraint("poll_id", "thing", "score", name=op.f("pk_poll_tallies")),
    )
    op.create_table(
        "poll_voters",
        sa.Column("poll_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_voters_poll_id_polls")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_poll_voters_user_id_users")),
        sa.PrimaryKeyConstraint("poll_id", "user_id", name=op.f("pk_poll_voters")),
    )


def downgrade() -> None:
    op.drop_table("poll_voters")
    op.drop_table("poll_tallies")
    op.drop_table("poll_ballots")
    op.drop_table("contests")
    op.drop_index(op.f("ix_contest_scores_roadshow_id"), table_name="contest_scores")
    op.drop_table("contest_scores")
    op.drop_index("ix_polls_room", table_name="polls")
    op.drop_index("ix_polls_due", table_name="polls")
    op.drop_table("polls")
    op.drop_index("uq_contest_judges_person", table_name="contest_judges")
    op.drop_index("ix_contest_judges_room", table_name="contest_judges")
    op.drop_table("contest_judges")
