"""Screen links: made, listed and revoked by hosts; opened by whoever has the address, to look and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Request, Response, WebSocket
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from events import log
from events.accounts.keys import hashed
from events.actor import SYSTEM, Actor
from events.errors import Forbidden, NotFound
from events.live.stage import decks, screens
from events.live.stage.models import ScreenKind
from events.live.stage.schemas import ScreenIn, ScreenList, ScreenMade, ScreenView, ShownView
from realtime.admission import Admission
from realtime.fastpath import handover_of
from server import auth
from server import decks as files
from server.api.decks import PDF
from server.api.door import Identifier, Read, State, Write, names, respond, routes_of, state_of
from server.commands import Command, digest_of
from server.errors import problem
from server.limits import client_address
from server.sockets import check_handshake, denial_of

router = routes_of("stage")
ADDRESS = re.compile("[A-Za-z0-9_-]{43}")
Address = Annotated[str, Path(pattern=f"^{ADDRESS.pattern}$", description="The secret part of a screen's address")]


class ScreenOnly(Forbidden):
    code = "screen_only"
    zh, en = "屏幕链接只能观看。", "A screen link is for looking only."


@router.get("/roadshows/{roadshow_id}/screens", response_model=ScreenList, openapi_extra=names("live.host"))
async def read_screens(roadshow_id: Identifier, read: Read) -> ScreenList:
    """The room's screen links, when each was last used, and which are over."""
    return await screens.listed(read.session, read.actor, roadshow_id)


@router.post(
    "/roadshows/{roadshow_id}/screens", status_code=201, response_model=ScreenMade, openapi_extra=names("live.host")
)
async def make_screen(roadshow_id: Identifier, data: ScreenIn, request: Request, door: Write) -> Response:
    """A new address for a screen, told once; a repeat of the same request is told the same."""
    settings = door.state.settings
    secret = auth.told_once(request, settings, f"screen {roadshow_id} {door.cmd_id}")
    command = Command(
        door.actor, lambda session, actor, now: screens.make(session, actor, roadshow_id, data, secret, now=now),
        digest_of("screen", [data.model_dump(mode="json"), roadshow_id, hashed(secret)]), status=201,
        cmd_id=door.cmd_id,
    )  # fmt: skip
    done = await door.state.commands.perform(command)
    if done.is_problem:
        return respond(done)
    view = ScreenView.model_validate_json(done.body)
    made = ScreenMade(**view.model_dump(), url=f"{settings.public_url}/s/{secret}")
    return Response(made.model_dump_json(), 201, media_type="application/json")


@router.delete(
    "/roadshows/{roadshow_id}/screens/{screen_id}", response_model=ScreenView, openapi_extra=names("live.host")
)
async def revoke_screen(roadshow_id: Identifier, screen_id: Identifier, door: Write) -> Response:
    """End a link; what is open by it goes dark within 5 s."""
    return await door(lambda session, actor, now: screens.revoke(session, actor, roadshow_id, screen_id, now=now))


@router.get("/screens/{address}", response_model=ShownView, openapi_extra=names("public"))
async def read_shown(address: Address, request: Request, read: Read) -> ShownView:
    """What the address opens, or not found."""
    return screens.view_shown(await _opened(state_of(request), request, read.session, address))


@router.get("/screens/{address}/deck/{deck_id}", response_class=Response, responses=PDF, openapi_extra=names("public"))
async def read_shown_deck(address: Address, deck_id: Identifier, request: Request, read: Read) -> Response:
    """The slides on this screen's stage, while they are."""
    shown = await _opened(state_of(request), request, read.session, address)
    deck = await decks.readable(read.session, Actor(), deck_id, is_admitted=True)
    if deck.roadshow_id != shown.roadshow.id:
        raise NotFound
    return files.served(read.settings, deck)


async def _opened(state: State, request: HTTPConnection, session: AsyncSession, address: str) -> screens.Shown:
    """Refuses: not_found; too_many for an address that guesses."""
    try:
        return await screens.opened(session, address, datetime.now(UTC))
    except NotFound:
        await state.limits.hit("screen_miss", client_address(request, state.settings))
        raise


@router.websocket("/screens/{address}/socket")
async def screen_socket(websocket: WebSocket, address: str) -> None:
    """Follow what this kind of screen shows."""
    state: State = websocket.app.state.roadshow
    try:
        check_handshake(websocket, state.settings)
        if ADDRESS.fullmatch(address) is None:
            raise NotFound
        admission = await admit_screen(websocket, state, address)
    except Exception as error:
        return await websocket.send_denial_response(denial_of(error))
    await websocket.accept()
    await websocket.app.state.live.serve(websocket.receive, websocket.send, admission, handover_of(websocket.scope))


async def admit_screen(connection: HTTPConnection, state: State, address: str) -> Admission:
    """What a screen is granted, whatever the transport. Refuses: not_found, too_many."""
    async with state.database.read() as session:
        shown = await _opened(state, connection, session, address)
    await _note(state, shown)
    return _admission(shown)


def _admission(shown: screens.Shown) -> Admission:
    keys = {
        "public": log.public_stream(shown.roadshow.id),
        "speaker": log.speaker_stream(shown.roadshow.id),
        "danmaku": f"{shown.roadshow.id}/danmaku",
    }
    return Admission(
        streams={alias: keys[alias] for alias in screens.STREAMS[ScreenKind(shown.screen.kind)]},
        perform=_Nobody(),
        tags=frozenset({f"screen:{shown.screen.id}"}),
        owner=f"screen:{shown.screen.id}",
    )


@dataclass(frozen=True, slots=True)
class _Nobody:
    """A screen performs nothing."""

    async def __call__(self, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        answer = problem(ScreenOnly())
        return answer.status, answer.body


async def _note(state: State, shown: screens.Shown) -> None:
    if screens.is_worth_noting(shown.screen, datetime.now(UTC)):
        await state.commands.perform(
            Command(
                SYSTEM, lambda session, actor, now: screens.note_use(session, shown.screen.id, now=now),
                digest_of("screen used", shown.screen.id),
            )
        )  # fmt: skip
