"""Roadshows: planned and published by staff, read by everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.base_schemas import FOLDED
from events.moments import Moment
from events.programme import roadshows
from events.programme.models import RoadshowState
from events.programme.queries import list_roadshows, roadshow_view
from events.programme.schemas import CancelIn, RoadshowIn, RoadshowList, RoadshowPatch, RoadshowView, StaffRoadshowView
from server import programme
from server.api.door import Identifier, Read, Version, Write, names, routes_of, versioned
from server.api.paging import Paged

router = routes_of("programme")


@router.get("/organizers/{organizer_id}/roadshows", response_model=RoadshowList, openapi_extra=names("organizer.read"))
async def read_roadshows(
    organizer_id: Identifier,
    read: Read,
    paged: Paged,
    since: Annotated[Moment | None, Query(alias="from", description="Those that end after")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Those that start before")] = None,
    state: Annotated[RoadshowState | None, Query()] = None,
    series: Annotated[str | None, Query(max_length=26)] = None,
    q: Annotated[str, Query(max_length=80, description="Part of the title"), FOLDED] = "",
) -> RoadshowList:
    """An organizer's roadshows by start, drafts included."""
    return paged.linked(
        await list_roadshows(
            read.session, read.actor, organizer_id, paged.window,
            since=since, until=until, state=state, series_id=series, text=q,
        )
    )  # fmt: skip


@router.post(
    "/organizers/{organizer_id}/roadshows", status_code=201, response_model=StaffRoadshowView,
    openapi_extra=names("programme.edit"),
)  # fmt: skip
async def create(organizer_id: Identifier, data: RoadshowIn, door: Write) -> Response:
    """Plan a draft; it holds its hall and channel at once, buffers included."""
    return await door(
        lambda session, actor, now: roadshows.create_roadshow(session, actor, organizer_id, data, now=now), status=201
    )


@router.get("/roadshows/{roadshow_id}", response_model=StaffRoadshowView | RoadshowView, openapi_extra=names("public"))
async def read_roadshow(roadshow_id: Identifier, read: Read) -> Response:
    """One roadshow as you may see it, with its version as ETag; drafts only for staff."""
    return versioned(await roadshow_view(read.session, read.actor, roadshow_id))


@router.patch("/roadshows/{roadshow_id}", response_model=StaffRoadshowView, openapi_extra=names("programme.edit"))
async def edit(roadshow_id: Identifier, data: RoadshowPatch, version: Version, door: Write) -> Response:
    """Change what is named. A new start takes the slots and bookings along; a new place is claimed first."""
    return await door(
        lambda session, actor, now: programme.edit_roadshow(
            session, actor, roadshow_id, data, version=version, now=now
        ),
        lane=roadshow_id,
    )


@router.post(
    "/roadshows/{roadshow_id}/publish", response_model=StaffRoadshowView, openapi_extra=names("programme.edit")
)
async def publish(roadshow_id: Identifier, door: Write) -> Response:
    """Show a draft to everybody and open its slots for booking."""
    return await door(
        lambda session, actor, now: roadshows.publish_roadshow(session, actor, roadshow_id, now=now), lane=roadshow_id
    )


@router.post("/roadshows/{roadshow_id}/cancel", response_model=StaffRoadshowView, openapi_extra=names("programme.edit"))
async def cancel(roadshow_id: Identifier, data: CancelIn, door: Write) -> Response:
    """Call it off: bookings are cancelled, hall and channel are free, everybody concerned gets the reason."""
    return await door(
        lambda session, actor, now: programme.cancel_roadshow(session, actor, roadshow_id, data.reason, now=now),
        lane=roadshow_id,
    )
