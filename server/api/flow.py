"""Danmaku over HTTP beside its commands: what was said last, and an organizer's own words to screen for."""

from __future__ import annotations

from fastapi import Response

from events.live.danmaku import words
from events.live.danmaku.queries import recent
from events.live.danmaku.schemas import DanmakuList, WordsIn, WordsView
from server.api.door import Identifier, Read, Version, Write, names, routes_of, versioned

router = routes_of("live")


@router.get("/roadshows/{roadshow_id}/live/danmaku", response_model=DanmakuList, openapi_extra=names("live.moderate"))
async def read_recent(roadshow_id: Identifier, read: Read) -> DanmakuList:
    """The last hundred danmaku of a room that were shown or removed, newest first."""
    return await recent(read.session, read.actor, roadshow_id)


@router.get(
    "/organizers/{organizer_id}/screening-words", response_model=WordsView, openapi_extra=names("live.moderate")
)
async def read_words(organizer_id: Identifier, read: Read) -> Response:
    """The organizer's words, with their version as ETag; 0 before the first list."""
    return versioned(await words.words_of(read.session, read.actor, organizer_id))


@router.put(
    "/organizers/{organizer_id}/screening-words", response_model=WordsView, openapi_extra=names("live.moderate")
)
async def replace_words(organizer_id: Identifier, data: WordsIn, version: Version, door: Write) -> Response:
    """Replace the list; what holds one of these words waits for the host."""
    return await door(
        lambda session, actor, now: words.set_words(session, actor, organizer_id, data, version=version, now=now)
    )
