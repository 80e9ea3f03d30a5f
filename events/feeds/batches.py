"""A batch of an import: some rows stored, the rest refused with reasons, and the count moved on, all in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor
from events.feeds.identity import Answer, Answers
from events.feeds.models import Import, ImportKind, ImportState, RefusedRow
from events.feeds.names import series
from events.feeds.reader import Reader, Row
from events.feeds.refusals import RowRefused
from events.feeds.shelf import runs
from events.feeds.shelves import SHELVES, InstitutionShelf, ProjectShelf

LEASE = timedelta(seconds=30)
Line = tuple[int, list[str]]


class Overtaken(Exception):
    """Another worker has gone on with this import: nothing of this batch is kept."""


async def store(session: AsyncSession, job: Import, reader: Reader, lines: Sequence[Line], *, now: datetime) -> None:
    """Carry `job` on by these lines in the caller's transaction. Raises `Overtaken`."""
    await _hold(session, job)
    rows, refused = read_rows(reader, lines)
    stored: list[str] = []
    updated: list[str] = []
    for run in runs(rows, shelf_for(job, reader, now)):
        shelf = shelf_for(job, reader, now)
        await shelf.load(session, run)
        for row in run:
            try:
                is_new, subject_id = shelf.place(row)
            except RowRefused as refusal:
                refused.append((row.number, refusal))
            else:
                (stored if is_new else updated).append(subject_id)
        await shelf.write(session)
    await _keep_refusals(session, job.id, refused)
    await _move_on(session, job, len(lines), (len(stored), len(updated), len(refused)), now)
    audit.record(
        session, Actor(user_id=job.started_by), "import.batch", ("import", job.id), now=now,
        organizer_id=job.organizer_id, rows=[lines[0][0], lines[-1][0]], stored=stored, updated=updated,
        refused=len(refused),
    )  # fmt: skip


def shelf_for(job: Import, reader: Reader, now: datetime) -> ProjectShelf | InstitutionShelf:
    """An empty shelf for rows of this import, with what its person chose."""
    kept = job.preview.get("answers", {})
    rows = {int(row): Answer(answer) for row, answer in kept.get("rows", {}).items()}
    answers = Answers(Answer(kept.get("rest", Answer.SKIP)), rows)
    return SHELVES[ImportKind(job.kind)](job.organizer_id, reader, now, series(job.filename), answers)


async def refuse(session: AsyncSession, job: Import, line: Line, refusal: RowRefused, *, now: datetime) -> None:
    """Carry `job` on by one line that is refused. Raises `Overtaken`."""
    await _hold(session, job)
    await _keep_refusals(session, job.id, [(line[0], refusal)])
    await _move_on(session, job, 1, (0, 0, 1), now)


async def _hold(session: AsyncSession, job: Import) -> None:
    """Keep other workers off until commit, if the import still stands where `job` says."""
    standing = select(Import.id).where(
        Import.id == job.id, Import.done == job.done, Import.state == ImportState.RUNNING
    )
    if await session.scalar(standing.with_for_update()) is None:
        raise Overtaken


def read_rows(reader: Reader, lines: Sequence[Line]) -> tuple[list[Row], list[tuple[int, RowRefused]]]:
    rows, refused = [], []
    for number, cells in lines:
        try:
            rows.append(reader.read(number, cells))
        except RowRefused as refusal:
            refused.append((number, refusal))
    return rows, refused


async def _keep_refusals(session: AsyncSession, import_id: str, refused: Sequence[tuple[int, RowRefused]]) -> None:
    rows = [
        {
            "import_id": import_id, "row": number, "column": refusal.column[:80], "value": _shown(refusal.value),
            "code": refusal.code, "zh": refusal.zh[:300], "en": refusal.en[:300],
        }
        for number, refusal in refused
    ]  # fmt: skip
    if rows:
        await session.execute(insert(RefusedRow), rows)


def _shown(value: str) -> str:
    """Enough of the cell to recognize it, without what a database cannot hold."""
    return value.replace("\0", "\N{SYMBOL FOR NULL}").encode(errors="replace").decode()[:300]


async def _move_on(session: AsyncSession, job: Import, lines: int, counts: tuple[int, int, int], now: datetime) -> None:
    stored, updated, refused = counts
    await session.execute(
        update(Import)
        .where(Import.id == job.id)
        .values(
            done=job.done + lines, stored=job.stored + stored, updated=job.updated + updated,
            refused=job.refused + refused, leased_until=now + LEASE, updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
