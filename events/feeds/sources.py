"""Plain files: UTF-8 CSV whose rows begin with their number, made by the parsing process and read by the server.

Limits are for one upload. Whatever a person sent is opened in `events.feeds.parsing`, a process of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from events.feeds.refusals import FileTooLarge

MIB = 1024 * 1024
MOST_BYTES = 64 * MIB
MOST_TEXT_BYTES = 256 * MIB
MOST_SHEET_BYTES = 512 * MIB
MOST_LINE = 4 * MIB
MOST_PARTS = 2_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
MOST_CELL = 40_000
"""Characters kept of a cell: more than any field takes, so that its row is refused by name and the file goes on."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the file has it, with the number a spreadsheet shows."""

    number: int
    cells: list[str]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """How a person wants the file read. What is None is chosen by what fits best."""

    sheet: str | None = None
    header_row: int | None = None
    header_rows: int | None = None
    encoding: str | None = None
    with_hidden: bool = False
    mapping: dict[str, str] | None = None


@dataclass(slots=True)
class Grid:
    """One table of a file: its lines, readable again and again, and what there was to choose from."""

    lines: Iterable[Line]
    sheet: str | None = None
    sheets: list[dict[str, object]] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    encoding: str | None = None
    encodings: list[dict[str, object]] = field(default_factory=list)
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """A plain file: its columns, and how many rows follow."""

    columns: list[str]
    rows: int


def write_plain(header: Sequence[str], lines: Iterable[Line], file: IO[str]) -> int:
    """The header, then the lines with their numbers; blank ones are left out. Returns how many rows were written.

    Refuses: file_too_large.
    """
    out = csv.writer(file)
    out.writerow([0, *header])
    count = size = 0
    for line in lines:
        if not any(cell.strip() for cell in line.cells):
            continue
        if len(line.cells) > MOST_COLUMNS and any(cell.strip() for cell in line.cells[MOST_COLUMNS:]):
            raise FileTooLarge(what="列 / columns", limit=MOST_COLUMNS)
        cells = [cell[:MOST_CELL] for cell in line.cells[:MOST_COLUMNS]]
        count, size = count + 1, size + sum(map(len, cells))
        if count > MOST_ROWS:
            raise FileTooLarge(what="行 / rows", limit=f"{MOST_ROWS:,}")
        if size > MOST_TEXT_BYTES:
            raise FileTooLarge(what="解压后 / unpacked", limit=f"{MOST_TEXT_BYTES // MIB} MiB")
        out.writerow([line.number, *cells])
    return count


def read_plain(path: Path, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The data rows of a plain file, each with its number, beyond the first `after`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        for place, row in enumerate(rows):
            if place > after:
                yield int(row[0]), row[1:]


def distinct(header: Sequence[str]) -> list[str]:
    """Names of columns, each once and none empty."""
    found: list[str] = []
    names = list(header)
    while names and not names[-1].strip():
        names.pop()
    for place, name in enumerate(names, start=1):
        base = " ".join(name.split())[:190] or f"#{place}"
        found.append(base if base not in found else f"{base} #{place}")
    return found
