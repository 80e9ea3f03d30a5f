"""Documents a company shows to an organizer: kept under a fresh name, looked through, served inert."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse

from events.actor import Actor
from events.base import new_id
from events.directory.models import Evidence
from events.directory.recognitions import Document, standing
from events.errors import Invalid
from server.database import Database
from server.examining import look_through_picture, pages_of
from server.settings import Settings
from server.uploads import check_share, keep, room_on_disk, sweep

if TYPE_CHECKING:
    from server.api.door import State

MOST_BYTES = 8 * 1024 * 1024
BLOCK = 256 * 1024
KINDS = {b"%PDF-": ("pdf", "application/pdf"), b"\xff\xd8\xff": ("jpg", "image/jpeg"),
         b"\x89PNG\r\n\x1a\n": ("png", "image/png")}  # fmt: skip
LONGEST_MAGIC = max(map(len, KINDS))
TYPES = dict(KINDS.values())
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}


class DocumentTooLarge(Invalid):
    code = "document_too_large"
    zh, en = "文件超过 8 MB。", "The file is larger than 8 MB."
    fix_zh, fix_en = "请压缩后再上传。", "Make it smaller and upload it again."


class DocumentKind(Invalid):
    code = "document_kind"
    zh, en = "只接受 PDF、JPG 或 PNG 文件。", "Only PDF, JPG and PNG files are taken."
    fix_zh, fix_en = "请另存为其中一种格式。", "Save it in one of these formats."


def path_of(settings: Settings, evidence_id: str, kind: str) -> Path:
    return _folder(settings) / f"{evidence_id}.{kind}"


def _folder(settings: Settings) -> Path:
    return settings.files_dir / "evidence"


async def taken_in(state: State, actor: Actor, file: UploadFile) -> Document:
    """The upload, kept and looked through.

    Refuses: document_too_large, document_kind, uploads_full, storage_full, and what `server.examining` does; then
    nothing is kept.
    """
    head = await file.read(LONGEST_MAGIC)
    kind = next((ending for magic, (ending, _) in KINDS.items() if head.startswith(magic)), None)
    if kind is None:
        raise DocumentKind
    await file.seek(0)
    evidence_id = new_id()
    path = path_of(state.settings, evidence_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    size, digest = await asyncio.to_thread(keep, file.file, path, MOST_BYTES, DocumentTooLarge())
    with room_on_disk(path):
        async with state.database.read() as session:
            await check_share(session, actor.require_user(), size, state.settings.most_uploaded_mib)
        async with state.parsing.turn(actor.key):
            await (pages_of(path) if kind == "pdf" else look_through_picture(path))
    name = " ".join((file.filename or "licence").split())[-120:]
    return Document(evidence_id, name, kind, size, digest)


def forget(settings: Settings, document: Document) -> None:
    """Drop a file whose command was refused or was a repeat."""
    path_of(settings, document.id, document.kind).unlink(missing_ok=True)


def served(settings: Settings, row: Evidence) -> FileResponse:
    """The bytes as a download that may do nothing in a browser."""
    return FileResponse(
        path_of(settings, row.id, row.kind), media_type=TYPES[row.kind], headers=HEADERS, filename=row.filename,
        content_disposition_type="attachment",
    )  # fmt: skip


async def forget_evidence(database: Database, settings: Settings, now: datetime) -> int:
    """Drop files that became no document within an hour. Returns how many."""
    return await sweep(_folder(settings), database, standing, now)
