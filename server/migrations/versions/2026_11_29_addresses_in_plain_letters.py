"""Addresses in full-width letters, mixed case or with unseen signs are stored as they are looked up: people sign in."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

from events.text import address

revision = "d150folded0150"
down_revision = "d160roles0160"
branch_labels = None
depends_on = None

logger = logging.getLogger("alembic.runtime.migration")
OTHERS = (
    ("users", "asked_email"),
    ("invitations", "email"),
    ("contest_judges", "email"),
    ("address_proofs", "address"),
)
"""Where several rows may hold the same address."""


def upgrade() -> None:
    """What is rewritten is to be proved by letter again.

    An account whose address another one has already keeps it as it was typed, and asks for it as it is read now: both
    sign in by it. The operator is told here, and by `roadshow doctor`.
    """
    bind = op.get_bind()
    for name, column in OTHERS:
        _fold(bind, name, column)
    users = sa.table("users", *map(sa.column, ("id", "email", "asked_email", "email_proved_at")))
    known = bind.execute(sa.select(users.c.id, users.c.email).where(users.c.email.is_not(None)).order_by(users.c.id))
    rows = [(row.id, row.email, address(row.email)) for row in known]
    taken = {typed for _, typed, plain in rows if typed == plain}
    for id_, typed, plain in rows:
        if typed == plain or not plain:
            continue
        values = {"email": plain} if plain not in taken else {"asked_email": plain}
        if plain in taken:
            logger.warning("account %s keeps its address as it was typed: another account has %s", id_, plain)
        taken.add(plain)
        bind.execute(users.update().where(users.c.id == id_).values(email_proved_at=None, **values))


def _fold(bind: sa.Connection, name: str, column: str) -> None:
    table = sa.table(name, sa.column("id"), sa.column(column))
    for row in bind.execute(sa.select(table.c.id, table.c[column]).where(table.c[column].is_not(None))).all():
        plain = address(row[1])
        if plain and plain != row[1]:
            bind.execute(table.update().where(table.c.id == row.id).values({column: plain}))


def downgrade() -> None:
    """What was written before is not known any more, and nobody needs it."""
