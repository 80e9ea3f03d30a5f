"""Series: who brands what, for everybody; changed by planners."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.actor import Permission
from events.programme import series
from events.programme.queries import list_series, load_series, series_view
from events.programme.schemas import Removed, SeriesIn, SeriesList, SeriesPatch, SeriesView
from server.api.door import Identifier, Read, Version, Write, names, routes_of, versioned
from server.api.paging import Paged

router = routes_of("programme")


@router.get("/organizers/{organizer_id}/series", response_model=SeriesList, openapi_extra=names("public"))
async def read_series_of(
    organizer_id: Identifier,
    read: Read,
    paged: Paged,
    archived: Annotated[bool, Query(description="Archived ones too; for staff only")] = False,
) -> SeriesList:
    """An organizer's series by name."""
    shown = archived and read.actor.may(organizer_id, Permission.ORGANIZER_READ)
    return paged.linked(await list_series(read.session, organizer_id, paged.window, archived=shown))


@router.post(
    "/organizers/{organizer_id}/series", status_code=201, response_model=SeriesView,
    openapi_extra=names("programme.edit"),
)  # fmt: skip
async def create(organizer_id: Identifier, data: SeriesIn, door: Write) -> Response:
    """Begin a series."""
    return await door(
        lambda session, actor, now: series.create_series(session, actor, organizer_id, data, now=now), status=201
    )


@router.get("/series/{series_id}", response_model=SeriesView, openapi_extra=names("public"))
async def read_series(series_id: Identifier, read: Read) -> Response:
    """One series, with its version as ETag."""
    return versioned(series_view(await load_series(read.session, series_id)))


@router.patch("/series/{series_id}", response_model=SeriesView, openapi_extra=names("programme.edit"))
async def edit(series_id: Identifier, data: SeriesPatch, version: Version, door: Write) -> Response:
    """Change what is named; `archived` archives it or brings it back."""
    return await door(
        lambda session, actor, now: series.edit_series(session, actor, series_id, data, version=version, now=now)
    )


@router.delete("/series/{series_id}", response_model=Removed, openapi_extra=names("programme.edit"))
async def remove(series_id: Identifier, version: Version, door: Write) -> Response:
    """Delete a series nothing uses, archive it otherwise; the answer says which."""
    return await door(
        lambda session, actor, now: series.remove_series(session, actor, series_id, version=version, now=now)
    )
