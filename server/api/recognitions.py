"""A company proves to an organizer who it is; the organizer looks and hands over its own records."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from events.base import new_id
from events.directory import recognitions
from events.directory.schemas import (
    RecognitionCodeIn,
    RecognitionIn,
    RecognitionList,
    RecognitionRequestIn,
    RecognitionView,
    StaffRecognition,
    StaffRecognitionList,
)
from events.errors import Invalid
from server import evidence as files
from server.api.door import Identifier, Read, Write, names, respond, routes_of, state_of
from server.asking import asking
from server.commands import Command, digest_of
from server.uploads import form_of

router = routes_of("companies")
MEMBER, VERIFIER = "company.member", "directory.verify"
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": "PDF, JPG or PNG, at most 8 MB"}},
}
UPLOAD: dict[str, Any] = names(MEMBER) | {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
    "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 80}}],
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
ONE = "/companies/{company_id}/recognitions/{organizer_id}"


class DocumentMissing(Invalid):
    code = "document_missing"
    zh, en = "请选择一个文件。", "Choose a file."
    fix_zh, fix_en = "表单字段：file。", "Form field: file."


@router.get("/companies/{company_id}/recognitions", response_model=RecognitionList, openapi_extra=names(MEMBER))
async def own(company_id: Identifier, read: Read) -> RecognitionList:
    """Where my company stands with each organizer it asked."""
    return await recognitions.own(read.session, read.actor, company_id)


@router.post(
    "/companies/{company_id}/recognitions",
    status_code=201,
    response_model=RecognitionView,
    openapi_extra=names(MEMBER),
)
async def ask(company_id: Identifier, data: RecognitionRequestIn, door: Write) -> Response:
    """Ask an organizer to recognise my company, or again after it refused."""
    return await door(
        lambda session, actor, now: recognitions.ask(session, actor, company_id, data.organizer_id, now=now),
        status=201,
    )


@router.post(f"{ONE}/evidence", status_code=201, response_model=RecognitionView, openapi_extra=UPLOAD)
async def add_document(company_id: Identifier, organizer_id: Identifier, request: Request) -> Response:
    """Show the organizer a business licence or the like."""
    state = state_of(request)
    async with state.database.read() as session:
        found = await asking(session, request, state.settings)
        found.actor.require_company(company_id)
    await state.limits.hit("evidence", found.actor.key)
    async with state.database.read() as session:
        await recognitions.open_request(session, found.actor, company_id, organizer_id, locked=False)
    if int(request.headers.get("content-length", 0)) > files.MOST_BYTES + files.BLOCK:
        raise files.DocumentTooLarge
    async with state.parsing.place(found.actor.key), form_of(request, fields=2) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise DocumentMissing
        taken = await files.taken_in(state, found.actor, file)
    command = Command(
        found.actor,
        lambda session, actor, now: recognitions.add_document(session, actor, company_id, organizer_id, taken, now=now),
        digest_of("evidence", [company_id, organizer_id, taken.filename, taken.sha256]), status=201,
        cmd_id=request.headers.get("idempotency-key", "")[:80] or new_id(),
    )  # fmt: skip
    answer = await state.commands.perform(command)
    if taken.id.encode() not in answer.body:
        files.forget(state.settings, taken)
    return respond(answer)


@router.post(f"{ONE}/letters", status_code=202, response_model=RecognitionView, openapi_extra=names(MEMBER))
async def send_code(company_id: Identifier, organizer_id: Identifier, door: Write) -> Response:
    """Send a code to the address in this organizer's list, if it has one; the answer does not tell."""
    door.actor.require_company(company_id)
    await door.state.limits.hit("recognition_letter", company_id)
    code = token_hex(8)
    return await door(
        lambda session, actor, now: recognitions.send_code(session, actor, company_id, organizer_id, code, now=now),
        status=202,
    )


@router.post(f"{ONE}/code", response_model=RecognitionView, openapi_extra=names(MEMBER))
async def give_code(company_id: Identifier, organizer_id: Identifier, data: RecognitionCodeIn, door: Write) -> Response:
    """Give back the code of that letter."""
    door.actor.require_company(company_id)
    await door.state.limits.hit("recognition_code", company_id)
    return await door(
        lambda session, actor, now: recognitions.give_code(session, actor, company_id, organizer_id, data.code, now=now)
    )


@router.get(
    "/organizers/{organizer_id}/recognitions", response_model=StaffRecognitionList, openapi_extra=names(VERIFIER)
)
async def asked(organizer_id: Identifier, read: Read) -> StaffRecognitionList:
    """Companies that ask to be recognised, and what recognising each would hand over."""
    return await recognitions.asked_of(read.session, read.actor, organizer_id)


@router.post(
    "/organizers/{organizer_id}/recognitions/{company_id}",
    response_model=StaffRecognition,
    openapi_extra=names(VERIFIER),
)
async def decide(organizer_id: Identifier, company_id: Identifier, data: RecognitionIn, door: Write) -> Response:
    """Recognise a company, which gives it this organizer's records of its code, or reject it with a reason."""
    return await door(
        lambda session, actor, now: recognitions.decide(session, actor, organizer_id, company_id, data, now=now)
    )


@router.get(
    "/evidence/{evidence_id}/file",
    response_class=Response,
    responses=FILE,
    openapi_extra=names("company.member or directory.verify"),
)
async def read_document(evidence_id: Identifier, read: Read) -> Response:
    """The document, for the company's members and that organizer's staff who verify."""
    return files.served(read.settings, await recognitions.document(read.session, read.actor, evidence_id))
