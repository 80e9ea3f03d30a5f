"""What shelves of projects and of institutions share: who keeps what up, which entry a row means, news for partners."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.base import new_id
from events.changes import SCHEMA_VERSION, Change, ChangeKind
from events.directory.models import LibraryEntry, Source
from events.directory.naming import name_key
from events.feeds.identity import ASKED, Answer, Answers, Entry, Why, by_key, namesakes
from events.feeds.names import of_source
from events.feeds.reader import NUMBERS, Reader, Row
from events.feeds.refusals import RowRefused

SHOWN_NAME = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """The stored entry a row means, and why."""

    why: Why
    entry: Entry
    found: T


@dataclass(slots=True)
class Shelf(Generic[T]):
    """`series` is the list the rows are from: its keys are its own."""

    organizer_id: str
    reader: Reader
    now: datetime
    series: str = ""
    answers: Answers = field(default_factory=Answers)
    claimed: set[str] = field(default_factory=set)
    entries: list[dict[str, Any]] = field(default_factory=list)
    news: list[dict[str, Any]] = field(default_factory=list)
    keyed: dict[str, tuple[Entry, T]] = field(default_factory=dict)
    coded: dict[tuple[str, str], tuple[Entry, T]] = field(default_factory=dict)
    named: dict[str, list[tuple[Entry, T]]] = field(default_factory=dict)

    def keys_of(self, row: Row) -> list[str]:
        """What the row's key may be stored as: of its list; or bare, as it was before lists were told apart."""
        return [of_source(self.series, row.key), row.key] if row.is_numbered else [row.key]

    def bearing(self, kind: str, rows: Sequence[Row]) -> Select[Any]:
        """Entries of the library with one of these rows' keys."""
        keys = {key for row in rows for key in self.keys_of(row)}
        return select(LibraryEntry.subject_id).where(
            LibraryEntry.organizer_id == self.organizer_id,
            LibraryEntry.kind == kind,
            LibraryEntry.external_key.in_(keys),
        )

    def remember(self, entry: Entry, found: T, *, is_meant: bool) -> None:
        """An entry that some row may mean; by code or name only where an import may find it."""
        if entry.key:
            self.keyed[entry.key] = entry, found
        if is_meant:
            self.coded |= {(name, value): (entry, found) for name, value in entry.numbers.items() if value}
            self.named.setdefault(name_key(entry.name), []).append((entry, found))

    def match(self, row: Row) -> Match[T] | None:
        """The entry this row means, if there is one."""
        held = next((self.keyed[key] for key in self.keys_of(row) if key in self.keyed), None)
        why = by_key(row.values["name"], row.numbers, held[0]) if held else None
        if held and why == Why.SAME_KEY and (row.is_numbered or row.credit_code):
            return Match(Why.SAME_KEY, *held)
        for name in NUMBERS:
            if (same := self.coded.get((name, row.values.get(name, "")))) is not None:
                return Match(Why.SAME_CODE, *same)
        if held and row.is_numbered and held[0].key != row.key:
            return Match(Why.KEY_OF_ANOTHER, *held)
        alike = self.named.get(name_key(row.values["name"]), [])
        possible = namesakes(self.keys_of(row)[0] if row.is_numbered else None, row.numbers, [e for e, _ in alike])
        pairs = [(entry, found) for entry, found in alike if entry in possible]
        for entry, found in pairs:
            if not self.would_change(row, found):
                return Match(Why.NO_CHANGE, entry, found)
        if pairs:
            return Match(Why.SAME_NAME, *pairs[0])
        return Match(Why.KEY_OF_ANOTHER, *held) if held and row.is_numbered else None

    def meant(self, row: Row) -> T | None:
        """The entry to change, or None for a new one, as the person chose.

        Refuses: `RowRefused` (left_out, same_name, key_of_another).
        """
        if self.answers.is_left_out(row.number):
            raise self.refuse("left_out", row, "name")
        match = self.match(row)
        if match is None or match.why not in ASKED:
            return match.found if match else None
        answer = self.answers.of(row.number)
        if answer == Answer.SKIP:
            column = "key" if match.why == Why.KEY_OF_ANOTHER else "name"
            names: dict[str, Any] = {"old": match.entry.name[:SHOWN_NAME], "new": row.values["name"][:SHOWN_NAME]}
            raise self.refuse(match.why.value, row, column, **names)
        return match.found if answer == Answer.MERGE else None

    @abstractmethod
    def would_change(self, row: Row, found: T) -> bool:
        """Whether the row says something else than what is stored."""

    def refuse(self, code: str, row: Row, *fields: str, **facts: Any) -> RowRefused:
        """The refusal, naming the first of these fields that the file has."""
        column = next((name for name in map(self.reader.column_of, fields) if name), "")
        value = row.values.get(fields[0], row.key)
        return RowRefused(code, column, str(value), **facts)

    def enter(self, kind: Literal["project", "institution"], subject_id: str, row: Row) -> None:
        key = self.keys_of(row)[0]
        self.entries.append(
            {
                "organizer_id": self.organizer_id, "kind": kind, "subject_id": subject_id,
                "external_key": None if key in self.keyed else key, "source": Source.IMPORTED.value,
                "added_at": self.now,
            }
        )  # fmt: skip

    def tell(self, kind: ChangeKind, subject_id: str, data: dict[str, Any]) -> None:
        self.news.append(
            {
                "id": new_id(), "organizer_id": self.organizer_id, "kind": kind.value, "object_id": subject_id,
                "data": data, "schema_version": SCHEMA_VERSION, "at": self.now,
            }
        )  # fmt: skip

    async def finish(self, session: AsyncSession) -> None:
        for table, rows in ((LibraryEntry, self.entries), (Change, self.news)):
            if rows:
                await session.execute(insert(table), rows)

    @abstractmethod
    async def load(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        """Remember every entry one of these rows may mean."""

    @abstractmethod
    def place(self, row: Row) -> tuple[bool, str]:
        """(whether it is new, the entry's id). Refuses: `RowRefused`."""

    @abstractmethod
    async def write(self, session: AsyncSession) -> None:
        """Everything placed, at once."""


def runs(rows: Sequence[Row], shelf: Shelf[Any]) -> Iterator[list[Row]]:
    """The rows in order, cut wherever a key, code or name comes again: that row meets what the first one stored."""
    run: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        names = {f"key {key}" for key in shelf.keys_of(row)} | {f"name {name_key(row.values['name'])}"}
        names |= {f"{name} {value}" for name, value in row.numbers.items() if value}
        if names & seen:
            yield run
            run, seen = [], set()
        run.append(row)
        seen |= names
    if run:
        yield run


def differs(row: Any, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def assign(row: Any, values: Mapping[str, Any]) -> bool:
    """Set what differs. Returns whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
