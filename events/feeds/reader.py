"""Rows of cells become rows of values, or a refusal that names the column and says why; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.errors import Refusal
from events.feeds.cells import bare
from events.feeds.fields import FIELDS, Field
from events.feeds.models import ImportKind
from events.feeds.names import KEY_PREFIX, by_name
from events.feeds.refusals import RowRefused
from events.feeds.words import NOWHERE
from events.text import folded, is_visible, lines, one_line, same

ERRORS = {"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!"}
TOO_NARROW = re.compile("#{3,}")
"""What a spreadsheet shows, and copies as text, where a column is too narrow for its number."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010ffff]")
TOTALS = re.compile(
    r"(?:合\s*[计計]|[总總]\s*[计計]|小\s*[计計]|共\s*[计計]|累\s*[计計]|[总總][数數]|平均|(?:grand\s+|sub)?totals?|sum|average)"
    r"\s*[:：,，]?\s*(?:[\d,.]+\s*[家户條条个個项項]?)?",
    re.IGNORECASE,
)
COUNTED = re.compile(r"[(（]?[共合][计計]?\s*\d[\d,]*\s*[家户戶條条个個项項行].{0,4}")
NOTES = re.compile(
    r"(?:[备備]?[注註]|[说說]明|填[报報表写寫][说說]明|[填制製][表报報](?:人|[单單]位|日期|[时時][间間])?|[审審]核人?|[数數][据據][来來]源|[来來]源|截至|"
    r"示例|例|notes?|remarks?|sources?)\s*\d*\s*[:：].*|[*※].*",
    re.IGNORECASE | re.DOTALL,
)
REGION_LENGTH = 80
PLACES = ("country", "state", "region", "city")
NUMBERS = ("credit_code", "registration_no")


@dataclass(frozen=True, slots=True)
class Row:
    """An acceptable row: what it goes by, and the values its filled cells have. Blank cells say nothing."""

    number: int
    key: str
    values: dict[str, Any]
    is_numbered: bool = False
    """Whether the file itself gave the key."""

    @property
    def is_by_name(self) -> bool:
        """Whether nothing but its name tells which firm it is."""
        return self.key.startswith(KEY_PREFIX)

    @property
    def credit_code(self) -> str | None:
        code: str | None = self.values.get("credit_code")
        return code

    @property
    def numbers(self) -> dict[str, str | None]:
        """What proves who it is."""
        return {name: self.values.get(name) for name in NUMBERS}


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
        self._refuse_other_lines(cells)
        values = {}
        for place, column, field in self._places:
            if place < len(cells) and is_visible(text := bare(cells[place].strip())):
                values[field.name] = _value(field, column, text)
        if "name" not in values:
            raise RowRefused("name_missing", self.column_of("name"))
        given = values.pop("key", None)
        key = given or values.get("credit_code") or by_name(values["name"])
        self._place(values)
        filled = {name: value for name, value in values.items() if value is not None}
        return Row(number, key, filled, given is not None)

    def _refuse_other_lines(self, cells: Sequence[str]) -> None:
        """Totals, notes and repeated headers are no entries: their cause is told before any missing name's."""
        filled = [text for cell in cells if (text := folded(cell))]
        if not filled:
            return
        first, column = filled[0], self.column_of("name")
        if TOTALS.fullmatch(first) or COUNTED.fullmatch(first):
            raise RowRefused("total_row", column, first)
        if len(filled) <= max(1, len(self._columns) // 3) and NOTES.fullmatch(first):
            raise RowRefused("note_row", column, first)
        if len(filled) > 1 and filled == [folded(name) for name in self._columns if not name.startswith("#")]:
            raise RowRefused("header_again", column, first)

    def _place(self, values: dict[str, Any]) -> None:
        """Country, state, region and city become one region, each part once."""
        parts = [values.pop(name) for name in PLACES if name in values]
        region = " ".join(dict.fromkeys(part for part in parts if same(part) not in NOWHERE))
        if len(region) > REGION_LENGTH:
            column = next(self.column_of(name) for name in PLACES if self.column_of(name))
            raise RowRefused("too_long", column, region, limit=REGION_LENGTH)
        if region:
            values["region"] = region


def _value(field: Field, column: str, text: str) -> Any:
    if folded(text).upper() in ERRORS or TOO_NARROW.fullmatch(text):
        raise RowRefused("spreadsheet_error", column, text)
    if CONTROL.search(text):
        raise RowRefused("control_character", column, text)
    if PRIVATE.search(text):
        raise RowRefused("private_use", column, text)
    if "\N{REPLACEMENT CHARACTER}" in text:
        raise RowRefused("undecodable", column, text)
    text = lines(text) if field.limit > 1000 else " ".join(one_line(text).split())
    if len(text) > field.limit:
        raise RowRefused("too_long", column, text, limit=field.limit)
    try:
        return field.convert(text)
    except Refusal as refusal:
        raise RowRefused.because(refusal, column, text) from None
    except ValueError as error:
        raise RowRefused(str(error), column, text) from None
