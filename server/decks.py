"""Deck files: kept under a fresh name, examined in a process that can only hurt itself, served as PDF and no more."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse

from events.actor import Actor
from events.base import new_id
from events.errors import Invalid
from events.live.stage.decks import Upload, standing
from events.live.stage.models import Deck
from server.database import Database
from server.examining import pages_of
from server.settings import Settings
from server.uploads import check_share, keep, room_on_disk, sweep

if TYPE_CHECKING:
    from server.api.door import State

MIB = 1024 * 1024
MOST_BYTES = 50 * MIB
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


class DeckTooLarge(Invalid):
    code = "deck_too_large"
    zh, en = "文件超过 50 MB。", "The file is larger than 50 MB."
    fix_zh, fix_en = "请压缩图片后重新导出 PDF。", "Compress its pictures and export the PDF again."


def path_of(settings: Settings, deck_id: str) -> Path:
    return settings.files_dir / "decks" / f"{deck_id}.pdf"


async def taken_in(state: State, actor: Actor, file: UploadFile) -> Upload:
    """The upload, kept and examined. Refuses: deck_too_large, uploads_full, storage_full, pdf_unreadable and its kin.

    Where it refuses, nothing is kept.
    """
    settings, deck_id = state.settings, new_id()
    path = path_of(settings, deck_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    size, digest = await asyncio.to_thread(keep, file.file, path, MOST_BYTES, DeckTooLarge())
    with room_on_disk(path):
        async with state.database.read() as session:
            await check_share(session, actor.require_user(), size, settings.most_uploaded_mib)
        async with state.parsing.turn(actor.key):
            pages = await pages_of(path)
    name = " ".join((file.filename or "deck.pdf").split())[-120:]
    return Upload(deck_id, name, size, digest, pages)


def served(settings: Settings, deck: Deck) -> FileResponse:
    """The bytes, by range where asked for, as a document that may do nothing."""
    return FileResponse(
        path_of(settings, deck.id), media_type="application/pdf", headers=HEADERS, filename=deck.filename,
        content_disposition_type="inline",
    )  # fmt: skip


async def forget_decks(database: Database, settings: Settings, now: datetime) -> int:
    """Drop the files of slides that were replaced or taken away an hour ago, and files of no slides at all.

    Returns how many.
    """
    return await sweep(path_of(settings, "").parent, database, standing, now)
