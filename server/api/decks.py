"""Decks over HTTP: a startup's slides for its slot, and their bytes for whoever may see them now."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from events.base import new_id
from events.errors import Invalid, Refusal
from events.live.stage import decks
from events.live.stage.schemas import DeckView
from server import decks as files
from server.api.door import Identifier, Read, Write, names, respond, routes_of, state_of
from server.asking import asking
from server.commands import Command, digest_of
from server.live import enter
from server.uploads import form_of

router = routes_of("stage")
OWNER = "company.member or live.host"
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": "A PDF of at most 50 MB"}},
}
UPLOAD: dict[str, Any] = names(OWNER) | {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
    "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 80}}],
}
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


class DeckMissing(Invalid):
    code = "deck_missing"
    zh, en = "请选择一个 PDF 文件。", "Choose a PDF file."
    fix_zh, fix_en = "表单字段：file。", "Form field: file."


@router.post("/slots/{slot_id}/deck", status_code=201, response_model=DeckView, openapi_extra=UPLOAD)
async def upload(slot_id: Identifier, request: Request) -> Response:
    """Give a slot its slides, in place of others; what is not a plain PDF is refused and not kept."""
    state = state_of(request)
    async with state.database.read() as session:
        found = await asking(session, request, state.settings)
        await decks.owned_slot(session, found.actor, slot_id)
    await state.limits.hit("deck", found.actor.key)
    if int(request.headers.get("content-length", 0)) > files.MOST_BYTES + files.MIB:
        raise files.DeckTooLarge
    async with state.parsing.place(found.actor.key), form_of(request, fields=2) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise DeckMissing
        taken = await files.taken_in(state, found.actor, file)
    command = Command(
        found.actor, lambda session, actor, now: decks.put(session, actor, slot_id, taken, now=now),
        digest_of("deck", [slot_id, taken.filename, taken.sha256]), status=201,
        cmd_id=request.headers.get("idempotency-key", "")[:80] or new_id(),
    )  # fmt: skip
    answer = await state.commands.perform(command)
    if answer.is_problem or DeckView.model_validate_json(answer.body).id != taken.id:
        files.path_of(state.settings, taken.id).unlink(missing_ok=True)
    return respond(answer)


@router.get("/slots/{slot_id}/deck", response_model=DeckView, openapi_extra=names(OWNER))
async def read_deck(slot_id: Identifier, read: Read) -> DeckView:
    """The slot's slides, for who may change them."""
    return await decks.of_slot(read.session, read.actor, slot_id)


@router.delete("/slots/{slot_id}/deck", status_code=204, openapi_extra=names(OWNER))
async def remove(slot_id: Identifier, door: Write) -> Response:
    """Take the slot's slides away, from the stage too."""
    return await door(lambda session, actor, now: decks.remove(session, actor, slot_id, now=now), status=204)


@router.get("/decks/{deck_id}/file", response_class=Response, responses=PDF, openapi_extra=names("public"))
async def read_file(deck_id: Identifier, read: Read) -> Response:
    """The PDF: for its company and the room's staff always, for the admitted while it is on stage; else not found."""
    deck = await decks.readable(read.session, read.actor, deck_id, is_admitted=await _is_admitted(read, deck_id))
    return files.served(read.settings, deck)


async def _is_admitted(read: Read, deck_id: str) -> bool:
    roadshow_id = await decks.roadshow_of(read.session, deck_id)
    try:
        await enter(read.session, read.actor, roadshow_id)
    except Refusal:
        return False
    return True
