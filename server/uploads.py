"""Uploads on disk: taken in block by block, bounded for each account, and gone again when they cannot be kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request

from events.directory.models import Evidence
from events.errors import Invalid, Refusal
from events.feeds.models import Import, ImportState
from events.live.stage.models import Deck
from server.database import Database
from server.storage import ROOM, StorageFull

MIB = 1024 * 1024
KEPT = timedelta(hours=1)
"""How long a file nobody needs may still stand: an upload is a file before it is a row."""


class UploadsFull(Invalid):
    code = "uploads_full"
    zh, en = (
        "您上传的文件共占 {used} MiB，再加这个文件会超过每个账号 {most} MiB 的上限。",
        "Your uploads take {used} MiB; with this file they would exceed the {most} MiB each account has.",
    )
    fix_zh, fix_en = (
        "请移除不再需要的幻灯片；未开始的导入一天后自动清除。",
        "Remove slides that are no longer needed; imports that were not started go after a day.",
    )


@contextmanager
def room_on_disk(*made: Path) -> Iterator[None]:
    """A full disk becomes a refusal, and `made` is gone unless all went well. Refuses: storage_full."""
    try:
        yield
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in ROOM:
            raise StorageFull from None
        raise


def keep(file: BinaryIO, path: Path, most: int, too_large: Refusal) -> tuple[int, str]:
    """Copy the upload to `path`: its size in bytes and its SHA-256.

    Refuses: `too_large`, storage_full; then nothing stays.
    """
    size, digest = 0, hashlib.sha256()
    with room_on_disk(path), path.open("xb") as target:
        path.chmod(0o600)
        while block := file.read(MIB):
            size += len(block)
            if size > most:
                raise too_large
            digest.update(block)
            target.write(block)
    return size, digest.hexdigest()


@asynccontextmanager
async def form_of(request: Request, fields: int) -> AsyncIterator[FormData]:
    """The request's form of one file and so many fields; its file is closed whatever happens. Refuses: storage_full."""
    with room_on_disk():
        form = await request.form(max_files=1, max_fields=fields)
    try:
        yield form
    finally:
        await form.close()


async def check_share(session: AsyncSession, user_id: str, more: int, most_mib: int) -> None:
    """Whether this account may bring `more` bytes. Refuses: uploads_full."""
    decks = await session.scalar(
        select(func.coalesce(func.sum(Deck.size), 0)).where(Deck.uploaded_by == user_id, Deck.removed_at.is_(None))
    )
    waiting = await session.scalars(
        select(Import.preview).where(
            Import.started_by == user_id, Import.state.in_([ImportState.PREVIEW, ImportState.RUNNING])
        )
    )
    shown = await session.scalar(select(func.coalesce(func.sum(Evidence.size), 0)).where(Evidence.added_by == user_id))
    used = int(decks or 0) + int(shown or 0) + sum(int(preview.get("size", 0)) for preview in waiting)
    if used + more > most_mib * MIB:
        raise UploadsFull(used=-(-used // MIB), most=most_mib)


Needed = Callable[[AsyncSession, Collection[str], datetime], Awaitable[Collection[str]]]


async def sweep(folder: Path, database: Database, needed: Needed, now: datetime) -> int:
    """Drop the files whose names, without endings, `needed` did not give back of those it was asked for.

    It is given the moment since when a file may have become unwanted and still stays; a younger file stays in any case.
    Returns how many went.
    """
    before = now - KEPT
    names = {path.stem for path in await asyncio.to_thread(_files, folder)}
    if not names:
        return 0
    async with database.read() as session:
        wanted = set(await needed(session, names, before))
    return await asyncio.to_thread(_drop, folder, names - wanted, before.timestamp())


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _drop(folder: Path, names: Collection[str], before: float) -> int:
    dropped = 0
    for path in _files(folder):
        with suppress(FileNotFoundError):
            if path.stem in names and path.stat().st_mtime < before:
                path.unlink()
                dropped += 1
    return dropped
