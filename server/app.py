"""The application: what is mounted where, and what lives as long as the process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from events.errors import Refusal
from realtime.engine import Engine
from realtime.fallback import Lines
from server import errors, fallbacks, problems, sockets
from server.api import ROUTERS
from server.api.door import State, respond
from server.attendance import attending
from server.bodies import Bodies
from server.commands import Commands
from server.database import AWAY, Database, is_bad_data
from server.edge import Crashes, HeadAsGet, WellFormed
from server.fields import field_errors
from server.memory import settle
from server.metrics import LiveCollector
from server.middleware import AccessLog, SecurityHeaders
from server.names import OwnCookie, OwnHost
from server.observability import mount_health, set_up_logging
from server.pages import PAGE, mount_pages
from server.recorder import recording
from server.settings import Settings
from server.storage import StorageFull, is_full
from server.together import Together
from server.worker import Worker, duties_of, working

logger = structlog.get_logger()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
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
    for router in (*ROUTERS, sockets.router, fallbacks.router):
        app.router.routes.extend(router.routes)
    mount_health(app)
    mount_pages(app, settings)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
    for trouble in AWAY:
        app.add_exception_handler(trouble, unavailable)
    app.add_exception_handler(OSError, no_room)
    app.add_exception_handler(Exception, crashed)
    for layer in (Together, WellFormed, Bodies, Crashes, HeadAsGet):
        app.add_middleware(layer)
    app.add_middleware(OwnHost, kind="http")
    app.add_middleware(SecurityHeaders, https=settings.is_https)
    app.add_middleware(AccessLog)
    app.add_middleware(sockets.LiveDoor)
    app.add_middleware(OwnHost, kind="websocket")
    app.add_middleware(OwnCookie)
    return app


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[State, Engine]]:
    """The database, the live engine, the door for writes and the recorder; closed in reverse."""
    database = Database(settings.database_url)
    live = sockets.open_engine(settings, database)
    state = State(settings, database, Commands(database, ring=sockets.bell_of(live), moved=live.move))
    state.metrics.registry.register(LiveCollector(lambda: asdict(live.metrics)))
    try:
        async with recording(database):
            await live.start()
            try:
                yield state, live
            finally:
                await live.stop()
                await state.commands.close()
    finally:
        await state.limits.close()
        await database.close()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What lives as long as the process. On SQLite, which has one process, the worker's duties too."""
    settings: Settings = app.state.settings
    settle()
    async with opened(settings) as (state, live), attending(live.presence, state.commands):
        app.state.roadshow, app.state.live, app.state.lines = state, live, Lines(live)
        if not settings.is_sqlite:
            yield
            return
        async with working(state.database, settings, state.commands, sockets.bell_of(live)):
            yield


async def work(settings: Settings) -> None:
    """The worker as a process of its own, until SIGTERM or Ctrl-C."""
    async with opened(settings) as (state, live):
        worker = Worker(duties_of(state.database, settings, state.commands, sockets.bell_of(live)))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return respond(errors.problem(error))


async def invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = list(error.errors())
    return respond(errors.problem(errors.BadRequest(fields=len(found)), errors=field_errors(found)))


async def by_status(request: Request, error: Exception) -> Response:
    """What the framework itself refuses, in the same form as everything else; 405 names what the address takes."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = methods_at(request)
        error = HTTPException(405, headers={"Allow": ", ".join(allowed)}) if allowed else HTTPException(404)
    known: dict[int, Refusal] = {
        404: errors.RouteNotFound(), 405: errors.MethodNotAllowed(), 413: errors.TooLarge(),
    }  # fmt: skip
    response = respond(errors.problem(known.get(error.status_code, errors.BadRequest())))
    response.headers.update(error.headers or {})
    return response


def methods_at(request: Request) -> list[str]:
    """Every method some route takes at this address. Any page is one; under /api/ only what is there."""
    scope, found = request.scope, []
    for method in METHODS:
        asked = {"type": "http", "path": scope["path"], "root_path": "", "method": method, "headers": []}
        matching = (route for route in request.app.routes if route.matches(asked)[0] is Match.FULL)
        if any(not (scope["path"].startswith("/api/") and getattr(route, "name", "") == PAGE) for route in matching):
            found += ["GET", "HEAD"] if method == "GET" else [method]
    return found


async def unavailable(_request: Request, error: Exception) -> Response:
    """The database did not answer a read; or it was given what it cannot keep, which is no fault of its own."""
    if is_bad_data(error):
        return respond(errors.problem(errors.BadRequest()))
    if is_full(error):
        return respond(errors.problem(StorageFull()))
    logger.warning("database_unavailable", error=type(error).__name__)
    return respond(errors.problem(errors.Unavailable()))


async def no_room(request: Request, error: Exception) -> Response:
    """A file that could not be written for want of room; any other trouble with files is a crash."""
    if is_full(error):
        return respond(errors.problem(StorageFull()))
    raise error


async def crashed(_request: Request, _error: Exception) -> Response:
    return respond(errors.problem(errors.Crashed()))
