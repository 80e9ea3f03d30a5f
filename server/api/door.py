"""How a request reaches the domain: `Reader` for reads, `Door` for writes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.base import new_id
from events.errors import PreconditionMissing
from events.plain import plain
from server import auth
from server.arrivals import Arrivals
from server.asking import asking
from server.commands import Command, Commands, Work, digest_of
from server.database import Database
from server.errors import Answer
from server.exporting import Exporting
from server.limits import Limits
from server.metrics import Metrics
from server.parsing import Queue
from server.published import Published
from server.settings import Settings
from server.strangers import Strangers

API = "/api/v1"
PROBLEM_JSON = "application/problem+json"
Identifier = Annotated[str, Path(pattern="^[0-9A-HJKMNP-TV-Z]{26}$", examples=["01JD3V0000000000000000000A"])]


def routes_of(tag: str, prefix: str = "") -> APIRouter:
    """A router whose routes know their whole address, so that they are analysed once and not once an application."""
    return APIRouter(tags=[tag], prefix=API + prefix)


@dataclass(slots=True)
class State:
    """What every endpoint may reach: made once in the lifespan."""

    settings: Settings
    database: Database
    commands: Commands
    metrics: Metrics = field(default_factory=Metrics)
    draining: bool = False
    strangers: Strangers = field(default_factory=Strangers)
    exporting: Exporting = field(default_factory=Exporting)
    published: Published = field(default_factory=Published)
    parsing: Queue = field(default_factory=Queue)
    limits: Limits = field(init=False)
    arrivals: Arrivals = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(self.settings)
        self.arrivals = Arrivals(self.database)


def state_of(request: Request) -> State:
    state: State = request.app.state.roadshow
    return state


@dataclass(frozen=True, slots=True)
class Reader:
    """A read: its session, who reads, and when."""

    session: AsyncSession
    actor: Actor
    now: datetime
    csrf_token: str | None
    settings: Settings


async def reader(request: Request) -> AsyncIterator[Reader]:
    """A session while the endpoint runs: it ends before the first byte is sent, however slowly that is read."""
    state = state_of(request)
    async with state.database.read() as session:
        found = await asking(session, request, state.settings)
        yield Reader(session, found.actor, datetime.now(UTC), found.csrf_token, state.settings)


Read = Annotated[Reader, Depends(reader, scope="function")]


async def own_site(request: Request) -> None:
    """For files that are noted down or hold everything: no other site's page may set one off. Refuses: cross_site."""
    if not auth.comes_by_token(request):
        auth.check_origin(request, state_of(request).settings)


OWN_SITE = [Depends(own_site)]


@dataclass(frozen=True, slots=True)
class Door:
    """A write in waiting: call it with the service to carry out."""

    state: State
    actor: Actor
    cmd_id: str
    digest: bytes

    async def perform(self, work: Work, *, status: int = 200, lane: str | None = None) -> Answer:
        command = Command(self.actor, work, self.digest, status=status, cmd_id=self.cmd_id, lane=lane)
        return await self.state.commands.perform(command)

    async def __call__(self, work: Work, *, status: int = 200, lane: str | None = None) -> Response:
        return respond(await self.perform(work, status=status, lane=lane))


async def door(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(max_length=80, examples=["7b1f2c9e-5a0d-4a43-9d53-0a6f0e6c3c11"])
    ] = None,
) -> Door:
    """Find out who asks, refuse other sites' pages, and note what exactly is asked."""
    state = state_of(request)
    async with state.database.read() as session:
        found = await asking(session, request, state.settings)
    body = await request.body()
    name = f"{request.method} {request.url.path}?{request.url.query} {request.headers.get('if-match', '')}"
    return Door(state, found.actor, idempotency_key or new_id(), digest_of(name, _canonical(body)))


Write = Annotated[Door, Depends(door)]


def _canonical(body: bytes) -> Any:
    try:
        return plain(body) if body else None
    except ValueError:
        return body.hex()


def respond(answer: Answer) -> Response:
    """The answer as a response: problems by their type, views with their version as ETag."""
    if answer.is_problem:
        headers = {}
        if answer.status in {429, 503}:
            retry = json.loads(answer.body)["details"].get("retry_after", 1)
            headers["Retry-After"] = str(retry)
        return Response(answer.body, answer.status, headers, media_type=PROBLEM_JSON)
    if not answer.body:
        return Response(status_code=204)
    return Response(answer.body, answer.status, _etag(answer.body), media_type="application/json")


def versioned(view: BaseModel) -> Response:
    """A view that was read, with its version as ETag."""
    return respond(Answer(200, view.model_dump_json().encode()))


def _etag(body: bytes) -> dict[str, str]:
    view = json.loads(body)
    version = view.get("version") if isinstance(view, dict) else None
    return {} if version is None else {"ETag": f'"{version}"'}


async def if_match(if_match: Annotated[str | None, Header(examples=['"1"'])] = None) -> int:
    """The version the client saw. Refuses: if_match_required."""
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 15:
        raise PreconditionMissing
    return int(text)


Version = Annotated[int, Depends(if_match)]


def names(permission: str) -> dict[str, Any]:
    """What a route says of itself in OpenAPI: the permission it needs."""
    return {"x-permission": permission}
