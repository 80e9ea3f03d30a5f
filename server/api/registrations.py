"""Registrations: the person's own, the organizer's list, tickets, the door of the hall."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.base_schemas import FOLDED
from events.registrations import checkin, queries, service
from events.registrations.models import RegistrationState
from events.registrations.schemas import (
    CheckInIn,
    CheckInView,
    OwnRegistration,
    OwnRegistrationList,
    RegistrationIn,
    RejectionIn,
    StaffRegistration,
    StaffRegistrationList,
)
from events.registrations.tickets import ticket_svg
from server.api.door import Identifier, Read, Write, names, routes_of
from server.api.paging import Paged

router = routes_of("registrations")


@router.post(
    "/roadshows/{roadshow_id}/registrations", status_code=201, response_model=OwnRegistration,
    openapi_extra=names("user"),
)  # fmt: skip
async def register(roadshow_id: Identifier, data: RegistrationIn, door: Write) -> Response:
    """Register: a seat, a place in the queue, or a request the organizer decides on."""
    return await door(
        lambda session, actor, now: service.register(session, actor, roadshow_id, data, now=now),
        status=201, lane=f"{roadshow_id}/seats",
    )  # fmt: skip


@router.get("/me/registrations", response_model=OwnRegistrationList, openapi_extra=names("user"))
async def my_registrations(read: Read, paged: Paged) -> OwnRegistrationList:
    """My registrations, the latest roadshow first."""
    return paged.linked(await queries.own_registrations(read.session, read.actor, paged.window))


@router.delete("/registrations/{registration_id}", response_model=OwnRegistration, openapi_extra=names("user"))
async def cancel(registration_id: Identifier, door: Write) -> Response:
    """Cancel my registration, or leave the queue; who waits longest gets the seat at once."""
    return await door(lambda session, actor, now: service.cancel(session, actor, registration_id, now=now))


@router.get(
    "/registrations/{registration_id}/ticket.svg", response_class=Response, openapi_extra=names("user"),
    responses={200: {"content": {"image/svg+xml": {}}}},
)  # fmt: skip
async def ticket(registration_id: Identifier, read: Read) -> Response:
    """My ticket as a QR code; it holds an address that ends in the ticket's code."""
    code = await queries.own_ticket(read.session, read.actor, registration_id)
    return Response(ticket_svg(f"{read.settings.public_url}/t/{code}"), media_type="image/svg+xml")


@router.get(
    "/roadshows/{roadshow_id}/registrations", response_model=StaffRegistrationList,
    openapi_extra=names("organizer.read"),
)  # fmt: skip
async def roadshow_registrations(
    roadshow_id: Identifier,
    read: Read,
    paged: Paged,
    state: RegistrationState | None = None,
    q: Annotated[str, Query(max_length=80, description="Part of a person's or institution's name"), FOLDED] = "",
) -> StaffRegistrationList:
    """Who registered, in that order, and how many in each state."""
    view = await queries.staff_registrations(read.session, read.actor, roadshow_id, paged.window, state=state, q=q)
    return paged.linked(view)


@router.post(
    "/registrations/{registration_id}/approve", response_model=StaffRegistration,
    openapi_extra=names("registrations.edit"),
)  # fmt: skip
async def approve(registration_id: Identifier, door: Write) -> Response:
    """Accept a request, or take a rejection back: a seat, or the end of the queue."""
    return await door(lambda session, actor, now: service.approve(session, actor, registration_id, now=now))


@router.post(
    "/registrations/{registration_id}/reject", response_model=StaffRegistration,
    openapi_extra=names("registrations.edit"),
)  # fmt: skip
async def reject(registration_id: Identifier, data: RejectionIn, door: Write) -> Response:
    """Say no, with a reason the person reads."""
    return await door(lambda session, actor, now: service.reject(session, actor, registration_id, data, now=now))


@router.post(
    "/roadshows/{roadshow_id}/check-ins", response_model=CheckInView, openapi_extra=names("registrations.edit")
)
async def check_in(roadshow_id: Identifier, data: CheckInIn, door: Write) -> Response:
    """Let the holder of a ticket in; the second time says when the first was."""
    return await door(lambda session, actor, now: checkin.check_in(session, actor, roadshow_id, data, now=now))
