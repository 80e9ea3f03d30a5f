"""HTTP endpoints, one thin module per context; each route names its permission."""

from fastapi import APIRouter

from server import sockets
from server.api import accounts, companies, institutions, live, organizers, projects

ROUTERS: list[APIRouter] = [
    accounts.router,
    organizers.router,
    companies.router,
    institutions.router,
    projects.router,
    live.router,
    sockets.router,
]
