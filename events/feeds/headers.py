"""Where a table begins: titles above the header are passed over, and a header of two rows becomes one; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from events.feeds.fields import guess, named
from events.feeds.models import ImportKind
from events.feeds.sources import Line

LOOKED_AT = 10
JOINT = "·"
LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Header:
    """The rows that name the columns, by the numbers a spreadsheet shows, and the names joined."""

    row: int
    rows: int
    names: list[str]

    @property
    def last(self) -> int:
        return self.row + self.rows - 1


def weigh(kind: ImportKind, names: Sequence[str]) -> int:
    """How many fields these cells name; the name itself counts most."""
    found = set(guess(kind, names).values())
    return len(found) + (2 if "name" in found else 0)


def weigh_line(kind: ImportKind, line: str) -> int:
    return weigh(kind, [cell.strip().strip('"') for cell in re.split(r"[,;\t|]", line[:4000])][:100])


def weigh_head(kind: ImportKind, head: Sequence[Line]) -> int:
    """How well the best header among these lines fits; lines below it say that there is something to import."""
    shown = [line for line in head if any(cell.strip() for cell in line.cells)]
    if not shown:
        return -1
    best = max(weigh(kind, _distinct(line.cells)) for line in shown)
    return 100 * best + min(len(shown), 2)


def find(kind: ImportKind, head: Sequence[Line], row: int | None, rows: int | None) -> Header | None:
    """The header among the first lines, or the one that was chosen."""
    lines = [line for line in head if any(cell.strip() for cell in line.cells)]
    at = {line.number: line for line in lines}
    if not lines:
        return None
    if row in at:
        top = at[row]
    else:
        best = max(weigh(kind, _distinct(line.cells)) for line in lines)
        fitting = [line for line in lines if weigh(kind, _distinct(line.cells)) == best]
        top = fitting[0] if best else _first_wide(lines)
        upper = at.get(top.number - 1)
        if best and rows != 1 and upper is not None and _is_second(kind, upper, top):
            return Header(upper.number, 2, joined(upper.cells, top.cells))
    under = at.get(top.number + 1)
    is_double = rows == 2 or (rows is None and under is not None and _is_second(kind, top, under))
    if is_double and under is not None:
        return Header(top.number, 2, joined(top.cells, under.cells))
    return Header(top.number, 1, list(top.cells))


def _first_wide(lines: Sequence[Line]) -> Line:
    """Nothing is recognized: the first line as wide as any, for a title has one cell."""
    widest = max(sum(bool(cell.strip()) for cell in line.cells) for line in lines)
    return next(line for line in lines if sum(bool(cell.strip()) for cell in line.cells) >= min(2, widest))


def _is_second(kind: ImportKind, upper: Line, lower: Line) -> bool:
    """Whether the lower line names parts of what the upper one names: each of its words is short and a name itself."""
    words = [cell.strip() for cell in lower.cells if cell.strip()]
    if len(upper.cells) < 2 or not words or any(len(word) > LONGEST_NAME or re.search(r"\d", word) for word in words):
        return False
    if sum(bool(cell.strip()) for cell in upper.cells) < 2:
        return False
    under_blank = any(
        cell.strip() and not (upper.cells[place].strip() if place < len(upper.cells) else "")
        for place, cell in enumerate(lower.cells)
    )
    parts = sum(named(kind, word) for word in words)
    both = weigh(kind, _distinct(joined(upper.cells, lower.cells)))
    return under_blank and 2 * parts >= len(words) and both > weigh(kind, _distinct(upper.cells))


def joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One name for each column: `联系人·姓名`, where the upper cell spans the columns to its right that are blank."""
    names: list[str] = []
    span = ""
    for place in range(max(len(upper), len(lower))):
        over = upper[place].strip() if place < len(upper) else ""
        under = lower[place].strip() if place < len(lower) else ""
        span = over or (span if under else "")
        names.append(f"{span}{JOINT}{under}" if span and under and span != under else span or under)
    return names


def _distinct(cells: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
