"""Which stored entry a row means, and whether a person must be asked first; pure.

A code or registration number is proof. A key is proof only for its own list and only while the name is the same. A name
is no proof: two firms may share one, so a row that would change an entry by its name alone is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from events.directory.naming import name_key
from events.feeds.names import SOURCE_PREFIX


class Why(StrEnum):
    """Why a row is taken for an entry; the last two are asked about."""

    SAME_KEY = "same_key"
    SAME_CODE = "same_code"
    NO_CHANGE = "no_change"
    SAME_NAME = "same_name"
    KEY_OF_ANOTHER = "key_of_another"


ASKED = frozenset({Why.SAME_NAME, Why.KEY_OF_ANOTHER})


class Answer(StrEnum):
    MERGE = "merge"
    APART = "apart"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person chose: for single rows, and for every other row that is asked about."""

    rest: Answer = Answer.SKIP
    rows: Mapping[int, Answer] = field(default_factory=dict)

    def of(self, row: int) -> Answer:
        return self.rows.get(row, self.rest)

    def is_left_out(self, row: int) -> bool:
        return self.rows.get(row) == Answer.SKIP


Numbers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry, or an earlier row, as far as identity goes."""

    id: str
    name: str
    numbers: Numbers
    key: str | None = None
    """As stored: with its list, a code, or a name."""


def shares_number(one: Numbers, other: Numbers) -> bool:
    return any(value is not None and other.get(name) == value for name, value in one.items())


def differs_in_number(one: Numbers, other: Numbers) -> bool:
    """Both have a number of one kind, and not the same."""
    return any(value is not None and other.get(name) not in (None, value) for name, value in one.items())


def by_key(name: str, numbers: Numbers, entry: Entry) -> Why:
    """What it means that the row bears the entry's key."""
    if shares_number(numbers, entry.numbers) or name_key(name) == name_key(entry.name):
        return Why.SAME_KEY
    return Why.KEY_OF_ANOTHER


def namesakes(key: str | None, numbers: Numbers, entries: Sequence[Entry]) -> list[Entry]:
    """Those that may be the same firm: no number speaks against it, nor another key in the same list."""
    return [
        entry
        for entry in entries
        if not differs_in_number(numbers, entry.numbers) and not _numbered_apart(key, entry.key)
    ]


def _numbered_apart(one: str | None, other: str | None) -> bool:
    if not one or not other or one == other:
        return False
    if not (one.startswith(SOURCE_PREFIX) and other.startswith(SOURCE_PREFIX)):
        return False
    return one.split(":", 2)[1] == other.split(":", 2)[1]
