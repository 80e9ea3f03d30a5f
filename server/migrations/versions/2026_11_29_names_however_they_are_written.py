"""Names are found and compared however they are written: unseen signs, brackets, hyphens and digits do not count."""

from __future__ import annotations

from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from events.directory.naming import name_key
from events.text import same

revision = "d151written151"
down_revision = "d150folded0150"
branch_labels = None
depends_on = None

AT_ONCE = 1000
BY_NAME = "name:"


def upgrade() -> None:
    bind = op.get_bind()
    for name in ("projects", "institutions"):
        _keys(bind, name)
    _list_keys(bind)
    _searched(bind)


def _keys(bind: sa.Connection, name: str) -> None:
    table = sa.table(name, sa.column("id"), sa.column("name"), sa.column("name_key"))
    changed = [
        {"row": row.id, "key": key}
        for row in bind.execute(sa.select(table))
        if (key := name_key(row.name)) != row.name_key
    ]
    change = table.update().where(table.c.id == sa.bindparam("row")).values(name_key=sa.bindparam("key"))
    _change(bind, change, changed)


def _list_keys(bind: sa.Connection) -> None:
    """What rows of a list without codes go by; a key that is taken stays as it was."""
    entries = sa.table("library", *map(sa.column, ("organizer_id", "kind", "subject_id", "external_key")))
    place = [entries.c.organizer_id, entries.c.kind, entries.c.external_key]
    rows = bind.execute(sa.select(*place).where(entries.c.external_key.startswith(BY_NAME))).all()
    taken = {tuple(row) for row in rows}
    for organizer_id, kind, key in rows:
        new = (organizer_id, kind, BY_NAME + name_key(key.removeprefix(BY_NAME)))
        if new not in taken:
            taken.add(new)
            here = sa.and_(*(column == value for column, value in zip(place, (organizer_id, kind, key), strict=True)))
            bind.execute(entries.update().where(here).values(external_key=new[2]))


def _searched(bind: sa.Connection) -> None:
    """Texts were folded before they were kept, each a line."""
    table = sa.table("search_texts", *map(sa.column, ("n", "kind", "text", "grams")))
    changed = []
    for row in bind.execute(sa.select(table.c.n, table.c.kind, table.c.text)):
        text = "\n".join(filter(None, map(same, row.text.split("\n"))))
        if text != row.text:
            changed.append({"row": row.n, "new_text": text, "new_grams": _grams(row.kind, text)})
    values: dict[str, sa.BindParameter[str]] = {"text": sa.bindparam("new_text"), "grams": sa.bindparam("new_grams")}
    _change(bind, table.update().where(table.c.n == sa.bindparam("row")).values(values), changed)


def _grams(kind: str, part: str) -> str:
    codes = [f"{ord(character):x}" for character in part]
    return " ".join(sorted({f"{kind}{code}" for code in codes} | {f"{kind}{a}z{b}" for a, b in pairwise(codes)}))


def _change(bind: sa.Connection, statement: sa.Update, rows: list[dict[str, object]]) -> None:
    for begin in range(0, len(rows), AT_ONCE):
        bind.execute(statement, rows[begin : begin + AT_ONCE])


def downgrade() -> None:
    """What was kept before is found as well by what is looked for now; the next change of a name writes it again."""
