"""Bookings: startups hold, confirm, move and cancel; both sides list."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.programme import booked, bookings
from events.programme.models import BookingState
from events.programme.schemas import BookingIn, BookingList, BookingView, MoveIn, StaffBookingList
from server.api.door import Identifier, Read, Write, names, routes_of
from server.api.paging import Paged

router = routes_of("bookings")


@router.post(
    "/slots/{slot_id}/bookings", status_code=201, response_model=BookingView, openapi_extra=names("company.member")
)
async def hold(slot_id: Identifier, data: BookingIn, door: Write) -> Response:
    """Hold a slot for five minutes. 409 says what blocks and names the nearest three free slots."""
    return await door(
        lambda session, actor, now: bookings.hold_slot(session, actor, slot_id, data, now=now),
        status=201,
        lane=f"slot/{slot_id}",
    )


@router.post("/bookings/{booking_id}/confirm", response_model=BookingView, openapi_extra=names("company.member"))
async def confirm(booking_id: Identifier, door: Write) -> Response:
    """Make the hold a booking."""
    return await door(lambda session, actor, now: bookings.confirm_booking(session, actor, booking_id, now=now))


@router.post("/bookings/{booking_id}/move", response_model=BookingView, openapi_extra=names("company.member"))
async def move(booking_id: Identifier, data: MoveIn, door: Write) -> Response:
    """Take another slot and give this one back, or keep this one when that cannot be had."""
    return await door(
        lambda session, actor, now: bookings.move_booking(session, actor, booking_id, data.slot_id, now=now)
    )


@router.delete("/bookings/{booking_id}", response_model=BookingView, openapi_extra=names("company.member"))
async def cancel(booking_id: Identifier, door: Write) -> Response:
    """Give the slot back; the answer is the cancelled booking."""
    return await door(lambda session, actor, now: bookings.cancel_booking(session, actor, booking_id, now=now))


@router.get("/companies/{company_id}/bookings", response_model=BookingList, openapi_extra=names("company.member"))
async def read_own(
    company_id: Identifier, read: Read, paged: Paged, upcoming: Annotated[bool, Query()] = False
) -> BookingList:
    """The company's bookings, the latest pitch first; only those to come with `upcoming`."""
    since = read.now if upcoming else None
    return paged.linked(
        await booked.bookings_of_company(read.session, read.actor, company_id, paged.window, since=since)
    )


@router.get("/roadshows/{roadshow_id}/bookings", response_model=StaffBookingList, openapi_extra=names("organizer.read"))
async def read_of_roadshow(
    roadshow_id: Identifier, read: Read, paged: Paged, state: Annotated[BookingState | None, Query()] = None
) -> StaffBookingList:
    """A roadshow's bookings in order of the agenda, with who made them."""
    return paged.linked(
        await booked.bookings_of_roadshow(read.session, read.actor, roadshow_id, paged.window, state=state)
    )
