"""Search by part of a name, at a cost that does not grow with the library.

Every text that can be searched stands folded in one table, with its characters and pairs of neighbouring characters as
tokens: SQLite indexes them with FTS5, PostgreSQL with GIN. A flush that writes a searched column writes its text in the
same transaction; what is written without the ORM is given to `keep`. Two Chinese characters are found by their pair,
one by itself; what the tokens find is compared with the text, so that a hit always holds the words in a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise, product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    UniqueConstraint,
    case,
    delete,
    event,
    false,
    inspect,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from events import many
from events.audit import SerialKey
from events.base import Base
from events.text import same

FEW = 300
"""Up to so many hits a list is read by their ids; with more it is walked in its own order, until the page is full."""
MOST = 3000
"""Up to so many hits each row that is walked is looked for among them; with more its own texts are asked."""
ROWS_AT_ONCE = 500
Owner = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


class Kind(StrEnum):
    """What a text is; the letter begins its tokens, so that each kind is looked up by itself."""

    PROJECT = "p"
    ONE_LINER = "l"
    COMPANY = "c"
    INSTITUTION = "i"
    NUMBERS = "n"
    ROADSHOW = "r"
    FACETS = "f"


class SearchText(Base):
    """One text of one subject, folded; `grams` are its tokens with spaces between them."""

    __tablename__ = "search_texts"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    n: Mapped[int] = mapped_column(SerialKey, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(1))
    subject_id: Mapped[str] = mapped_column(String(26))
    text: Mapped[str] = mapped_column(Text)
    grams: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Found:
    """The subjects whose text holds `part`, by kind; not `complete` when there are more than `MOST`."""

    part: str
    ids: Mapping[Kind, list[str]]
    complete: bool
    postgres: bool = False

    @property
    def few(self) -> bool:
        return self.complete and sum(map(len, self.ids.values())) <= FEW


def facets(*columns: Sequence[str]) -> str:
    """Each value of each column, and each value of one with each of the others, so that all that fit are one search."""
    every = [*chain.from_iterable(columns), *map("+".join, product(*columns))]
    return f"|{'|'.join(every)}|"


def facet(*values: str | None) -> str:
    """What to search for to find the subjects that have all of these values, given in the columns' order."""
    return f"|{'+'.join(value for value in values if value)}|"


def grams(kind: Kind, part: str) -> list[str]:
    """Tokens of a folded text: its characters and its pairs, each once, in hexadecimal."""
    codes = [f"{ord(character):x}" for character in part]
    return sorted({f"{kind}{code}" for code in codes} | {f"{kind}{a}z{b}" for a, b in pairwise(codes)})


def wanted(kind: Kind, part: str) -> list[str]:
    """Tokens that a text holding `part` must have: its pairs, or its only character."""
    codes = [f"{ord(character):x}" for character in part]
    return sorted({f"{kind}{a}z{b}" for a, b in pairwise(codes)}) or [f"{kind}{code}" for code in codes]


async def find(session: AsyncSession, q: str, kinds: Sequence[Kind], most: int | None = None) -> Found:
    """The subjects of these kinds whose text holds `q`, in one statement. `q` must not be blank.

    The ids come as one text of each kind: a driver hands over thousands of rows slowly.
    """
    part, most = same(q), MOST if most is None else most
    match = _match if many.is_postgres(session) else _match_fts
    rows = (await session.execute(*match(part, kinds, most))).all() if part else []
    ids: dict[Kind, list[str]] = {kind: [] for kind in kinds} | {Kind(row[0]): row[1].split() for row in rows}
    return Found(part, ids, sum(map(len, ids.values())) <= most, many.is_postgres(session))


def _match_fts(part: str, kinds: Sequence[Kind], most: int) -> tuple[Any, dict[str, Any]]:
    query = " OR ".join(f"({' AND '.join(wanted(kind, part))})" for kind in kinds)
    return _FTS, {"tokens": query, "part": part, "most": most + 1}


def _match(part: str, kinds: Sequence[Kind], most: int) -> tuple[Any, dict[str, Any]]:
    holds = " OR ".join(f"string_to_array(grams, ' ') @> string_to_array(:tokens{n}, ' ')" for n in range(len(kinds)))
    given = {f"tokens{n}": " ".join(wanted(kind, part)) for n, kind in enumerate(kinds)}
    return text(_HITS.format(holds=holds)), given | {"part": part, "most": most + 1}


_HITS = (
    "SELECT kind, string_agg(subject_id, ' ') FROM (SELECT kind, subject_id FROM search_texts "
    "WHERE ({holds}) AND strpos(text, :part) > 0 LIMIT :most) AS hits GROUP BY kind"
)
_FTS = text(
    "SELECT kind, group_concat(subject_id, ' ') FROM (SELECT t.kind, t.subject_id FROM search_tokens "
    "CROSS JOIN search_texts t ON t.n = search_tokens.rowid WHERE search_tokens MATCH :tokens "
    "AND instr(t.text, :part) > 0 LIMIT :most) GROUP BY kind"
)


def condition(found: Found, owners: Mapping[Kind, Owner]) -> ColumnElement[bool]:
    """True for a row one of whose owners was found."""
    if not found.complete:
        return or_(*(_holds(found.part, kind, owner) for kind, owner in owners.items()))
    hits: dict[Owner, list[str]] = {}
    for kind, owner in owners.items():
        hits.setdefault(owner, []).extend(found.ids[kind])
    if found.few:
        return or_(false(), *(owner.in_(ids) for owner, ids in hits.items() if ids))
    return or_(false(), *(_is_among(found, owner, ids) for owner, ids in hits.items() if ids))


def _is_among(found: Found, owner: Owner, ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether the owner is one of these; as CASE, so that no database thinks of reading the list by them."""
    among = owner.in_(many.Rows(found.postgres).these(literal(many.packed(ids), String)))
    return case((among, 1), else_=0) != 0


def _holds(part: str, kind: Kind, owner: Owner) -> ColumnElement[bool]:
    """Whether the owner's text of this kind holds the part: one look into the table by its key.

    Not EXISTS: PostgreSQL would read the texts of the whole library first, to ask few rows. Nor LIKE by itself: it
    would take that for rare, and sort the whole library rather than walk it in order until the page is full.
    """
    same = select(SearchText.text).where(SearchText.kind == kind.value, SearchText.subject_id == owner)
    return case((same.scalar_subquery().contains(part, autoescape=True), 1), else_=0) != 0


def texts_of(model: type[Base], values: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows a subject has here, given its columns' values."""
    searched: Mapping[Kind, tuple[str, ...]] = getattr(model, "__searched__", {})
    rows = []
    for kind, columns in searched.items():
        part = _text(kind, [values.get(column) for column in columns])
        rows.append(
            {"kind": kind.value, "subject_id": values["id"], "text": part, "grams": " ".join(grams(kind, part))}
        )
    return rows


def _text(kind: Kind, values: Sequence[Any]) -> str:
    if kind is Kind.FACETS:
        return facets(*(value if isinstance(value, list) else [str(value)] if value else [] for value in values))
    return "\n".join(filter(None, (same(value or "") for value in values)))


async def keep(session: AsyncSession, model: type[Base], subjects: Iterable[Mapping[str, Any]]) -> None:
    """Write the texts of subjects that were inserted or changed without the ORM."""
    rows = [row for values in subjects for row in texts_of(model, values)]
    await session.run_sync(lambda sync: _write(sync, rows))


def _write(session: Session, rows: Sequence[dict[str, str]]) -> None:
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        adding = insert(SearchText)
        changing = adding.on_conflict_do_update(
            index_elements=["kind", "subject_id"],
            set_={"text": adding.excluded.text, "grams": adding.excluded.grams},
        )
        session.connection().execute(changing, rows[begin : begin + ROWS_AT_ONCE])


@event.listens_for(Session, "after_flush")
def _keep_flushed(session: Session, _context: object) -> None:
    """Texts follow their columns within the flush that wrote these."""
    rows = [row for subject in session.new for row in _texts(subject, is_new=True)]
    rows += [row for subject in session.dirty for row in _texts(subject, is_new=False)]
    _write(session, rows)
    gone = [subject.id for subject in session.deleted if hasattr(subject, "__searched__")]
    if gone:
        session.connection().execute(delete(SearchText).where(SearchText.subject_id.in_(gone)))


def _texts(subject: Any, *, is_new: bool) -> list[dict[str, str]]:
    searched: Mapping[Kind, tuple[str, ...]] = getattr(subject, "__searched__", {})
    if not searched:
        return []
    columns = {column for names in searched.values() for column in names}
    state = inspect(subject)
    if not is_new and not any(state.attrs[column].history.has_changes() for column in columns):
        return []
    return texts_of(type(subject), {column: getattr(subject, column) for column in columns | {"id"}})
