"""Imports at work: carried on by whichever worker is free, or run to the end by the command line."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import SYSTEM, Actor
from events.base import new_id
from events.directory.models import Organizer
from events.errors import NotFound
from events.feeds import imports, sources
from events.feeds.batches import LEASE, Line, Overtaken, refuse, store
from events.feeds.identity import Answer
from events.feeds.imports import Parsed
from events.feeds.models import Import, ImportKind, ImportState
from events.feeds.reader import Reader
from events.feeds.refusals import FILE_REFUSALS, FileTooLarge, RowRefused
from events.feeds.schemas import ImportAnswers, ImportView
from events.feeds.sources import Choices, read_plain
from server.database import Database
from server.parsing import TooHeavy, child
from server.settings import Settings
from server.uploads import room_on_disk, sweep

PARSED_WITHIN = 180.0
BATCH = 500
SLICE_SECONDS = 5.0
MANY = 2000
"""An import that has stored or changed so many rows is followed by a look at how its tables are filled."""
FILLED = ("companies", "institutions", "library", "projects", "search_texts")
Progress = Callable[[int, int], None]
logger = structlog.get_logger()


def directory(settings: Settings) -> Path:
    """Where plain files wait for their turn."""
    path = settings.files_dir / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def upload_path(settings: Settings, job_id: str) -> Path:
    """Where the file as it was sent stands until its import begins, so that it can be read another way."""
    return directory(settings) / f"{job_id}.upload"


async def prepared(
    settings: Settings, organizer_id: str, kind: ImportKind, source: Path, filename: str, actor: Actor,
    job_id: str | None = None,
) -> Import:  # fmt: skip
    """The file made plain and previewed by a child process, not yet in the database.

    Refuses: file_too_large, file_unreadable, file_empty, encoding_unknown, storage_full; then nothing is kept.
    """
    job_id = job_id or new_id()
    made = await parsed(settings, kind, source, Choices())
    return imports.new_import(
        job_id, organizer_id, kind, filename[:200], made, actor.user_id, datetime.now(UTC)
    )  # fmt: skip


async def parsed(settings: Settings, kind: ImportKind, source: Path, choices: Choices) -> Parsed:
    """A plain file under a fresh name, and what a preview shows of it; read by a child process.

    Refuses: file_too_large, file_unreadable, file_empty, encoding_unknown, storage_full; then nothing is kept.
    """
    size = _size(source)
    if size > sources.MOST_BYTES:
        raise FileTooLarge(what="文件 / file", limit=f"{sources.MOST_BYTES // sources.MIB} MiB")
    target = directory(settings) / f"{new_id()}.csv"
    request = {"source": str(source), "target": str(target), "kind": kind, "choices": asdict(choices)}
    with room_on_disk(target):
        try:
            answer = await child("events.feeds.parsing", json.dumps(request), PARSED_WITHIN)
        except TooHeavy:
            limit = f"{PARSED_WITHIN:.0f} s"
            raise FileTooLarge(what="读取所需的时间或内存 / time or memory to read it", limit=limit) from None
        if "refused" in answer:
            raise FILE_REFUSALS[answer["refused"]](**answer["details"])
        preview = answer["preview"] | {"columns": answer["columns"], "size": size + _size(target)}
    return Parsed(target.name, answer["rows"], answer["mapping"], preview)


def _size(path: Path) -> int:
    return path.stat().st_size


async def continue_imports(
    database: Database, settings: Settings, now: datetime, seconds: float = SLICE_SECONDS
) -> int:
    """Carry one running import on for a while. Returns 0 when there is none that nobody works on."""
    async with database.read() as session:
        if await session.scalar(select(Import.id).where(_is_free(now)).limit(1)) is None:
            return 0
    async with database.write() as session:
        job = await session.scalar(select(Import).where(_is_free(now)).limit(1).with_for_update(skip_locked=True))
        if job is None:
            return 0
        job.leased_until = now + LEASE
    await _carry_on(database, settings, job.id, seconds, lambda done, total: None)
    return 1


def _is_free(now: datetime) -> Any:
    return (Import.state == ImportState.RUNNING) & or_(Import.leased_until.is_(None), Import.leased_until < now)


async def _carry_on(database: Database, settings: Settings, job_id: str, seconds: float, progress: Progress) -> None:
    """Store batches until the file or the time ends; then let go of the lease."""
    try:
        await _batches(database, settings, job_id, seconds, progress)
    except Overtaken:
        return
    except SQLAlchemyError:
        raise
    except Exception as error:
        logger.exception("import_failed", id=job_id)
        await _end(database, settings, job_id, ImportState.FAILED, f"{type(error).__name__}: {error}"[:500])


async def _batches(database: Database, settings: Settings, job_id: str, seconds: float, progress: Progress) -> None:
    started = time.monotonic()
    job = await _job(database, job_id)
    if job.state != ImportState.RUNNING:
        return
    reader = Reader(ImportKind(job.kind), job.preview["columns"], job.mapping)
    lines = read_plain(directory(settings) / job.path, after=job.done)
    while batch := await asyncio.to_thread(_next, lines):
        await _store(database, job, reader, batch)
        job = await _job(database, job_id)
        progress(job.done, job.total)
        if time.monotonic() - started > seconds:
            return await _let_go(database, job_id)
    await _end(database, settings, job_id, ImportState.DONE, "")


def _next(lines: Iterator[Line]) -> list[Line]:
    return list(islice(lines, BATCH))


async def _store(database: Database, job: Import, reader: Reader, batch: list[Line]) -> None:
    """One transaction. When the database finds a conflict in it, each row gets a transaction of its own."""
    now = datetime.now(UTC)
    try:
        async with database.write() as session:
            return await store(session, job, reader, batch, now=now)
    except IntegrityError:
        if len(batch) == 1:
            async with database.write() as session:
                return await refuse(session, job, batch[0], RowRefused("conflict"), now=now)
    for place, line in enumerate(batch):
        single = await _job(database, job.id)
        if single.done != job.done + place:
            raise Overtaken
        await _store(database, single, reader, [line])


async def _job(database: Database, job_id: str) -> Import:
    async with database.read() as session:
        return await session.get_one(Import, job_id)


async def _let_go(database: Database, job_id: str) -> None:
    async with database.write() as session:
        await session.execute(update(Import).where(Import.id == job_id).values(leased_until=None))


async def _end(database: Database, settings: Settings, job_id: str, state: ImportState, failure: str) -> None:
    """The import is over and its file is gone; what was stored and refused stays to be read."""
    now = datetime.now(UTC)
    async with database.write() as session:
        job = await session.get_one(Import, job_id)
        if job.state != ImportState.RUNNING:
            return
        job.state, job.failure, job.leased_until, job.updated_at = state, failure, None, now
        audit.record(
            session, Actor(user_id=job.started_by), f"import.{state}", ("import", job.id), now=now,
            organizer_id=job.organizer_id, stored=job.stored, updated=job.updated, refused=job.refused, failure=failure,
        )  # fmt: skip
    discard(settings, job.path, upload_path(settings, job_id).name)
    if job.stored + job.updated >= MANY:
        await _learn(database)


async def _learn(database: Database) -> None:
    """The import stands whether this succeeds or not."""
    try:
        await database.learn(FILLED)
    except SQLAlchemyError as error:
        logger.warning("statistics_not_renewed", error=type(error).__name__)


async def forget_imports(database: Database, settings: Settings, now: datetime) -> None:
    """Drop previews that were never started, and every file that no import needs any more."""
    async with database.write() as session:
        await imports.forget_previews(session, now)
    await sweep(directory(settings), database, _waiting, now)


async def _waiting(session: AsyncSession, _names: Collection[str], _since: datetime) -> set[str]:
    """The names of files that imports still need, without their endings."""
    return {name for job_id, path in await imports.waiting_files(session) for name in (Path(path).stem, job_id)}


def discard(settings: Settings, *names: str) -> None:
    """Remove these files of imports."""
    for name in names:
        (directory(settings) / name).unlink(missing_ok=True)


async def import_file(
    settings: Settings, organizer_slug: str, kind: ImportKind, path: Path, progress: Progress,
    answer: Answer = Answer.SKIP,
) -> tuple[ImportView, dict[str, int]]:  # fmt: skip
    """Import a file from first to last row: (the import, how many rows were refused for which reason).

    `answer` is for each row that may mean an entry of the library though no code proves it.
    `progress` is told (done, total). Refuses: not_found for the organizer, and what the file itself is refused for.
    """
    database = Database(settings.database_url)
    try:
        async with database.read() as session:
            organizer_id = await session.scalar(select(Organizer.id).where(Organizer.slug == organizer_slug))
        if organizer_id is None:
            raise NotFound
        job = await prepared(settings, organizer_id, kind, path, path.name, SYSTEM)
        await _add_running(database, job, answer)
        await _carry_on(database, settings, job.id, float("inf"), progress)
        async with database.read() as session:
            return imports.view(await session.get_one(Import, job.id)), await imports.reasons(session, job.id)
    finally:
        await database.close()


async def _add_running(database: Database, job: Import, answer: Answer) -> None:
    """The import, begun and leased to this process."""
    now = datetime.now(UTC)
    async with database.write() as session:
        session.add(job)
        job.leased_until = now + LEASE
        imports.begin(session, SYSTEM, job, None, now, ImportAnswers(rest=answer))
