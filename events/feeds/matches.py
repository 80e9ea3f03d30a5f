"""Before an import starts: which of its rows may mean an entry of the library, told by name and reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.directory.naming import folded
from events.feeds.batches import Line, read_rows, shelf_for
from events.feeds.identity import ASKED
from events.feeds.models import Import, ImportKind
from events.feeds.reader import Reader, Row
from events.feeds.schemas import MatchList, MatchView
from events.feeds.shelves import InstitutionShelf, ProjectShelf

AT_ONCE = 500


async def find(
    session: AsyncSession, job: Import, lines: Sequence[Line], after: int, total: int, *, now: datetime
) -> MatchList:
    """What these lines, which follow the first `after`, would rename or change by anything but their own key."""
    reader = Reader(ImportKind(job.kind), job.preview["columns"], job.mapping)
    items: dict[int, MatchView] = {}
    if lines:
        first, last = lines[0][0], lines[-1][0]
        for repeat in job.preview.get("repeats", []):
            if first <= repeat["row"] <= last:
                items[repeat["row"]] = MatchView(**repeat)
    for begin in range(0, len(lines), AT_ONCE):
        rows, _ = read_rows(reader, lines[begin : begin + AT_ONCE])
        shelf = shelf_for(job, reader, now)
        await shelf.load(session, rows)
        items |= {row.number: seen for row in rows if (seen := _view(shelf, row)) is not None}
    seen_all = after + len(lines) >= total or not lines
    return MatchList(items=[items[row] for row in sorted(items)], next=None if seen_all else after + len(lines))


def _view(shelf: ProjectShelf | InstitutionShelf, row: Row) -> MatchView | None:
    match, name = shelf.match(row), row.values["name"]
    if match is None or (match.why not in ASKED and folded(name) == folded(match.entry.name)):
        return None
    return MatchView(
        row=row.number, new=name, old=match.entry.name, subject_id=match.entry.id, why=match.why,
        asked=match.why in ASKED,
    )  # fmt: skip
