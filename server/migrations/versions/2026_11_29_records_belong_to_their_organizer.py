"""An organizer's imported rows are records of its own; companies ask each organizer to recognise them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from ulid import ULID

revision = "d110trust0110"
down_revision = "d101scale0101"
branch_labels = None
depends_on = None

OWN = {"companies": {"credit_code": ("own_code", 18)},
       "institutions": {"credit_code": ("own_code", 18), "registration_no": ("own_no", 10)}}  # fmt: skip
LISTED = {
    "uq_companies_listed_code": ("companies", ["listed_by", "credit_code"]),
    "uq_institutions_listed_code": ("institutions", ["listed_by", "credit_code"]),
    "uq_institutions_listed_no": ("institutions", ["listed_by", "registration_no"]),
}
HANGS_ON_A_CARD = ("bookings", "intents")
NOW = datetime.now(UTC)


def upgrade() -> None:
    for table, numbers in OWN.items():
        for number, (own, length) in numbers.items():
            op.alter_column(table, number, new_column_name=own) if not _is_sqlite() else op.execute(
                f"ALTER TABLE {table} RENAME COLUMN {number} TO {own}"
            )
            op.add_column(table, sa.Column(number, sa.String(length=length), nullable=True))
            op.execute(f"UPDATE {table} SET {number} = {own}")  # noqa: S608  (names of our own tables)
        _add_listed_by(table)
    for name, (table, columns) in LISTED.items():
        op.create_index(name, table, columns, unique=True)
    op.create_table(
        "recognitions",
        sa.Column("organizer_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.String(length=26), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_recognitions_company_id_companies"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_recognitions_decided_by_users"),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizers.id"], name="fk_recognitions_organizer_id_organizers"),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name="fk_recognitions_requested_by_users"),
        sa.PrimaryKeyConstraint("organizer_id", "company_id", name="pk_recognitions"),
    )
    op.create_index("ix_recognitions_company_id", "recognitions", ["company_id"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organizer_id", sa.String(length=26), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=26), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name="fk_evidence_added_by_users"),
        sa.ForeignKeyConstraint(
            ["organizer_id", "company_id"], ["recognitions.organizer_id", "recognitions.company_id"],
            name="fk_evidence_recognition",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )  # fmt: skip
    op.create_index("ix_evidence_recognition", "evidence", ["organizer_id", "company_id"])
    _settle_companies()
    _settle_institutions()


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _add_listed_by(table: str) -> None:
    key = f"CONSTRAINT fk_{table}_listed_by_organizers REFERENCES organizers (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN listed_by VARCHAR(26) {key}")


def _all(query: str, **given: Any) -> list[Any]:
    return list(op.get_bind().execute(sa.text(query), given).all())


def _do(statement: str, **given: Any) -> None:
    op.get_bind().execute(sa.text(statement), given)


def _members(kind: str) -> dict[str, dict[str, list[str]]]:
    """By company or institution and state: whose membership it is, in order of coming."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"active": [], "requested": []})
    query = "SELECT subject_id, state, user_id FROM memberships WHERE kind = :kind ORDER BY created_at, id"
    for subject_id, state, user_id in _all(query, kind=kind):
        found[subject_id][state].append(user_id)
    return found


def _settle_companies() -> None:
    imported: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    query = (
        "SELECT p.company_id, l.organizer_id, p.id FROM library l JOIN projects p ON p.id = l.subject_id "
        "WHERE l.kind = 'project' AND l.source = 'imported' ORDER BY l.added_at, l.organizer_id, p.id"
    )
    for company_id, organizer_id, project_id in _all(query):
        imported[company_id][organizer_id].append(project_id)
    members = _members("company")
    for company_id, holders in imported.items():
        people = members.get(company_id)
        if people is None:
            _give_to_the_first(company_id, holders)
        elif people["active"] and len(holders) == 1:
            _recognise(company_id, next(iter(holders)), people["active"][0], "recognised")
        else:
            _return_to_organizers(company_id, holders, people)


def _give_to_the_first(company_id: str, holders: dict[str, list[str]]) -> None:
    """Nobody's company is the record of who imported it; the others get records of their own."""
    first, *others = holders
    _do("UPDATE companies SET own_code = NULL, listed_by = :by WHERE id = :id", by=first, id=company_id)
    for organizer_id in others:
        _new_record(company_id, organizer_id, holders[organizer_id])


def _return_to_organizers(company_id: str, holders: dict[str, list[str]], people: dict[str, list[str]]) -> None:
    """Imported cards go back; the company keeps its members and asks each organizer anew."""
    if not people["active"]:
        found = "UPDATE memberships SET state = 'active', role = 'owner' WHERE kind = 'company' "
        _do(found + "AND subject_id = :id AND user_id = :who", id=company_id, who=people["requested"][0])
    asker = [*people["active"], *people["requested"]][0]
    for organizer_id, cards in holders.items():
        _new_record(company_id, organizer_id, cards)
        _recognise(company_id, organizer_id, asker, "pending")


def _new_record(company_id: str, organizer_id: str, cards: list[str]) -> None:
    record = str(ULID())
    _do(
        "INSERT INTO companies (id, credit_code, own_code, listed_by, name, created_at) "
        "SELECT :record, credit_code, NULL, :by, name, created_at FROM companies WHERE id = :id",
        record=record, by=organizer_id, id=company_id,
    )  # fmt: skip
    _do(
        "INSERT INTO search_texts (kind, subject_id, text, grams) "
        "SELECT kind, :record, text, grams FROM search_texts WHERE kind = 'c' AND subject_id = :id",
        record=record, id=company_id,
    )  # fmt: skip
    for card in cards:
        _do("UPDATE projects SET company_id = :record WHERE id = :card", record=record, card=card)
        for table in HANGS_ON_A_CARD:
            _do(f"UPDATE {table} SET company_id = :record WHERE project_id = :card", record=record, card=card)  # noqa: S608
        slides = "UPDATE decks SET company_id = :record WHERE company_id = :id AND slot_id IN "
        slots = "(SELECT slot_id FROM bookings WHERE project_id = :card)"
        _do(slides + slots, record=record, id=company_id, card=card)


def _recognise(company_id: str, organizer_id: str, asker: str, status: str) -> None:
    table = sa.table(
        "recognitions",
        *(sa.column(name) for name in ("organizer_id", "company_id", "status", "reason", "requested_by")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("requested_at", "decided_at")),
    )
    op.get_bind().execute(
        sa.insert(table).values(
            organizer_id=organizer_id, company_id=company_id, status=status, reason="", requested_by=asker,
            requested_at=NOW, decided_at=NOW if status == "recognised" else None,
        )
    )  # fmt: skip


def _settle_institutions() -> None:
    """One that nobody belongs to is the record of the organizer that imported it; numbers were unique, so of one only.

    Who was waiting for that organizer's word founds an institution of the same name that asks to be verified.
    """
    members = _members("institution")
    query = "SELECT subject_id, organizer_id FROM library WHERE kind = 'institution' AND source = 'imported'"
    for institution_id, organizer_id in _all(query + " ORDER BY added_at, organizer_id"):
        people = members.get(institution_id)
        if people is None:
            _do(
                "UPDATE institutions SET own_code = NULL, own_no = NULL, listed_by = :by "
                "WHERE id = :id AND listed_by IS NULL",
                by=organizer_id, id=institution_id,
            )  # fmt: skip
        elif not people["active"]:
            _found_institution(institution_id, organizer_id, people["requested"][0])
            people["active"].append(people["requested"][0])


def _found_institution(institution_id: str, organizer_id: str, founder: str) -> None:
    """The row stays the organizer's with its contacts; the founder gets an empty one with the same numbers."""
    own = str(ULID())
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("institutions")]
    blank = {"id": ":own", "listed_by": "NULL", "contact_name": "''", "contact_phone": "''", "contact_email": "''",
             "about": "''", "own_code": "NULL", "own_no": "NULL"}  # fmt: skip
    taken = ", ".join(blank.get(name, name) for name in columns)
    _do(
        f"INSERT INTO institutions ({', '.join(columns)}) SELECT {taken} FROM institutions WHERE id = :id",  # noqa: S608
        own=own, id=institution_id,
    )  # fmt: skip
    _do(
        "UPDATE institutions SET own_code = NULL, own_no = NULL, listed_by = :by WHERE id = :id",
        by=organizer_id, id=institution_id,
    )  # fmt: skip
    _do("UPDATE institutions SET own_code = credit_code, own_no = registration_no WHERE id = :own", own=own)
    _do("UPDATE memberships SET subject_id = :own WHERE kind = 'institution' AND subject_id = :id",
        own=own, id=institution_id)  # fmt: skip
    _do(
        "UPDATE memberships SET state = 'active', role = 'owner' "
        "WHERE kind = 'institution' AND subject_id = :own AND user_id = :who",
        own=own, who=founder,
    )  # fmt: skip
    _do(
        "INSERT INTO search_texts (kind, subject_id, text, grams) "
        "SELECT kind, :own, text, grams FROM search_texts WHERE kind IN ('i', 'n') AND subject_id = :id",
        own=own, id=institution_id,
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("records of several organizers cannot become one company again")
