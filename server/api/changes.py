"""The change feed: everything that partners keep in step with, in one order without gaps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from events.feeds.feed import MOST, feed_of, read_feed
from events.feeds.schemas import ChangeList
from server import auth
from server.api.door import Read, names, state_of
from server.dumps import lines

router = APIRouter(tags=["feed"])
JSONL: dict[int | str, dict[str, Any]] = {200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}}
After = Annotated[int, Query(ge=0, le=2**62, description="The last `seq` already read")]
Organizer = Annotated[str | None, Query(max_length=26, description="Whose; a token's own when absent")]


@router.get("/changes", response_model=ChangeList, openapi_extra=names("feed.read"))
async def read_changes(
    read: Read, after: After = 0, limit: Annotated[int, Query(ge=1, le=MOST)] = 200, organizer: Organizer = None
) -> ChangeList:
    """What changed after `after`: read until `more` is false, and come back with `next_after`."""
    return await read_feed(read.session, feed_of(read.actor, organizer), after, limit)


@router.get("/changes.jsonl", responses=JSONL, openapi_extra=names("feed.read"))
async def dump_changes(request: Request, after: After = 0, organizer: Organizer = None) -> Response:
    """The same as a file, one change a line."""
    state = state_of(request)
    async with state.database.read() as session:
        actor = (await auth.credentials(session, request, state.settings)).actor
    whose = feed_of(actor, organizer)
    headers = {"Content-Disposition": 'attachment; filename="changes.jsonl"'}
    return StreamingResponse(
        lines(state.database, whose, after), headers=headers, media_type="application/jsonl; charset=utf-8"
    )
