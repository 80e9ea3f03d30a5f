"""Lists to take along as XLSX or CSV, one for each subject, written to a temporary file and streamed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import IO, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from events.actor import Actor
from events.base_schemas import FOLDED
from events.exports import service
from events.exports.definitions import Subject
from events.exports.service import Export, Filter
from events.moments import Day
from server.api.door import OWN_SITE, Identifier, State, names, respond, routes_of, state_of
from server.asking import asking
from server.commands import Command, digest_of
from server.errors import Answer

router = routes_of("exports")
CHUNK = 256 * 1024
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
File = Literal[
    "registrations.xlsx",
    "registrations.csv",
    "questions.xlsx",
    "questions.csv",
    "intents.xlsx",
    "intents.csv",
    "polls.xlsx",
    "polls.csv",
    "scores.xlsx",
    "scores.csv",
]
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {type_: {"schema": {"type": "string", "format": "binary"}} for type_ in TYPES.values()}}
}
Language = Annotated[Literal["zh-CN", "en"], Query(alias="lang", description="Of headers and of states")]


async def wanted(
    roadshow: Annotated[str | None, Query(max_length=26)] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    kind: Annotated[str | None, Query(max_length=20, description="Of intents")] = None,
    q: Annotated[str, Query(max_length=80, description="Part of a name"), FOLDED] = "",
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
) -> Filter:
    return Filter(roadshow_id=roadshow, state=state, kind=kind, q=q, since=since, until=until)


Wanted = Annotated[Filter, Depends(wanted)]


@router.get(
    "/roadshows/{roadshow_id}/exports/{file}",
    responses=FILES,
    dependencies=OWN_SITE,
    openapi_extra=names("exports.read"),
)
async def export_roadshow(
    roadshow_id: Identifier, file: File, only: Wanted, request: Request, lang: Language = "zh-CN"
) -> Response:
    """One roadshow's list as a file. Who takes it is written down."""
    return await taken(
        request, file,
        lambda session, actor, subject: service.of_roadshow(session, actor, subject, roadshow_id, only, lang),
    )  # fmt: skip


@router.get(
    "/organizers/{organizer_id}/exports/{file}",
    responses=FILES,
    dependencies=OWN_SITE,
    openapi_extra=names("exports.read"),
)
async def export_organizer(
    organizer_id: Identifier, file: File, only: Wanted, request: Request, lang: Language = "zh-CN"
) -> Response:
    """All of an organizer's as a file. Who takes it is written down."""
    return await taken(
        request, file,
        lambda session, actor, subject: service.of_organizer(session, actor, subject, organizer_id, only, lang),
    )  # fmt: skip


async def taken(
    request: Request, file: str, find: Callable[[AsyncSession, Actor, Subject], Awaitable[Export]]
) -> Response:
    """Write the file, note who takes it, and stream it; it has no name on disk, so nothing is left of it."""
    state, now = state_of(request), datetime.now(UTC)
    subject, _, suffix = file.partition(".")
    content = tempfile.TemporaryFile()  # noqa: SIM115  (it outlives this function: `chunks` closes it)
    try:
        async with state.database.read() as session:
            actor = (await asking(session, request, state.settings)).actor
            export = await find(session, actor, Subject(subject))
        rows = await state.exporting.write(state.database.read, actor, export, content, suffix, now)
        digest = await asyncio.to_thread(hashlib.file_digest, content, "sha256")
        name = f"{export.table.name}-{now.astimezone(export.zone):%Y%m%d-%H%M}.{suffix}"
        noted = await noting(state, actor, export, rows, digest.hexdigest(), name)
        if noted.is_problem:
            content.close()
            return respond(noted)
    except BaseException:
        content.close()
        raise
    headers = {
        "Content-Disposition": f"attachment; filename=\"{file}\"; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(content.seek(0, 2)),
        "Repr-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(chunks(content), headers=headers, media_type=TYPES[suffix])


async def noting(state: State, actor: Actor, export: Export, rows: int, sha256: str, name: str) -> Answer:
    """Nothing leaves the house before its trace is committed."""
    command = Command(
        actor,
        lambda session, actor, now: service.note(session, actor, export, rows, sha256, name, now=now),
        digest_of("export", name),
    )
    return await state.commands.perform(command)


async def chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    with content:
        content.seek(0)
        while piece := await asyncio.to_thread(content.read, CHUNK):
            yield piece
