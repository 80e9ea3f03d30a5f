"""Projects and institutions are found by their names however these are typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from events.directory.naming import name_key

revision = "d131names0131"
down_revision = "d120waits0120"
branch_labels = None
depends_on = None

TABLES = ("projects", "institutions")
AT_ONCE = 1000


def upgrade() -> None:
    for name in TABLES:
        op.add_column(name, sa.Column("name_key", sa.String(length=100), nullable=True))
        _fill(sa.table(name, *(sa.column(each, sa.String) for each in ("id", "name", "name_key"))))
        op.create_index(f"ix_{name}_name_key", name, ["name_key"])


def _fill(table: sa.TableClause) -> None:
    at = op.get_bind()
    change = sa.update(table).where(table.c.id == sa.bindparam("subject")).values(name_key=sa.bindparam("key"))
    last = ""
    while rows := at.execute(
        sa.select(table.c.id, table.c.name).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
    ).all():
        at.execute(change, [{"subject": row[0], "key": name_key(row[1])} for row in rows])
        last = rows[-1][0]


def downgrade() -> None:
    for name in TABLES:
        op.drop_index(f"ix_{name}_name_key", name)
        op.drop_column(name, "name_key")
