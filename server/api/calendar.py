"""The public calendar of roadshows."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from events.moments import Day
from events.programme.calendar import calendar
from events.programme.schemas import CalendarView
from server.api.door import Read, names, routes_of

router = routes_of("calendar")


@router.get("/calendar", response_model=CalendarView, openapi_extra=names("public"))
async def read_calendar(
    read: Read,
    first: Annotated[Day, Query(alias="from", examples=["2026-12-01"])],
    last: Annotated[Day, Query(alias="to", examples=["2026-12-31"])],
    series: Annotated[str | None, Query(max_length=26)] = None,
    organizer: Annotated[str | None, Query(max_length=26)] = None,
) -> CalendarView:
    """Days with what kind of day it is, their roadshows, and the working days to come that have none."""
    return await calendar(read.session, first, last, read.now, organizer_id=organizer, series_id=series)
