"""Deck files: kept under a fresh name, examined in a process that can only hurt itself, served as PDF and no more."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse

from events.actor import Actor
from events.base import new_id
from events.errors import Invalid
from events.live.stage.decks import Upload, gone
from events.live.stage.models import Deck
from server.database import Database
from server.parsing import TooHeavy, child
from server.settings import Settings
from server.uploads import check_share, keep, room_on_disk

if TYPE_CHECKING:
    from server.api.door import State

MIB = 1024 * 1024
MOST_BYTES = 50 * MIB
EXAMINED_WITHIN = 20.0
KEPT = timedelta(hours=1)
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


class PdfUnreadable(Invalid):
    code = "pdf_unreadable"
    zh, en = "这不是完整的 PDF 文件。", "This is not a complete PDF file."
    fix_zh, fix_en = "请从演示软件重新导出 PDF。", "Export the PDF again from your presentation program."


class PdfEncrypted(Invalid):
    code = "pdf_encrypted"
    zh, en = "PDF 有密码保护，无法展示。", "The PDF is protected by a password."
    fix_zh, fix_en = "请去掉密码后再上传。", "Remove the password and upload it again."


class PdfActs(Invalid):
    code = "pdf_acts"
    zh, en = (
        "PDF 含有脚本、附件或会启动程序的动作，已拒绝。",
        "The PDF holds scripts, attachments or actions that start something.",
    )
    fix_zh, fix_en = "请用“打印为 PDF”重新导出。", "Export it again by printing to PDF."


class PdfTooManyPages(Invalid):
    code = "pdf_too_many_pages"
    zh, en = "PDF 超过 300 页。", "The PDF has more than 300 pages."
    fix_zh, fix_en = "请只保留路演要讲的页。", "Keep the pages that are shown."


class PdfTooHeavy(Invalid):
    code = "pdf_too_heavy"
    zh, en = "PDF 过于复杂，无法检查。", "The PDF is too complex to be examined."
    fix_zh, fix_en = "请用“打印为 PDF”重新导出。", "Export it again by printing to PDF."


REFUSALS: dict[str, type[Invalid]] = {
    kind.code: kind for kind in (PdfUnreadable, PdfEncrypted, PdfActs, PdfTooManyPages, PdfTooHeavy)
}


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
            pages = await examined(path)
    name = " ".join((file.filename or "deck.pdf").split())[-120:]
    return Upload(deck_id, name, size, digest, pages)


async def examined(path: Path) -> int:
    """How many pages it has. Refuses what a reader should not open; a reader that does not come back is a refusal."""
    try:
        found = await child("events.live.stage.pdf", str(path), EXAMINED_WITHIN)
    except TooHeavy:
        raise PdfTooHeavy from None
    if "pages" not in found:
        raise REFUSALS[found["refused"]]
    return int(found["pages"])


def served(settings: Settings, deck: Deck) -> FileResponse:
    """The bytes, by range where asked for, as a document that may do nothing."""
    return FileResponse(
        path_of(settings, deck.id), media_type="application/pdf", headers=HEADERS, filename=deck.filename,
        content_disposition_type="inline",
    )  # fmt: skip


async def forget_decks(database: Database, settings: Settings, now: datetime) -> int:
    """Drop the files of slides that were replaced or taken away an hour ago; nobody may read them. Returns how many."""
    files = {path.stem: path for path in path_of(settings, "").parent.glob("*.pdf")}
    async with database.read() as session:
        unwanted = await gone(session, list(files), now - KEPT)
    for deck_id in unwanted:
        files[deck_id].unlink(missing_ok=True)
    return len(unwanted)
