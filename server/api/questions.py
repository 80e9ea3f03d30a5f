"""Questions beside the live wire: near-duplicates, what a roadshow's page shows of them, and promised answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from events.base_schemas import ONE_LINE
from events.live import promised
from events.live.promised import PromiseState
from events.live.rules import QUESTION_MAX
from events.live.schemas import AnsweredList, DuplicateList, LikenessList, PromiseList
from events.live.similar import duplicates, similar
from server.api.door import Identifier, Read, names, routes_of
from server.api.paging import Paged
from server.live import enter

router = routes_of("questions")
Text = Annotated[str, Query(max_length=QUESTION_MAX, examples=["封装良率多少？"]), ONE_LINE]


@router.get("/roadshows/{roadshow_id}/live/similar", response_model=LikenessList, openapi_extra=names("public"))
async def similar_questions(roadshow_id: Identifier, read: Read, text: Text) -> LikenessList:
    """Public questions that seem to ask the same as a text, so that one can support them instead."""
    await enter(read.session, read.actor, roadshow_id)
    return await similar(read.session, roadshow_id, text)


@router.get(
    "/roadshows/{roadshow_id}/live/duplicates", response_model=DuplicateList, openapi_extra=names("live.moderate")
)
async def duplicate_questions(roadshow_id: Identifier, read: Read) -> DuplicateList:
    """Pairs of open questions that seem to ask the same, the most alike first."""
    return await duplicates(read.session, read.actor, roadshow_id)


@router.get("/roadshows/{roadshow_id}/questions", response_model=AnsweredList, openapi_extra=names("public"))
async def answered_questions(roadshow_id: Identifier, read: Read) -> AnsweredList:
    """What was answered at a roadshow, live or later, and what is promised: for its page."""
    await enter(read.session, read.actor, roadshow_id)
    return await promised.answered(read.session, roadshow_id)


@router.get("/companies/{company_id}/promises", response_model=PromiseList, openapi_extra=names("company.member"))
async def company_promises(
    company_id: Identifier, read: Read, paged: Paged, state: PromiseState | None = None
) -> PromiseList:
    """Questions my company promised to answer in writing, the nearest deadline first."""
    return paged.linked(
        await promised.company_promises(read.session, read.actor, company_id, state, paged.window, now=read.now)
    )


@router.get("/organizers/{organizer_id}/promises", response_model=PromiseList, openapi_extra=names("organizer.read"))
async def organizer_promises(
    organizer_id: Identifier, read: Read, paged: Paged, state: PromiseState | None = None
) -> PromiseList:
    """Written answers promised at the organizer's roadshows, the nearest deadline first."""
    return paged.linked(
        await promised.organizer_promises(read.session, read.actor, organizer_id, state, paged.window, now=read.now)
    )
