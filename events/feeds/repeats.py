"""Rows of one file that may mean what an earlier row means: told in the preview, before anything is stored; pure."""

from __future__ import annotations

from typing import Any, Final

from events.directory.naming import name_key
from events.feeds.identity import Entry, Why, by_key, differs_in_number, shares_number
from events.feeds.reader import Row

COMPARED: Final = 200_000
"""Rows kept in mind. Beyond them the import itself still asks."""
SHOWN: Final = 500


class Repeats:
    """`found` are the first rows that repeat an earlier one without a code to prove it."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._keys: dict[str, tuple[int, Entry]] = {}
        self._names: dict[str, tuple[int, Entry, int]] = {}

    def look_at(self, row: Row) -> None:
        name, numbers = row.values["name"], {kind: value for kind, value in row.numbers.items() if value}
        said = hash(repr(row.values))
        earlier = self._keys.get(row.key) if row.is_numbered else None
        if earlier and by_key(name, numbers, earlier[1]) == Why.KEY_OF_ANOTHER:
            self._tell(row, earlier, Why.KEY_OF_ANOTHER)
        elif not earlier and (same := self._names.get(name_key(name))) is not None and same[2] != said:
            number, entry, _ = same
            is_numbered_apart = row.is_numbered and entry.key
            is_sure = shares_number(numbers, entry.numbers) or differs_in_number(numbers, entry.numbers)
            if not is_sure and not is_numbered_apart:
                self._tell(row, (number, entry), Why.SAME_NAME)
        if len(self._names) < COMPARED:
            entry = Entry("", name, numbers, row.key if row.is_numbered else None)
            self._names.setdefault(name_key(name), (row.number, entry, said))
            if row.is_numbered:
                self._keys.setdefault(row.key, (row.number, entry))

    def _tell(self, row: Row, earlier: tuple[int, Entry], why: Why) -> None:
        number, entry = earlier
        if len(self.found) < SHOWN:
            names = {"new": row.values["name"], "old": entry.name}
            self.found.append({"row": row.number, "old_row": number, "why": why, "asked": True} | names)
