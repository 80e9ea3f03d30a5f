"""The live endpoint: who may open a socket, what it may follow, and when it must go.

Everything is decided before the handshake is accepted: a refusal is an HTTP answer with a problem body (403 for
another site's page, 401, 403, 404 or 410 for the room). Once open, a socket is closed with 4401 when its login
ends, 4403 when the room is no longer open to it, 4410 when the roadshow is cancelled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import WebSocket
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from events import log
from events.actor import Actor, Permission
from events.errors import NotFound, Refusal
from events.live.queries import Entrance, Registered
from events.live.rules import Basis
from events.live.snapshots import snapshot
from events.programme.models import Roadshow
from events.registrations.queries import is_registered
from realtime.admission import RATE_PER_SECOND, Admission, Seat
from realtime.engine import Engine
from realtime.fastpath import handover_of
from realtime.frames import LogEntry
from server import auth
from server.api.door import State, respond, routes_of
from server.commands import Ring
from server.database import AWAY, Database
from server.errors import Crashed, Unavailable, problem
from server.intents import intents_of
from server.live import Performer, enter, streams_of
from server.revocation import Revocation
from server.settings import Settings
from server.strangers import is_stranger

router = routes_of("live")
UNLIMITED = 10_000.0
logger = structlog.get_logger()
IDENTIFIER = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
ADDRESS = re.compile(r"/api/v1/roadshows/([^/]+)/live/socket")


class LiveDoor:
    """The live endpoint ahead of the framework's layers, which cost more than a socket does; the rest goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = ADDRESS.fullmatch(scope["path"]) if scope["type"] == "websocket" else None
        if found is None:
            return await self.app(scope, receive, send)
        await live_socket(WebSocket(scope, receive, send), found[1])


@router.websocket("/roadshows/{roadshow_id}/live/socket")
async def live_socket(websocket: WebSocket, roadshow_id: str) -> None:
    """Follow a room and act in it."""
    state: State = websocket.app.state.roadshow
    engine: Engine = websocket.app.state.live
    try:
        check_handshake(websocket, state.settings)
        if IDENTIFIER.fullmatch(roadshow_id) is None:
            raise NotFound
        admission = await admit(websocket, state, roadshow_id)
    except Exception as error:
        return await websocket.send_denial_response(denial_of(error))
    await websocket.accept()
    await engine.serve(websocket.receive, websocket.send, admission, handover_of(websocket.scope))


def denial_of(error: Exception) -> Response:
    """What a handshake is answered that ended like this: a refusal, a database that is away, or a fault of ours."""
    if isinstance(error, Refusal):
        return respond(problem(error))
    if isinstance(error, AWAY):
        return respond(problem(Unavailable()))
    logger.error("handshake_crashed", exc_info=error)
    return respond(problem(Crashed()))


async def admit(connection: HTTPConnection, state: State, roadshow_id: str) -> Admission:
    """What whoever asks is granted in this room, whatever the transport. Refuses: as `enter` does."""

    async def judge(session: AsyncSession, actor: Actor, registered: Registered = is_registered) -> Admission:
        return granted(state, actor, await enter(session, actor, roadshow_id, registered))

    async def alone() -> Admission:
        async with state.database.read() as session:
            return await judge(session, (await auth.credentials(session, connection, state.settings)).actor)

    if is_stranger(connection, state.settings):
        return await state.strangers.admitted(roadshow_id, alone)
    secret = connection.cookies.get(auth.cookie_name(state.settings))
    if not secret or auth.comes_by_token(connection):
        return await alone()
    return await state.arrivals.admitted(secret, judge)


def granted(state: State, actor: Actor, entered: Entrance) -> Admission:
    """What somebody who may enter is granted."""
    roadshow_id = entered.roadshow.id
    return Admission(
        streams=streams_of(actor, entered),
        perform=Performer(state, roadshow_id, actor.login_id, actor.user_id),
        tags=tags_of(actor, entered),
        owner=actor.login_id,
        seat=Seat(roadshow_id, actor.user_id) if actor.user_id else None,
        frames_per_second=RATE_PER_SECOND if state.settings.rate_limits else UNLIMITED,
    )


def check_handshake(websocket: WebSocket, settings: Settings) -> None:
    """Refuse other sites' pages before they get a socket with the visitor's cookie (CSWSH).

    Browsers always say their Origin; a program without a cookie may leave it out and sees what strangers see.
    """
    origin = websocket.headers.get("origin")
    if origin is None and "cookie" not in websocket.headers:
        return
    if origin is None or not auth.is_own_origin(origin, websocket, settings):
        raise auth.CrossSite


def tags_of(actor: Actor, entered: Entrance) -> frozenset[str]:
    """What this socket can be closed by: its login, and the reason it was let in."""
    roadshow = entered.roadshow
    tags = {f"login:{actor.login_id}"} if actor.login_id else set()
    if entered.basis is Basis.STAFF:
        tags.add(_behind(actor, roadshow))
    elif entered.basis is Basis.OPEN:
        tags.add(f"{'guest' if actor.is_guest or not actor.user_id else 'open'}:{roadshow.id}")
    else:
        tags.add(f"{entered.basis.value}:{roadshow.id}:{actor.user_id}")
    return frozenset(tags)


def _behind(actor: Actor, roadshow: Roadshow) -> str:
    """What lets somebody see a room from behind: being on its organizer's staff, or else a role in it."""
    if actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ):
        return f"staff:{roadshow.organizer_id}:{actor.user_id}"
    return f"role:{roadshow.id}:{actor.user_id}:{actor.room_roles[roadshow.id]}"


class RoomLog:
    """How the engine reads what is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, stream: str, after_seq: int, limit: int) -> Sequence[LogEntry]:
        async with self._database.read() as session:
            entries = await log.since(session, stream, after_seq, limit)
        return [LogEntry(entry.seq, entry.kind, entry.at, entry.data) for entry in entries]

    async def top(self, streams: Sequence[str]) -> dict[str, tuple[str, int]]:
        async with self._database.read() as session:
            tops = await log.tops(session, streams)
        return {stream: (top.epoch, top.seq) for stream, top in tops.items()}

    async def snapshot(self, stream: str) -> tuple[str, int, dict[str, Any]]:
        async with self._database.read() as session:
            return await snapshot(session, stream, intents_of)


def open_engine(settings: Settings, database: Database) -> Engine:
    """The live engine of this process, not started yet; installations sharing a Redis are told apart by database."""
    return Engine(
        RoomLog(database),
        redis_url=settings.redis_url,
        revoked=Revocation(database),
        retracting={"question.removed", "poll.removed", "contest.concealed"},
        lossy={"danmaku"},
        namespace=f"roadshow.{make_url(settings.database_url).database}",
    )


def bell_of(engine: Engine) -> Ring:
    """What the door for writes rings after each commit: the very entries, which nobody has to read then."""

    def ring(written: Mapping[str, Sequence[log.Entry]], more: bool = False) -> None:
        for stream, entries in written.items():
            news = [LogEntry(entry.seq, entry.kind, entry.at, entry.data) for entry in entries]
            engine.offer(stream, news, more=more)

    return ring
