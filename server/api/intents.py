"""Intents: left in a room or on a project's page, answered, closed, listed for each side."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from events.base_schemas import FOLDED
from events.deals import queries, service
from events.deals.models import IntentKind, IntentState
from events.deals.queries import IntentFilter
from events.deals.schemas import (
    AnswerIn,
    CompanyIntent,
    CompanyIntentList,
    IntentIn,
    ObjectId,
    OwnIntent,
    OwnIntentList,
    ProjectIntentIn,
    StaffIntent,
    StaffIntentList,
)
from server.api.door import Identifier, Read, Write, names, routes_of
from server.api.paging import Paged

router = routes_of("intents")
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


@router.post(
    "/roadshows/{roadshow_id}/intents", status_code=201, response_model=OwnIntent,
    openapi_extra=names("institution.member"),
)  # fmt: skip
async def leave_in_room(roadshow_id: Identifier, data: IntentIn, door: Write) -> Response:
    """Leave an intent for a project that pitches at this roadshow."""
    return await door(
        lambda session, actor, now: service.leave_intent(session, actor, roadshow_id, data, now=now),
        status=201, lane=roadshow_id,
    )  # fmt: skip


@router.post(
    "/projects/{project_id}/intents", status_code=201, response_model=OwnIntent,
    openapi_extra=names("institution.member"),
)  # fmt: skip
async def leave_on_page(project_id: Identifier, data: ProjectIntentIn, door: Write) -> Response:
    """Leave an intent on a project's page, or for the roadshow it was seen at."""
    about = data.about(project_id)
    return await door(
        lambda session, actor, now: service.leave_intent(session, actor, data.roadshow_id, about, now=now),
        status=201, lane=data.roadshow_id,
    )  # fmt: skip


@router.get("/me/intents", response_model=OwnIntentList, openapi_extra=names("user"))
async def my_intents(read: Read, paged: Paged, state: IntentState | None = None) -> OwnIntentList:
    """Intents of my institutions, newest first."""
    return paged.linked(await queries.own_intents(read.session, read.actor, paged.window, state))


@router.get("/companies/{company_id}/intents", response_model=CompanyIntentList, openapi_extra=names("company.member"))
async def company_intents(
    company_id: Identifier, read: Read, paged: Paged, state: IntentState | None = None
) -> CompanyIntentList:
    """Intents my company's projects drew, newest first."""
    return paged.linked(await queries.company_intents(read.session, read.actor, company_id, paged.window, state))


@router.get("/organizers/{organizer_id}/intents", response_model=StaffIntentList, openapi_extra=names("organizer.read"))
async def organizer_intents(
    organizer_id: Identifier,
    read: Read,
    paged: Paged,
    roadshow: ObjectId | None = None,
    kind: IntentKind | None = None,
    state: IntentState | None = None,
    q: Annotated[
        str, Query(max_length=80, description="Part of a project's, company's or institution's name"), FOLDED
    ] = "",
    since: Annotated[Day | None, Query(alias="from", description="First day, the organizer's")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Last day, the organizer's")] = None,
) -> StaffIntentList:
    """Intents left with the organizer, newest first, with the totals of everything the filter finds."""
    wanted = IntentFilter(roadshow, kind, state, q, since, until)
    return paged.linked(await queries.staff_intents(read.session, read.actor, organizer_id, wanted, paged.window))


@router.post("/intents/{intent_id}/withdraw", response_model=OwnIntent, openapi_extra=names("institution.member"))
async def withdraw(intent_id: Identifier, door: Write) -> Response:
    """Take an open intent back."""
    return await door(lambda session, actor, now: service.withdraw(session, actor, intent_id, now=now))


@router.post("/intents/{intent_id}/answer", response_model=CompanyIntent, openapi_extra=names("company.member"))
async def answer(intent_id: Identifier, data: AnswerIn, door: Write) -> Response:
    """The startup's answer; accepting opens both sides' contacts to each other."""
    return await door(lambda session, actor, now: service.answer(session, actor, intent_id, data, now=now))


@router.post("/intents/{intent_id}/close", response_model=StaffIntent, openapi_extra=names("intents.edit"))
async def close(intent_id: Identifier, door: Write) -> Response:
    """End an open intent."""
    return await door(lambda session, actor, now: service.close(session, actor, intent_id, now=now))
