"""Names and texts of before lose the signs that turn their neighbours round, and others nobody can type on purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from events.text import JUNK, lines, one_line

revision = "d152turning152"
down_revision = "d160counts0160"
branch_labels = None
depends_on = None

NAMES = {
    "users": ("name",),
    "organizers": ("name", "name_en"),
    "series": ("name",),
    "venues": ("name", "address"),
    "companies": ("name",),
    "projects": ("name", "one_liner"),
    "institutions": ("name",),
    "roadshows": ("title",),
}
TEXTS = {"projects": ("team", "highlights"), "institutions": ("about",), "roadshows": ("summary", "cancel_reason")}
AT_ONCE = 1000


def upgrade() -> None:
    for places, clean in ((NAMES, one_line), (TEXTS, lines)):
        for name, columns in places.items():
            for column in columns:
                table = sa.table(name, sa.column("id", sa.String), sa.column(column, sa.String))
                for id_, text in _junky(table):
                    if kept := clean(text):
                        op.get_bind().execute(table.update().where(table.c.id == id_).values({column: kept}))


def _junky(table: sa.TableClause) -> list[tuple[str, str]]:
    """Id and text of the rows that have such a sign; a page is read at a time."""
    found: list[tuple[str, str]] = []
    last = ""
    query = sa.select(*table.c).where(table.c.id > sa.bindparam("last")).order_by(table.c.id).limit(AT_ONCE)
    while rows := op.get_bind().execute(query, {"last": last}).all():
        found += [(id_, text) for id_, text in rows if text and JUNK.search(text)]
        last = rows[-1][0]
    return found


def downgrade() -> None:
    """What was left out is not known any more, and nobody needs it."""
