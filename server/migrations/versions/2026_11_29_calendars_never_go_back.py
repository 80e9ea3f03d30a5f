"""Bookings and registrations count their own changes, past roadshows keep their place, series know what left them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d140sequen0140"
down_revision = "d131names0131"
branch_labels = None
depends_on = None

COUNTED = ("bookings", "registrations")
AGE = {
    "postgresql": "CAST(FLOOR(EXTRACT(EPOCH FROM updated_at - created_at)) AS BIGINT)",
    "sqlite": "(strftime('%s', updated_at) - strftime('%s', created_at))",
}
"""Seconds between the first and the last change, never fewer than the whole ones: what calendars were told before."""


def upgrade() -> None:
    age: sa.ColumnElement[int] = sa.literal_column(AGE[op.get_bind().dialect.name])
    for name in COUNTED:
        op.add_column(name, sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"))
        counted = sa.table(name, *map(sa.column, ("sequence", "created_at", "updated_at")))
        op.execute(counted.update().where(counted.c.updated_at > counted.c.created_at).values(sequence=age + 1))
    op.add_column("bookings", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE bookings SET confirmed_at = updated_at WHERE state IN ('confirmed', 'cancelled')")
    op.add_column("roadshows", sa.Column("hall_then", sa.JSON(), nullable=True))
    op.add_column("roadshows", sa.Column("channel_then", sa.JSON(), nullable=True))
    op.add_column("series", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("series", "left_at")
    op.drop_column("roadshows", "channel_then")
    op.drop_column("roadshows", "hall_then")
    op.drop_column("bookings", "confirmed_at")
    for table in COUNTED:
        op.drop_column(table, "sequence")
