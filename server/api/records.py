"""The record of a session over HTTP: its figures, and the archive as one file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Request, Response

from events.live.record import archive
from events.live.record.schemas import SessionRecordView
from events.live.record.service import note_taken, take_record, view_record
from server.api.door import OWN_SITE, Identifier, Read, names, respond, routes_of, state_of
from server.asking import asking
from server.commands import Command, digest_of

router = routes_of("records")
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {type_: {"schema": {"type": "string", "format": "binary"}} for type_ in TYPES.values()}}
}


@router.get("/roadshows/{roadshow_id}/record", response_model=SessionRecordView, openapi_extra=names("organizer.read"))
async def record_figures(roadshow_id: Identifier, read: Read) -> SessionRecordView:
    """Questions, votes, people and minutes of a room so far; the same figures as its archive's."""
    return await view_record(read.session, read.actor, roadshow_id)


@router.get(
    "/roadshows/{roadshow_id}/record.{form}",
    responses=FILES,
    dependencies=OWN_SITE,
    openapi_extra=names("exports.read"),
)
async def record_file(roadshow_id: Identifier, form: Literal["html", "json"], request: Request) -> Response:
    """The whole session as one file that opens offline, replays, and verifies itself. Who takes it is written down."""
    state, now = state_of(request), datetime.now(UTC)
    async with state.database.read() as session:
        actor = (await asking(session, request, state.settings)).actor
        record = await take_record(session, actor, roadshow_id, now)
    content = await asyncio.to_thread(archive.as_page if form == "html" else archive.as_json, record)
    noted = await state.commands.perform(
        Command(
            actor,
            lambda session, actor, now: note_taken(session, actor, roadshow_id, record["digest"], form, now=now),
            digest_of("record", f"{record['digest']} {form}"),
        )
    )
    if noted.is_problem:
        return respond(noted)
    name = quote(f"{record['roadshow']['title']}-{now:%Y%m%d}.{form}")
    headers = {
        "Content-Disposition": f"attachment; filename=\"record.{form}\"; filename*=UTF-8''{name}",
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, media_type=TYPES[form])
