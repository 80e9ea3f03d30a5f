"""Reads one uploaded list in a process of its own: `python -m events.feeds.parsing REQUEST`, where REQUEST is JSON.

It writes the plain file and prints what a preview shows, or {"refused": code, "details": …}. The process first takes
away its own memory, time and output, so that a file made to exhaust a reader exhausts only it.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from events.errors import Refusal
from events.feeds import headers, sources, texts, workbook
from events.feeds.fields import guess
from events.feeds.models import ImportKind
from events.feeds.reader import Reader
from events.feeds.refusals import FileEmpty, FileTooLarge, FileUnreadable, RowRefused
from events.feeds.repeats import Repeats
from events.feeds.sources import MIB, Choices, Grid, Line, Source
from events.fence import fence

MEMORY_BYTES: Final = 1024 * MIB
CPU_SECONDS: Final = 120
MOST_PLAIN: Final = 512 * MIB
SAMPLE = 5
SHOWN_CELL = 200
ZIP, OLD_SHEET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def make_plain(source: Path, target: Path, kind: ImportKind, choices: Choices) -> tuple[Source, dict[str, Any]]:
    """Write `target` from `source`: its columns, and what was found and could be chosen otherwise.

    Refuses: file_too_large, file_unreadable, file_empty, encoding_unknown.
    """
    grid = _grid(source, kind, choices)
    head = list(islice(_shown(grid, choices), headers.LOOKED_AT))
    header = headers.find(kind, head, choices.header_row, choices.header_rows)
    if header is None:
        raise FileEmpty
    columns = sources.distinct(header.names)
    below = Below(grid, header.last, choices.with_hidden)
    with target.open("w", encoding="utf-8", newline="", errors="replace") as file:
        rows = sources.write_plain(columns, below, file)
    if rows == 0:
        raise FileEmpty
    hidden = [columns[place] for place in sorted(grid.hidden_columns) if place < len(columns)]
    reading = {
        "sheet": grid.sheet, "sheets": grid.sheets, "header_row": header.row, "header_rows": header.rows,
        "head": [{"row": line.number, "cells": _short(line.cells, 60)} for line in head], "encoding": grid.encoding,
        "encodings": grid.encodings, "is_sure": grid.is_sure, "hidden_rows": below.hidden,
        "with_hidden": choices.with_hidden, "hidden_columns": hidden,
    }  # fmt: skip
    return Source(columns, rows), reading


def _grid(source: Path, kind: ImportKind, choices: Choices) -> Grid:
    with source.open("rb") as file:
        magic = file.read(4)
    if magic == OLD_SHEET:
        raise FileUnreadable(row=1, reason="XLS, not XLSX / 旧版 XLS 格式")
    if magic == ZIP:
        return workbook.grid_of(source, lambda head: headers.weigh_head(kind, head), choices.sheet)
    return texts.grid_of(source, lambda line: headers.weigh_line(kind, line), choices.encoding)


def _shown(grid: Grid, choices: Choices) -> Iterator[Line]:
    return (
        line
        for line in grid.lines
        if (choices.with_hidden or not line.is_hidden) and any(cell.strip() for cell in line.cells)
    )


class Below:
    """The lines below the header; the hidden ones are counted, and left out unless they were asked for."""

    def __init__(self, grid: Grid, last: int, with_hidden: bool) -> None:
        self._grid, self._last, self._with_hidden = grid, last, with_hidden
        self.hidden = 0

    def __iter__(self) -> Iterator[Line]:
        for line in self._grid.lines:
            if line.number <= self._last:
                continue
            self.hidden += line.is_hidden
            if self._with_hidden or not line.is_hidden:
                yield line


def preview(kind: ImportKind, source: Source, target: Path, mapping: dict[str, str]) -> dict[str, Any]:
    """The first rows, and what a dry run over all of them refuses and why."""
    reader = Reader(kind, source.columns, mapping)
    reasons: dict[str, int] = {}
    repeats = Repeats()
    for number, cells in sources.read_plain(target):
        try:
            repeats.look_at(reader.read(number, cells))
        except RowRefused as refusal:
            reasons[refusal.code] = reasons.get(refusal.code, 0) + 1
    sample = [_short(cells[: len(source.columns)]) for _, cells in islice(sources.read_plain(target), SAMPLE)]
    return {"sample": sample, "refused": sum(reasons.values()), "reasons": reasons, "repeats": repeats.found}


def _short(cells: list[str], most: int = SHOWN_CELL) -> list[str]:
    return [cell if len(cell) <= most else f"{cell[:most]}…" for cell in cells[: sources.MOST_COLUMNS]]


def parse(request: dict[str, Any]) -> dict[str, Any]:
    """What the server asked for: columns, rows, mapping and preview; or the code of what is wrong with the file."""
    kind, target = ImportKind(request["kind"]), Path(request["target"])
    choices = Choices(**request["choices"])
    try:
        source, reading = make_plain(Path(request["source"]), target, kind, choices)
        mapping = _mapping(kind, source, reading, choices)
        found = preview(kind, source, target, mapping)
    except Refusal as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        return _too_large("内存 / memory", MEMORY_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            return _too_large("解压后 / unpacked", MOST_PLAIN)
        return {"failed": error.errno}
    except Exception as error:
        return {"refused": FileUnreadable.code, "details": {"row": 1, "reason": type(error).__name__}}
    return {"columns": source.columns, "rows": source.rows, "mapping": mapping, "preview": found | {"reading": reading}}


def _too_large(what: str, most: int) -> dict[str, Any]:
    return {"refused": FileTooLarge.code, "details": {"what": what, "limit": f"{most // MIB} MiB"}}


def _mapping(kind: ImportKind, source: Source, reading: dict[str, Any], choices: Choices) -> dict[str, str]:
    if choices.mapping is not None:
        return {column: field for column, field in choices.mapping.items() if column in source.columns}
    return {
        column: field
        for column, field in guess(kind, source.columns).items()
        if column not in reading["hidden_columns"]
    }


if __name__ == "__main__":
    fence(memory=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, output=MOST_PLAIN)
    sys.stdout.write(json.dumps(parse(json.loads(sys.argv[1]))))
