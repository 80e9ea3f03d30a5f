"""What of polls is read on request: who chose what in a roll-call, and the frozen record of a closed poll."""

from __future__ import annotations

from events.live.polls import queries
from events.live.polls.schemas import RecordView, RollView
from server.api.door import Identifier, Read, names, routes_of
from server.live import enter

router = routes_of("live", "/polls/{poll_id}")


@router.get("/roll", response_model=RollView, openapi_extra=names("guest"))
async def poll_roll(poll_id: Identifier, read: Read) -> RollView:
    """Who chose what in a roll-call: for its host, and for everybody where the poll says so. A secret poll has none."""
    await enter(read.session, read.actor, await queries.room_of(read.session, poll_id))
    return await queries.roll(read.session, read.actor, poll_id)


@router.get("/record", response_model=RecordView, openapi_extra=names("guest"))
async def poll_record(poll_id: Identifier, read: Read) -> RecordView:
    """The frozen results word for word, for whoever may see them: SHA-256 of `text` is `digest`."""
    await enter(read.session, read.actor, await queries.room_of(read.session, poll_id))
    return await queries.record(read.session, read.actor, poll_id)
