"""The application: what is mounted where, and what lives as long as the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from events.errors import Refusal
from server import errors, problems, sockets
from server.api import ROUTERS
from server.api.door import State, respond
from server.commands import Commands
from server.database import Database
from server.middleware import AccessLog, SecurityHeaders
from server.observability import mount_health, set_up_logging
from server.pages import mount_pages
from server.recorder import recording
from server.settings import Settings

DESCRIPTION = "Roadshows for every working day: schedule, book, register, ask live, leave intents, export, feed."


class Application(FastAPI):
    """FastAPI, describing the refusals of every operation as well."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = problems.describe(super().openapi())
        return self.openapi_schema


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application for these settings; nothing is opened before its lifespan begins."""
    app = Application(
        title="天天有路演", version="1", description=DESCRIPTION, lifespan=lifespan,
        openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.settings = settings
    set_up_logging(settings)
    api = APIRouter(prefix="/api/v1")
    for router in ROUTERS:
        api.include_router(router)
    api.include_router(sockets.router)
    app.include_router(api)
    mount_health(app)
    mount_pages(app, settings)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(Exception, crashed)
    app.add_middleware(SecurityHeaders, https=settings.is_https)
    app.add_middleware(AccessLog)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database, the live side and the recorder; close them in reverse."""
    settings: Settings = app.state.settings
    database = Database(settings.database_url)
    app.state.live = live = sockets.open_engine(settings, database)
    commands = Commands(database, ring=sockets.bell_of(live))
    app.state.roadshow = State(settings, database, commands)
    try:
        async with recording(database):
            await live.start()
            try:
                yield
            finally:
                await live.stop()
                await commands.close()
    finally:
        await app.state.roadshow.limits.close()
        await database.close()


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return respond(errors.problem(error))


async def invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields: list[dict[str, Any]] = [
        {"loc": [str(part) for part in item["loc"]], "type": item["type"], "msg": item["msg"]}
        for item in error.errors()
    ]
    return respond(errors.problem(errors.BadRequest(fields=len(fields)), errors=fields))


async def by_status(_request: Request, error: Exception) -> Response:
    """What the framework itself refuses, in the same form as everything else."""
    assert isinstance(error, HTTPException)
    known: dict[int, Refusal] = {
        404: errors.RouteNotFound(), 405: errors.MethodNotAllowed(), 413: errors.TooLarge(),
    }  # fmt: skip
    response = respond(errors.problem(known.get(error.status_code, errors.BadRequest())))
    response.headers.update(error.headers or {})
    return response


async def crashed(_request: Request, _error: Exception) -> Response:
    return respond(errors.problem(errors.Crashed()))
