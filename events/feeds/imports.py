"""Imports: the preview of an uploaded file, its start, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.directory.models import Organizer
from events.errors import NotFound
from events.feeds.fields import check_mapping
from events.feeds.models import Import, ImportKind, ImportState, RefusedRow
from events.feeds.refusals import CAUSES, AlreadyStarted
from events.feeds.schemas import (
    ImportAnswers,
    ImportStart,
    ImportView,
    PreviewCounts,
    ReadingView,
    ReasonView,
    RefusedList,
    RefusedView,
)

SHOWN = 200
PREVIEWS_KEPT = timedelta(days=1)


async def may_import(session: AsyncSession, actor: Actor, organizer_id: str) -> None:
    """Refuses: sign_in_required, not_found, forbidden."""
    actor.require_account()
    actor.require(organizer_id, Permission.DIRECTORY_IMPORT)
    if await session.get(Organizer, organizer_id) is None:
        raise NotFound


@dataclass(frozen=True, slots=True)
class Parsed:
    """A plain file kept under `path`, and what its preview shows."""

    path: str
    rows: int
    mapping: dict[str, str]
    preview: dict[str, Any]


async def prepare(
    session: AsyncSession,
    actor: Actor,
    organizer_id: str,
    job: Import,
    *,
    now: datetime,
) -> ImportView:
    """Keep a previewed file. Refuses: sign_in_required, not_found, forbidden."""
    await may_import(session, actor, organizer_id)
    session.add(job)
    await session.flush()
    audit.record(
        session, actor, "import.prepared", ("import", job.id), now=now, organizer_id=organizer_id, kind=job.kind,
        filename=job.filename, rows=job.total,
    )  # fmt: skip
    return view(job)


def new_import(
    job_id: str, organizer_id: str, kind: ImportKind, filename: str, made: Parsed, started_by: str | None, now: datetime
) -> Import:
    return Import(
        id=job_id, organizer_id=organizer_id, kind=kind, filename=filename, path=made.path,
        state=ImportState.PREVIEW, mapping=made.mapping, preview=made.preview, total=made.rows, done=0, stored=0,
        updated=0, refused=0, failure="", leased_until=None, started_by=started_by, created_at=now, updated_at=now,
    )  # fmt: skip


async def reread(session: AsyncSession, actor: Actor, import_id: str, made: Parsed, *, now: datetime) -> ImportView:
    """Put another reading of the same file in place of the preview. Refuses: not_found, forbidden, import_started."""
    job = await own_preview(session, actor, import_id, lock=True)
    job.path, job.mapping, job.preview, job.total, job.updated_at = (
        made.path,
        made.mapping,
        made.preview,
        made.rows,
        now,
    )
    return view(job)


async def own_preview(session: AsyncSession, actor: Actor, import_id: str, *, lock: bool = False) -> Import:
    """The import while it has not begun. Refuses: sign_in_required, not_found, forbidden, import_started."""
    job = await _own(session, actor, import_id, lock=lock)
    if job.state != ImportState.PREVIEW:
        raise AlreadyStarted(state=job.state)
    return job


async def start(session: AsyncSession, actor: Actor, import_id: str, data: ImportStart, *, now: datetime) -> ImportView:
    """Let a worker begin. Refuses: not_found, forbidden, import_started, mapping_invalid."""
    job = await own_preview(session, actor, import_id, lock=True)
    begin(session, actor, job, data.mapping, now, data.answers)
    return view(job)


def begin(
    session: AsyncSession, actor: Actor, job: Import, mapping: Mapping[str, str] | None, now: datetime,
    answers: ImportAnswers | None = None,
) -> None:  # fmt: skip
    """Refuses: mapping_invalid."""
    chosen_answers = (answers or ImportAnswers()).model_dump(mode="json")
    job.preview = job.preview | {"answers": chosen_answers}
    chosen = job.mapping if mapping is None else mapping
    job.mapping = check_mapping(ImportKind(job.kind), job.preview["columns"], chosen)
    job.state, job.updated_at = ImportState.RUNNING, now
    audit.record(
        session, actor, "import.started", ("import", job.id), now=now, organizer_id=job.organizer_id,
        mapping=job.mapping, answers=chosen_answers,
    )  # fmt: skip


async def read_import(session: AsyncSession, actor: Actor, import_id: str) -> ImportView:
    """How far it is. Refuses: sign_in_required, not_found, forbidden."""
    return view(await _own(session, actor, import_id))


async def refused_rows(session: AsyncSession, actor: Actor, import_id: str, after: int, limit: int) -> RefusedList:
    """What was refused, by row. Refuses: sign_in_required, not_found, forbidden."""
    await _own(session, actor, import_id)
    rows = await refused_after(session, import_id, after, limit + 1)
    items = [
        RefusedView(row=row.row, column=row.column, value=row.value, code=row.code,
                    message={"zh-CN": row.zh, "en": row.en})
        for row in rows[:limit]
    ]  # fmt: skip
    return RefusedList(items=items, next=items[-1].row if len(rows) > limit else None)


async def refused_after(session: AsyncSession, import_id: str, after: int, limit: int) -> Sequence[RefusedRow]:
    query = select(RefusedRow).where(RefusedRow.import_id == import_id, RefusedRow.row > after)
    return (await session.scalars(query.order_by(RefusedRow.row).limit(limit))).all()


async def reasons(session: AsyncSession, import_id: str) -> dict[str, int]:
    """How many rows were refused for which reason."""
    query = select(RefusedRow.code, func.count()).where(RefusedRow.import_id == import_id).group_by(RefusedRow.code)
    return {row[0]: row[1] for row in await session.execute(query)}


async def forget_previews(session: AsyncSession, now: datetime) -> None:
    """Drop previews nobody started within a day."""
    await session.execute(
        delete(Import).where(Import.state == ImportState.PREVIEW, Import.created_at < now - PREVIEWS_KEPT)
    )


async def path_of(session: AsyncSession, import_id: str) -> str | None:
    """The name of an import's plain file."""
    path: str | None = await session.scalar(select(Import.path).where(Import.id == import_id))
    return path


async def waiting_files(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """(id, name of the plain file) of each import that is not over."""
    query = select(Import.id, Import.path).where(Import.state.in_([ImportState.PREVIEW, ImportState.RUNNING]))
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _own(session: AsyncSession, actor: Actor, import_id: str, *, lock: bool = False) -> Import:
    actor.require_account()
    job = await session.get(Import, import_id, with_for_update=lock or None)
    if job is None:
        raise NotFound
    actor.require(job.organizer_id, Permission.DIRECTORY_IMPORT)
    return job


def view(job: Import) -> ImportView:
    refused = job.preview["refused"]
    facts = {name: getattr(job, name) for name in ImportView.model_fields if name in job.__mapper__.columns}
    counts = PreviewCounts(rows=job.total, acceptable=job.total - refused, refused=refused)
    return ImportView(
        **facts, columns=job.preview["columns"], sample=job.preview["sample"], counts=counts,
        reasons=[_reason(code, count) for code, count in job.preview.get("reasons", {}).items()],
        reading=ReadingView.model_validate(job.preview.get("reading", {})),
    )  # fmt: skip


def _reason(code: str, count: int) -> ReasonView:
    """Why rows will be refused; a rule's own words where it is the directory's."""
    cause = CAUSES.get(code)
    words = {"zh-CN": cause.zh, "en": cause.en} if cause else {}
    return ReasonView(code=code, count=count, message=words)
