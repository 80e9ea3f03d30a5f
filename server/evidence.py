"""Documents a company shows to an organizer: told apart by their first bytes, kept under a fresh name, served inert."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse

from events.base import new_id
from events.directory.models import Evidence
from events.directory.recognitions import Document
from events.errors import Invalid
from server.settings import Settings

MOST_BYTES = 8 * 1024 * 1024
BLOCK = 256 * 1024
KINDS = {b"%PDF-": ("pdf", "application/pdf"), b"\xff\xd8\xff": ("jpg", "image/jpeg"),
         b"\x89PNG\r\n\x1a\n": ("png", "image/png")}  # fmt: skip
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
    return settings.files_dir / "evidence" / f"{evidence_id}.{kind}"


async def taken_in(settings: Settings, file: UploadFile) -> Document:
    """The upload, kept. Refuses: document_too_large, document_kind; then nothing is kept."""
    name = " ".join((file.filename or "licence").split())[-120:]
    return await asyncio.to_thread(_keep, settings, file, name)


def _keep(settings: Settings, file: UploadFile, name: str) -> Document:
    block = file.file.read(BLOCK)
    kind = next((ending for magic, (ending, _) in KINDS.items() if block.startswith(magic)), None)
    if kind is None:
        raise DocumentKind
    evidence_id = new_id()
    path = path_of(settings, evidence_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("xb") as target:
            path.chmod(0o600)
            while block:
                size += len(block)
                if size > MOST_BYTES:
                    raise DocumentTooLarge
                digest.update(block)
                target.write(block)
                block = file.file.read(BLOCK)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Document(evidence_id, name, kind, size, digest.hexdigest())


def forget(settings: Settings, document: Document) -> None:
    """Drop a file whose command was refused or was a repeat."""
    path_of(settings, document.id, document.kind).unlink(missing_ok=True)


def served(settings: Settings, row: Evidence) -> FileResponse:
    """The bytes as a download that may do nothing in a browser."""
    return FileResponse(
        path_of(settings, row.id, row.kind), media_type=TYPES[row.kind], headers=HEADERS, filename=row.filename,
        content_disposition_type="attachment",
    )  # fmt: skip
