"""Venues: halls and channels, for the organizer's staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.programme import venues
from events.programme.queries import list_venues, staff_venue
from events.programme.schemas import Removed, VenueIn, VenueList, VenuePatch, VenueView
from server.api.door import Identifier, Read, Version, Write, names, routes_of, versioned
from server.api.paging import Paged

router = routes_of("programme")


@router.get("/organizers/{organizer_id}/venues", response_model=VenueList, openapi_extra=names("organizer.read"))
async def read_venues(
    organizer_id: Identifier, read: Read, paged: Paged, archived: Annotated[bool, Query()] = False
) -> VenueList:
    """An organizer's venues by name."""
    return paged.linked(await list_venues(read.session, read.actor, organizer_id, paged.window, archived=archived))


@router.post(
    "/organizers/{organizer_id}/venues", status_code=201, response_model=VenueView,
    openapi_extra=names("programme.edit"),
)  # fmt: skip
async def create(organizer_id: Identifier, data: VenueIn, door: Write) -> Response:
    """Add a hall or an online channel."""
    return await door(
        lambda session, actor, now: venues.create_venue(session, actor, organizer_id, data, now=now), status=201
    )


@router.get("/venues/{venue_id}", response_model=VenueView, openapi_extra=names("organizer.read"))
async def read_venue(venue_id: Identifier, read: Read) -> Response:
    """One venue, with its version as ETag."""
    return versioned(await staff_venue(read.session, read.actor, venue_id))


@router.patch("/venues/{venue_id}", response_model=VenueView, openapi_extra=names("programme.edit"))
async def edit(venue_id: Identifier, data: VenuePatch, version: Version, door: Write) -> Response:
    """Change what is named. Refused, naming them, when published roadshows would fall outside the new hours."""
    return await door(
        lambda session, actor, now: venues.edit_venue(session, actor, venue_id, data, version=version, now=now)
    )


@router.delete("/venues/{venue_id}", response_model=Removed, openapi_extra=names("programme.edit"))
async def remove(venue_id: Identifier, version: Version, door: Write) -> Response:
    """Delete a venue nothing uses, archive it otherwise; the answer says which."""
    return await door(
        lambda session, actor, now: venues.remove_venue(session, actor, venue_id, version=version, now=now)
    )
