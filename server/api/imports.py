"""Imports by screen: upload and preview, start, progress, and what was refused."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.responses import StreamingResponse

from events.actor import Actor
from events.base import new_id
from events.errors import Invalid, NotFound
from events.exports.commas import BOM, safe
from events.feeds import imports, matches
from events.feeds.models import Import, ImportKind, RefusedRow
from events.feeds.refusals import FileTooLarge
from events.feeds.schemas import ImportReading, ImportStart, ImportView, MatchList, RefusedList
from events.feeds.sources import MIB, MOST_BYTES, Choices, read_plain
from server.api.door import OWN_SITE, Identifier, Read, State, Write, names, respond, routes_of, state_of
from server.asking import asking
from server.commands import Command, digest_of
from server.errors import TooLarge
from server.importing import directory, discard, parsed, prepared, upload_path
from server.uploads import check_share, form_of, keep, room_on_disk

router = routes_of("imports")
PAGE = 1000
FORM = {
    "type": "object",
    "required": ["file", "kind"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV, CSV.GZ or XLSX, at most 64 MiB"},
        "kind": {"type": "string", "enum": [*ImportKind]},
    },
}
UPLOAD: dict[str, Any] = names("directory.import") | {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
    "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 80}}],
}
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
LOOKED_AT = 2000
Behind = Annotated[int, Query(ge=0, le=2**31, description="How many rows were looked at already")]
After = Annotated[int, Query(ge=0, le=2**31, description="The last row already seen")]


class UploadIncomplete(Invalid):
    code = "upload_incomplete"
    zh, en = "请选择文件，并说明是企业还是机构。", "Choose a file and say whether it holds companies or institutions."
    fix_zh, fix_en = (
        "表单字段：file 与 kind（companies 或 institutions）。",
        "Form fields: file, and kind (companies or institutions).",
    )


@router.post("/organizers/{organizer_id}/imports", status_code=201, response_model=ImportView, openapi_extra=UPLOAD)
async def upload(organizer_id: Identifier, request: Request) -> Response:
    """Send a file and see how it would be read; nothing is imported yet. The body never stands in memory whole."""
    state = state_of(request)
    length = int(request.headers.get("content-length", 0))
    async with state.database.read() as session:
        found = await asking(session, request, state.settings)
        await imports.may_import(session, found.actor, organizer_id)
        await check_share(session, found.actor.require_user(), length, state.settings.most_uploaded_mib)
    await state.limits.hit("import", found.actor.key)
    if length > MOST_BYTES + MIB:
        raise TooLarge
    async with state.parsing.place(found.actor.key), form_of(request, fields=4) as form:
        file, kind = form.get("file"), form.get("kind")
        if not isinstance(file, UploadFile) or kind not in set(ImportKind):
            raise UploadIncomplete
        job, digest = await taken_in(state, organizer_id, ImportKind(str(kind)), file, found.actor)
    key = request.headers.get("idempotency-key", "")[:80] or new_id()
    command = Command(
        found.actor,
        lambda session, actor, now: imports.prepare(session, actor, organizer_id, job, now=now),
        digest_of("upload", [organizer_id, kind, job.filename, digest]), status=201, cmd_id=key,
    )  # fmt: skip
    answer = await state.commands.perform(command)
    if answer.is_problem or ImportView.model_validate_json(answer.body).id != job.id:
        discard(state.settings, job.path, upload_path(state.settings, job.id).name)
    return respond(answer)


async def taken_in(
    state: State, organizer_id: str, kind: ImportKind, file: UploadFile, actor: Actor
) -> tuple[Import, str]:
    """The upload kept, made plain and previewed; and the digest of what was sent. Refuses: what `prepared` does."""
    job_id = new_id()
    path = upload_path(state.settings, job_id)
    too_large = FileTooLarge(what="文件 / file", limit=f"{MOST_BYTES // MIB} MiB")
    size, digest = await asyncio.to_thread(keep, file.file, path, MOST_BYTES, too_large)
    with room_on_disk(path):
        async with state.database.read() as session:
            await check_share(session, actor.require_user(), size, state.settings.most_uploaded_mib)
        name = " ".join((file.filename or "file").split())[:200]
        async with state.parsing.turn(actor.key):
            job = await prepared(state.settings, organizer_id, kind, path, name, actor, job_id)
            with room_on_disk(directory(state.settings) / job.path):
                async with state.database.read() as session:
                    await check_share(
                        session, actor.require_user(), job.preview["size"], state.settings.most_uploaded_mib
                    )
            return job, digest


@router.post("/imports/{import_id}/reading", response_model=ImportView, openapi_extra=names("directory.import"))
async def read_again(import_id: Identifier, request: Request, door: Write, data: ImportReading) -> Response:
    """Read the same file another way: another sheet, header row or encoding, or with other columns mapped."""
    state = state_of(request)
    async with state.database.read() as session:
        job = await imports.own_preview(session, door.actor, import_id)
    await state.limits.hit("reading", door.actor.key)
    async with state.parsing.place(door.actor.key), state.parsing.turn(door.actor.key):
        source = upload_path(state.settings, import_id)
        if not source.exists():
            raise NotFound
        made = await parsed(state.settings, ImportKind(job.kind), source, Choices(**data.model_dump()))
    answer = await door.perform(lambda session, actor, now: imports.reread(session, actor, import_id, made, now=now))
    async with state.database.read() as session:
        stands = await imports.path_of(session, import_id)
    discard(state.settings, *({job.path, made.path} - {stands}))
    return respond(answer)


@router.post("/imports/{import_id}/start", response_model=ImportView, openapi_extra=names("directory.import"))
async def start(import_id: Identifier, door: Write, data: ImportStart | None = None) -> Response:
    """Begin; the work goes on without this request, and GET tells how far it is."""
    chosen = data or ImportStart()
    return await door(lambda session, actor, now: imports.start(session, actor, import_id, chosen, now=now))


@router.get("/imports/{import_id}/matches", response_model=MatchList, openapi_extra=names("directory.import"))
async def read_matches(import_id: Identifier, request: Request, read: Read, after: Behind = 0) -> MatchList:
    """Which rows would rename or change an entry of the library, and why; those are asked about before the start."""
    job = await imports.own_preview(read.session, read.actor, import_id)
    path = directory(state_of(request).settings) / job.path
    lines = await asyncio.to_thread(lambda: list(islice(read_plain(path, after=after), LOOKED_AT)))
    return await matches.find(read.session, job, lines, after, job.total, now=datetime.now(UTC))


@router.get("/imports/{import_id}", response_model=ImportView, openapi_extra=names("directory.import"))
async def read_import(import_id: Identifier, read: Read) -> ImportView:
    """How far it is: `done` of `total`, and what became of them."""
    return await imports.read_import(read.session, read.actor, import_id)


@router.get("/imports/{import_id}/errors", response_model=RefusedList, openapi_extra=names("directory.import"))
async def read_errors(
    import_id: Identifier, read: Read, after: After = 0, limit: Annotated[int, Query(ge=1, le=imports.SHOWN)] = 50
) -> RefusedList:
    """Rows that were refused, with row number, column and reason."""
    return await imports.refused_rows(read.session, read.actor, import_id, after, limit)


@router.get(
    "/imports/{import_id}/errors.csv", responses=CSV, dependencies=OWN_SITE, openapi_extra=names("directory.import")
)
async def download_errors(import_id: Identifier, request: Request) -> Response:
    """The same as a file."""
    state = state_of(request)
    async with state.database.read() as session:
        actor = (await asking(session, request, state.settings)).actor
        await imports.read_import(session, actor, import_id)
    headers = {"Content-Disposition": 'attachment; filename="errors.csv"'}
    return StreamingResponse(error_lines(state, import_id), headers=headers, media_type="text/csv; charset=utf-8")


async def error_lines(state: State, import_id: str) -> AsyncIterator[bytes]:
    yield f'{BOM}"行号 Row","列 Column","内容 Value","原因","Reason"\r\n'.encode()
    after = 0
    while True:
        async with state.database.read() as session:
            rows = await imports.refused_after(session, import_id, after, PAGE)
        if not rows:
            return
        after = rows[-1].row
        yield lines_of(rows)


def lines_of(rows: Sequence[RefusedRow]) -> bytes:
    text = io.StringIO(newline="")
    out = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    out.writerows([row.row, safe(row.column), safe(row.value), row.zh, row.en] for row in rows)
    return text.getvalue().encode()
