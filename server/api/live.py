"""The live room over HTTP: guests, join codes, snapshots, and a twin of every live command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Path, Request, Response
from pydantic import BaseModel

from events.accounts.models import User
from events.accounts.schemas import UserView
from events.accounts.users import add_guest, view_user
from events.base import new_id
from events.base_schemas import In
from events.errors import NotFound
from events.live.mine import mine
from events.live.queries import by_join_code
from events.live.schemas import GuestIn, JoinView, MineView
from events.live.snapshots import snapshot
from events.plain import plain
from server.api.accounts import first_sign_in
from server.api.door import Door, Identifier, Read, Write, names, respond, routes_of
from server.errors import Answer
from server.intents import intents_of
from server.limits import client_address
from server.live import enter, perform, streams_of
from server.live_commands import LIVE_COMMANDS, LiveCommand
from server.wire import live_wire_yaml

router = routes_of("live")


class SnapshotView(BaseModel):
    """A stream's state at exactly `seq`; the socket resumes from there."""

    stream: str
    epoch: str
    seq: int
    state: dict[str, Any]


@router.get("/join/{code}", response_model=JoinView, openapi_extra=names("public"))
async def join(code: Annotated[str, Path(max_length=16)], read: Read) -> JoinView:
    """The roadshow a join code leads to."""
    return await by_join_code(read.session, code)


@router.post("/roadshows/{roadshow_id}/guests", status_code=201, response_model=UserView, openapi_extra=names("public"))
async def join_as_guest(roadshow_id: Identifier, data: GuestIn, request: Request, door: Write) -> Response:
    """Come in with a nickname. Who is signed in already stays who they are; a repeat comes in as another guest."""
    async with door.state.database.read() as session:
        await enter(session, door.actor, roadshow_id)
        if door.actor.user_id is not None:
            user = await session.get_one(User, door.actor.user_id)
            return Response(view_user(user).model_dump_json(), 201, media_type="application/json")
    await door.state.limits.hit("guest", client_address(request, door.state.settings))

    async def join(door: Door) -> Answer:
        return await door.perform(lambda session, actor, now: add_guest(session, actor, data.name, now=now), status=201)

    answer = await join(door)
    if answer.is_repeat:
        answer = await join(replace(door, cmd_id=new_id()))
    return await first_sign_in(door, answer)


class YamlResponse(Response):
    media_type = "application/yaml"


DOCUMENT = {"content": {"application/yaml": {"schema": {"type": "object"}}}}


@router.get("/asyncapi.yaml", response_class=YamlResponse, responses={200: DOCUMENT}, openapi_extra=names("public"))
async def asyncapi() -> YamlResponse:
    """The live wire as an AsyncAPI 3 document."""
    return YamlResponse(live_wire_yaml())


@router.get("/roadshows/{roadshow_id}/live/snapshot", response_model=SnapshotView, openapi_extra=names("public"))
async def live_snapshot(
    roadshow_id: Identifier, read: Read, stream: Literal["public", "user", "staff", "speaker"] = "public"
) -> SnapshotView:
    """What a socket would be sent on subscribing to this stream."""
    entered = await enter(read.session, read.actor, roadshow_id)
    key = streams_of(read.actor, entered).get(stream)
    if key is None:
        raise NotFound
    epoch, seq, state = await snapshot(read.session, key, intents_of)
    return SnapshotView(stream=stream, epoch=epoch, seq=seq, state=state)


@router.get("/roadshows/{roadshow_id}/live/mine", response_model=MineView, openapi_extra=names("guest"))
async def live_mine(roadshow_id: Identifier, read: Read) -> MineView:
    """What the person did here in bulk: read on entering and after each reconnect; acks keep it current."""
    user_id = read.actor.require_user()
    await enter(read.session, read.actor, roadshow_id)
    return await mine(read.session, roadshow_id, user_id)


def _endpoint(name: str, command: LiveCommand) -> Callable[..., Awaitable[Response]]:
    """The HTTP twin of one live command: same body, same answer, same repeat."""

    async def endpoint(roadshow_id: str, data: In, request: Request, door: Door) -> Response:
        body = plain(await request.body())
        return respond(await perform(door.state, door.actor, roadshow_id, name, door.cmd_id, body))

    endpoint.__name__ = name.replace(".", "_")
    endpoint.__doc__ = (command.service.__doc__ or "").strip()
    endpoint.__annotations__ |= {
        "roadshow_id": Identifier, "data": command.body, "request": Request, "door": Write, "return": Response,
    }  # fmt: skip
    return endpoint


for _name, _command in LIVE_COMMANDS.items():
    router.add_api_route(
        f"/roadshows/{{roadshow_id}}/live/{_name}",
        _endpoint(_name, _command),
        methods=["POST"],
        response_model=_command.view,
        openapi_extra=names(_command.permission),
    )
