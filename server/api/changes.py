"""The change feed: everything that partners keep in step with, in one order without gaps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.responses import StreamingResponse

from events.feeds.feed import MOST, feed_of, read_feed
from events.feeds.schemas import ChangeList
from server.api.door import OWN_SITE, Read, names, routes_of, state_of
from server.asking import asking
from server.dumps import lines

router = routes_of("feed")
JSONL: dict[int | str, dict[str, Any]] = {200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}}
After = Annotated[int, Query(ge=0, le=2**62, description="The last `seq` already read")]
Epoch = Annotated[
    str | None,
    Query(max_length=26, description="The `epoch` that came with it; 410 feed_restarted when it is another one now"),
]
Organizer = Annotated[str | None, Query(max_length=26, description="Whose; a token's own when absent")]


@router.get("/changes", response_model=ChangeList, openapi_extra=names("feed.read"))
async def read_changes(
    read: Read, after: After = 0, limit: Annotated[int, Query(ge=1, le=MOST)] = 200, organizer: Organizer = None,
    epoch: Epoch = None,
) -> ChangeList:  # fmt: skip
    """What changed after `after`: read until `more` is false, and come back with `next_after` and `epoch`.

    After the installation was restored from a backup, every earlier `after` is refused with 410 `feed_restarted`:
    drop what was read and start over with `after=0`.
    """
    return await read_feed(read.session, feed_of(read.actor, organizer), after, limit, epoch)


@router.get("/changes.jsonl", responses=JSONL, dependencies=OWN_SITE, openapi_extra=names("feed.read"))
async def dump_changes(
    request: Request, after: After = 0, organizer: Organizer = None, epoch: Epoch = None
) -> Response:
    """The same as a file, one change a line; the header `Feed-Epoch` has the epoch."""
    state = state_of(request)
    async with state.database.read() as session:
        actor = (await asking(session, request, state.settings)).actor
        whose = feed_of(actor, organizer)
        current = (await read_feed(session, whose, after, 1, epoch)).epoch
    headers = {"Content-Disposition": 'attachment; filename="changes.jsonl"', "Feed-Epoch": current}
    return StreamingResponse(
        lines(state.database, whose, after, current), headers=headers, media_type="application/jsonl; charset=utf-8"
    )
