"""Rows of cells become rows of values, or a refusal that names the column and says why; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.errors import Refusal
from events.feeds.fields import FIELDS, Field
from events.feeds.models import ImportKind
from events.feeds.refusals import RowRefused
from events.feeds.words import NOWHERE
from events.text import is_visible, lines, one_line

ERRORS = {"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!"}
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
REGION_LENGTH = 80
PLACES = ("country", "state", "region", "city")


@dataclass(frozen=True, slots=True)
class Row:
    """An acceptable row: what it goes by, and the values its filled cells have. Blank cells say nothing."""

    number: int
    key: str
    values: dict[str, Any]

    @property
    def credit_code(self) -> str | None:
        code: str | None = self.values.get("credit_code")
        return code


class Reader:
    """Turns rows of cells into `Row`s for one kind, one list of columns and one mapping."""

    def __init__(self, kind: ImportKind, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        self._columns = columns
        fields = {field.name: field for field in FIELDS[kind]}
        self._places = [(n, column, fields[mapping[column]]) for n, column in enumerate(columns) if column in mapping]
        self._column_of = {field.name: column for _, column, field in self._places}

    def column_of(self, field: str) -> str:
        """The file's own name for a field, or nothing when it has none."""
        return self._column_of.get(field, "")

    def read(self, number: int, cells: Sequence[str]) -> Row:
        """Refuses: `RowRefused`, naming the column."""
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            raise RowRefused("extra_cells", value="".join(cells[len(self._columns) :]))
        values = {}
        for place, column, field in self._places:
            if place < len(cells) and is_visible(text := cells[place].strip()):
                values[field.name] = _value(field, column, text)
        if "name" not in values:
            raise RowRefused("name_missing", self.column_of("name"))
        key = values.pop("key", None) or values.get("credit_code") or _key_of(values["name"])
        self._place(values)
        return Row(number, key, {name: value for name, value in values.items() if value is not None})

    def _place(self, values: dict[str, Any]) -> None:
        """Country, state, region and city become one region, each part once."""
        parts = [values.pop(name) for name in PLACES if name in values]
        region = " ".join(dict.fromkeys(part for part in parts if part.lower() not in NOWHERE))
        if len(region) > REGION_LENGTH:
            column = next(self.column_of(name) for name in PLACES if self.column_of(name))
            raise RowRefused("too_long", column, region, limit=REGION_LENGTH)
        if region:
            values["region"] = region


def _value(field: Field, column: str, text: str) -> Any:
    if text.upper() in ERRORS:
        raise RowRefused("spreadsheet_error", column, text)
    if CONTROL.search(text):
        raise RowRefused("control_character", column, text)
    text = lines(text) if field.limit > 1000 else " ".join(one_line(text).split())
    if len(text) > field.limit:
        raise RowRefused("too_long", column, text, limit=field.limit)
    try:
        return field.convert(text)
    except Refusal as refusal:
        raise RowRefused.because(refusal, column, text) from None
    except ValueError as error:
        raise RowRefused(str(error), column, text) from None


def _key_of(name: str) -> str:
    """What a row without key and code goes by, so that importing it again finds it."""
    return f"name:{name}" if len(name) <= 100 else f"name:{hashlib.sha256(name.encode()).hexdigest()}"
