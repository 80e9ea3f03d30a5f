"""HTTP endpoints, one thin module per context; each route names its permission."""

from fastapi import APIRouter

from server.api import (
    accounts,
    bookings,
    calendar,
    calendars,
    changes,
    companies,
    demo,
    exports,
    imports,
    institutions,
    intents,
    live,
    organizers,
    projects,
    registrations,
    roadshows,
    series,
    slots,
    venues,
)

ROUTERS: list[APIRouter] = [
    accounts.router,
    organizers.router,
    companies.router,
    institutions.router,
    projects.router,
    series.router,
    venues.router,
    roadshows.router,
    slots.router,
    bookings.router,
    calendar.router,
    calendars.router,
    registrations.router,
    intents.router,
    live.router,
    exports.router,
    changes.router,
    imports.router,
    demo.router,
]
