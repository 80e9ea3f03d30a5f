"""A table on its way into a file: typed columns with a title in each language, and rows of plain values. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Value = str | int | Decimal | datetime | None
UNPRINTABLE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
FEN_IN_WAN = 1_000_000


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """`value` takes the row read and the language; `width` is in characters of a sheet's default font."""

    zh: str
    en: str
    value: Callable[[Any, str], Any]
    kind: Kind = Kind.TEXT
    width: int = 14

    def title(self, locale: str) -> str:
        return self.en if locale == "en" else self.zh


@dataclass(slots=True)
class Table:
    """What is being exported: its name, columns, and the notes that go along with it."""

    name: str
    columns: Sequence[Column]
    locale: str
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        return [column.title(self.locale) for column in self.columns]


def text(value: str) -> str:
    """The text itself; code points that no file can hold become the replacement character.

    Rows older than the check at the edge may turn round the cells beside them: what does so is left out.
    """
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", TURNING.sub("", value))


def wan(fen: int | None) -> Decimal | None:
    """分 as exact 万元."""
    return None if fen is None else Decimal(fen) / FEN_IN_WAN
