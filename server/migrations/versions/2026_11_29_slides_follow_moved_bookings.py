"""Slides of bookings that moved before slides did are found by the slot a booking stood in when they were brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "d150slides0150"
down_revision = "d140sequen0140"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
DECKS = sa.table(
    "decks", *map(sa.column, ("id", "slot_id", "booking_id", "company_id", "roadshow_id")),
    sa.column("created_at", AT), sa.column("removed_at", AT),
)  # fmt: skip
BOOKINGS = sa.table("bookings", *map(sa.column, ("id", "company_id")))
AUDIT = sa.table(
    "audit", *map(sa.column, ("n", "subject_kind", "subject_id")), sa.column("at", AT), sa.column("detail", sa.JSON)
)


def upgrade() -> None:
    """A booking's newest slides stand; those it was brought before a move, and again after it, were replaced."""
    connection = op.get_bind()
    standing = set(
        connection.scalars(
            sa.select(DECKS.c.booking_id).where(DECKS.c.booking_id.is_not(None), DECKS.c.removed_at.is_(None))
        )
    )
    for deck_id, booking_id in list(_found(connection)):
        values: dict[str, object] = {"booking_id": booking_id}
        if booking_id in standing:
            values["removed_at"] = sa.literal(datetime.now(UTC), AT)
        standing.add(booking_id)
        connection.execute(sa.update(DECKS).where(DECKS.c.id == deck_id).values(values))


def _found(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Slides without a booking, the newest first, and the booking that stood in their slot when they were brought."""
    lost = sa.select(DECKS).where(DECKS.c.booking_id.is_(None), DECKS.c.removed_at.is_(None))
    for deck in list(connection.execute(lost.order_by(DECKS.c.created_at.desc(), DECKS.c.id.desc()))):
        own = sa.select(BOOKINGS.c.id).where(BOOKINGS.c.company_id == deck.company_id)
        told = sa.select(AUDIT.c.subject_id, AUDIT.c.detail).where(
            AUDIT.c.subject_kind == "booking", AUDIT.c.subject_id.in_(own), AUDIT.c.at <= deck.created_at
        )
        for row in connection.execute(told.order_by(AUDIT.c.n.desc())):
            if row.detail.get("slot_id") == deck.slot_id:
                yield deck.id, row.subject_id
                break


def downgrade() -> None:
    """Nothing to take back: a booking's slides are its own."""
