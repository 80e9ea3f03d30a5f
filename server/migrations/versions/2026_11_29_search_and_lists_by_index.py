"""Names are searched by indexed characters and pairs; lists of a whole library have an index in their order."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "d101scale0101"
down_revision = "d010restored1"
branch_labels = None
depends_on = None

NAMES = {
    "p": "SELECT id, name FROM projects",
    "l": "SELECT id, one_liner FROM projects",
    "c": "SELECT id, name FROM companies",
    "i": "SELECT id, name FROM institutions",
    "n": "SELECT id, registration_no, credit_code FROM institutions",
    "r": "SELECT id, title FROM roadshows",
}
"""What is searched, under the letter its tokens begin with."""
INDICES = {
    "ix_library_newest": ("library", ["organizer_id", "kind", "added_at", "subject_id"]),
    "ix_intents_organizer_newest": (
        "intents",
        ["organizer_id", "created_at", "id", "state", "kind", "amount_min_fen", "amount_max_fen"],
    ),
    "ix_intents_company_newest": ("intents", ["company_id", "created_at", "id"]),
    "ix_intents_institution_newest": ("intents", ["institution_id", "created_at", "id"]),
    "ix_registrations_time": ("registrations", ["created_at", "id"]),
    "ix_questions_time": ("questions", ["asked_at", "id"]),
    "ix_promises_organizer_due": ("promises", ["organizer_id", "due_at", "question_id"]),
    "ix_promises_company_due": ("promises", ["company_id", "due_at", "question_id"]),
}
REPLACED = {
    "ix_intents_organizer_time": ("intents", ["organizer_id", "created_at"]),
    "ix_intents_company_id": ("intents", ["company_id"]),
    "ix_intents_institution_id": ("intents", ["institution_id"]),
    "ix_promises_company_id": ("promises", ["company_id"]),
}
FTS = (
    "CREATE VIRTUAL TABLE search_tokens USING fts5 "
    "(grams, content='search_texts', content_rowid='n', tokenize='ascii', detail='none', columnsize=0)",
    "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN "
    "INSERT INTO search_tokens (rowid, grams) VALUES (new.n, new.grams); END",
    "CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN "
    "INSERT INTO search_tokens (search_tokens, rowid, grams) VALUES ('delete', old.n, old.grams); END",
    "CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN "
    "INSERT INTO search_tokens (search_tokens, rowid, grams) VALUES ('delete', old.n, old.grams); "
    "INSERT INTO search_tokens (rowid, grams) VALUES (new.n, new.grams); END",
)
GIN = "CREATE INDEX search_tokens ON search_texts USING gin (string_to_array(grams, ' ')) WITH (fastupdate = off)"
ROWS_AT_ONCE = 1000
PROMISES = """
    question_id VARCHAR(26) NOT NULL,
    organizer_id VARCHAR(26) NOT NULL,
    owner VARCHAR(8) NOT NULL,
    company_id VARCHAR(26),
    owner_name VARCHAR(200) NOT NULL,
    due_at DATETIME NOT NULL,
    made_by VARCHAR(26) NOT NULL,
    made_at DATETIME NOT NULL,
    kept_at DATETIME,
    nudged VARCHAR(8) NOT NULL,
    CONSTRAINT pk_promises PRIMARY KEY (question_id),
    CONSTRAINT fk_promises_company_id_companies FOREIGN KEY (company_id) REFERENCES companies (id),
    CONSTRAINT fk_promises_made_by_users FOREIGN KEY (made_by) REFERENCES users (id),
    CONSTRAINT fk_promises_organizer_id_organizers FOREIGN KEY (organizer_id) REFERENCES organizers (id),
    CONSTRAINT fk_promises_question_id_questions FOREIGN KEY (question_id) REFERENCES questions (id)
"""
OWNED = "FROM questions q JOIN roadshows r ON r.id = q.roadshow_id WHERE q.id = promises.question_id"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in REPLACED:
        op.drop_index(name)
    _own_promises(is_sqlite)
    for name, (table, columns) in INDICES.items():
        op.create_index(name, table, columns)
    op.create_table(
        "search_texts",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_search_texts"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_search_texts_kind_subject_id"),
    )
    _fill()
    if is_sqlite:
        for statement in FTS:
            op.execute(statement)
        op.execute("INSERT INTO search_tokens (search_tokens) VALUES ('rebuild')")
    else:
        op.execute(GIN)


def _own_promises(is_sqlite: bool) -> None:
    """Each promise says whose it is, so that an organizer's stand together in their order."""
    if not is_sqlite:
        op.add_column("promises", sa.Column("organizer_id", sa.String(length=26), nullable=True))
        op.execute(f"UPDATE promises SET organizer_id = r.organizer_id {OWNED}")  # noqa: S608  (our own words)
        op.alter_column("promises", "organizer_id", nullable=False)
        op.create_foreign_key("fk_promises_organizer_id_organizers", "promises", "organizers", ["organizer_id"], ["id"])
        return
    op.drop_index("ix_promises_open")
    op.execute(f"CREATE TABLE owned ({PROMISES})")
    op.execute(
        f"INSERT INTO owned SELECT question_id, (SELECT r.organizer_id {OWNED}), owner, company_id, owner_name, "  # noqa: S608  (our own words)
        "due_at, made_by, made_at, kept_at, nudged FROM promises"
    )
    op.drop_table("promises")
    op.rename_table("owned", "promises")
    still_open = sa.text("kept_at IS NULL")
    op.create_index("ix_promises_open", "promises", ["due_at"], postgresql_where=still_open, sqlite_where=still_open)


def _fill() -> None:
    table = sa.table("search_texts", *(sa.column(name) for name in ("kind", "subject_id", "text", "grams")))
    connection = op.get_bind()
    for kind, query in NAMES.items():
        rows = connection.execute(sa.text(query)).all()
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            connection.execute(sa.insert(table), [_row(kind, *row) for row in rows[begin : begin + ROWS_AT_ONCE]])


def _row(kind: str, subject_id: str, *names: str | None) -> dict[str, str]:
    text = "\n".join(filter(None, map(_folded, names)))
    codes = [f"{ord(character):x}" for character in text]
    tokens = {f"{kind}{code}" for code in codes} | {f"{kind}{a}z{b}" for a, b in pairwise(codes)}
    return {"kind": kind, "subject_id": subject_id, "text": text, "grams": " ".join(sorted(tokens))}


def _folded(words: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", (words or "").replace("\0", "")).casefold().split())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("search_tokens")
    op.drop_table("search_texts")
    for name in INDICES:
        op.drop_index(name)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_column("promises", "organizer_id")
    for name, (table, columns) in REPLACED.items():
        op.create_index(name, table, columns)
