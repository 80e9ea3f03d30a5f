"""Projects are found by industry and stage in the index of texts, however few of a large library fit."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "d170facets0170"
down_revision = "d152turning152"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 1000


def upgrade() -> None:
    table = sa.table("search_texts", *(sa.column(name) for name in ("kind", "subject_id", "text", "grams")))
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT id, industries, stage FROM projects")).all()
    for begin in range(0, len(found), ROWS_AT_ONCE):
        connection.execute(sa.insert(table), [_row(*row) for row in found[begin : begin + ROWS_AT_ONCE]])


def _row(subject_id: str, industries: Any, stage: str | None) -> dict[str, str]:
    given = json.loads(industries) if isinstance(industries, str) else industries or []
    stages = [stage] if stage else []
    text = "|" + "|".join([*given, *stages, *(f"{a}+{b}" for a in given for b in stages)]) + "|"
    codes = [f"{ord(character):x}" for character in text]
    tokens = {f"f{code}" for code in codes} | {f"f{a}z{b}" for a, b in pairwise(codes)}
    return {"kind": "f", "subject_id": subject_id, "text": text, "grams": " ".join(sorted(tokens))}


def downgrade() -> None:
    op.execute("DELETE FROM search_texts WHERE kind = 'f'")
