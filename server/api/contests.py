"""A contest beside the live wire: inviting judges, a judge's sheet, the standings so far, the frozen record."""

from __future__ import annotations

import json
from dataclasses import replace

from fastapi import Request, Response

from events.accounts.keys import hashed
from events.live.polls import contest_queries as queries
from events.live.polls import judging
from events.live.polls.contest_schemas import (
    JudgeAcceptIn,
    JudgeIn,
    JudgeInvitation,
    JudgingView,
    SheetView,
    StandingsView,
)
from events.live.polls.schemas import RecordView
from server import auth
from server.api.door import Identifier, Read, Write, names, respond, routes_of
from server.commands import digest_of
from server.errors import Answer
from server.live import enter
from server.polling import commitments_of

router = routes_of("live")
CONTEST = "/roadshows/{roadshow_id}/contest"


@router.post(f"{CONTEST}/judges", status_code=201, response_model=JudgeInvitation, openapi_extra=names("live.host"))
async def invite_judge(roadshow_id: Identifier, data: JudgeIn, request: Request, door: Write) -> Response:
    """Ask somebody to judge, by mail; the link's secret is also in this answer, once."""
    await door.state.limits.hit("invitation", door.actor.require_account())
    secret = auth.told_once(request, door.state.settings, f"{request.url.path} {door.cmd_id}")
    told = replace(door, digest=digest_of(door.digest.hex(), hashed(secret)))
    answer = await told.perform(
        lambda session, actor, now: judging.invite(session, actor, roadshow_id, data, secret, now=now),
        status=201, lane=roadshow_id,
    )  # fmt: skip
    if answer.is_problem:
        return respond(answer)
    view = JudgeInvitation.model_validate({"judge": json.loads(answer.body), "token": secret})
    return respond(Answer(answer.status, view.model_dump_json().encode()))


@router.post("/judging/accept", response_model=JudgingView, openapi_extra=names("user"))
async def accept_judging(data: JudgeAcceptIn, door: Write) -> Response:
    """Become the judge an invitation asks for."""
    return await door(lambda session, actor, now: judging.accept(session, actor, data.token, now=now))


@router.get(f"{CONTEST}/sheet", response_model=SheetView, openapi_extra=names("user"))
async def judge_sheet(roadshow_id: Identifier, read: Read) -> SheetView:
    """The judge's own sheet: nobody else's points are in it."""
    return await queries.sheet(read.session, read.actor, roadshow_id)


@router.get(f"{CONTEST}/standings", response_model=StandingsView, openapi_extra=names("live.host"))
async def contest_standings(roadshow_id: Identifier, read: Read) -> StandingsView:
    """How the contest would end now, and which sheets are missing."""
    commitments = await commitments_of(read.session, roadshow_id)
    return await queries.standing(read.session, read.actor, roadshow_id, commitments)


@router.get(f"{CONTEST}/record", response_model=RecordView, openapi_extra=names("public"))
async def contest_record(roadshow_id: Identifier, read: Read) -> RecordView:
    """What was frozen, word for word, once everything is revealed: SHA-256 of `text` is `digest`."""
    await enter(read.session, read.actor, roadshow_id)
    return await queries.record(read.session, read.actor, roadshow_id)
