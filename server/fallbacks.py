"""The live room where WebSockets do not pass: server-sent events or long polls to hear, posts to act.

Who may come in and what they hear is decided as for the socket, at every request anew. A client that goes on
(`continued`) is told a refusal as the close code its socket would have got.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Header, Query, Request, Response
from starlette.types import Receive, Scope, Send

from events.errors import Refusal
from realtime.admission import Admission
from realtime.fallback import Lines, Place, answer_of, closed_frame
from realtime.frames import CloseCode
from server import auth
from server.api.door import Identifier, State, Write, names, routes_of, state_of
from server.api.screens import Address, admit_screen
from server.errors import BadRequest, TooLarge, status_of
from server.sockets import admit

MAX_POST_BYTES = 256 * 1024
MAX_WAIT = 25
CODES = {401: CloseCode.AUTH, 403: CloseCode.ROOM, 404: CloseCode.ROOM, 410: CloseCode.OVER}
Responses = dict[int | str, dict[str, Any]]
FOLLOW = "STREAM, or STREAM:SEQ:EPOCH to go on after entry SEQ"
Follow = Annotated[
    list[Annotated[str, Query(pattern=r"^[a-z]{1,32}(:\d{1,15}:[^:\s]{0,64})?$")]],
    Query(min_length=1, max_length=8, description=FOLLOW, examples=[["public"]]),
]
Continued = Annotated[bool, Query(description="Going on: no welcome, and a refusal comes as a `closed` frame")]
Wait = Annotated[float, Query(ge=0, le=MAX_WAIT, description="Seconds to wait for news")]
Last = Annotated[str | None, Header(alias="Last-Event-ID", max_length=128)]
HEARD: Responses = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
FRAMES: Responses = {200: {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}}
SENT = {
    "required": True,
    "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}, "example": []}}},
}

router = routes_of("live")


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a client stands, and whether it goes on from an earlier answer."""

    places: list[Place]
    continued: bool

    @classmethod
    def of(cls, follow: list[str], continued: bool, last_event_id: str | None = None) -> Asked:
        """What a request asks for."""
        return cls(_after(last_event_id, [Place.parse(each) for each in follow]), continued)


class EventStream(Response):
    """A response that is written as long as the room has something to say."""

    media_type = "text/event-stream"

    def __init__(self, serve: Callable[[Lines, Receive, Callable[[bytes], Awaitable[None]]], Awaitable[None]]) -> None:
        super().__init__()
        self.headers["Cache-Control"] = "no-store, no-transform"
        self.headers["X-Accel-Buffering"] = "no"
        del self.headers["content-length"]
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(data: bytes, *, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": more})

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await self._serve(scope["app"].state.lines, receive, write)
        await write(b"", more=False)


@router.get(
    "/roadshows/{roadshow_id}/live/events",
    status_code=200, response_class=EventStream, responses=HEARD, openapi_extra=names("public"),
)  # fmt: skip
async def live_events(
    roadshow_id: Identifier, request: Request, follow: Follow, continued: Continued = False, last_event_id: Last = None
) -> Response:
    """Follow a room as server-sent events; every `data` is a frame of the socket. Ends after 40 s: go on from there."""
    asked = Asked.of(follow, continued, last_event_id)
    return events(asked, await _granted(request, asked, lambda state: admit(request, state, roadshow_id)))


@router.get("/roadshows/{roadshow_id}/live/poll", responses=FRAMES, openapi_extra=names("public"))
async def live_poll(
    roadshow_id: Identifier, request: Request, follow: Follow, continued: Continued = False, wait: Wait = MAX_WAIT
) -> Response:
    """Follow a room by long polls: an array of the socket's frames, as soon as there is news."""
    asked = Asked.of(follow, continued)
    granted = await _granted(request, asked, lambda state: admit(request, state, roadshow_id))
    return await poll(request, asked, granted, 0 if "roadshow.is_head" in request.scope else wait)


@router.get(
    "/screens/{address}/events",
    status_code=200, response_class=EventStream, responses=HEARD, openapi_extra=names("public"),
)  # fmt: skip
async def screen_events(
    address: Address, request: Request, follow: Follow, continued: Continued = False, last_event_id: Last = None
) -> Response:
    """Follow what a screen shows as server-sent events."""
    asked = Asked.of(follow, continued, last_event_id)
    return events(asked, await _granted(request, asked, lambda state: admit_screen(request, state, address)))


@router.get("/screens/{address}/poll", responses=FRAMES, openapi_extra=names("public"))
async def screen_poll(
    address: Address, request: Request, follow: Follow, continued: Continued = False, wait: Wait = MAX_WAIT
) -> Response:
    """Follow what a screen shows by long polls."""
    asked = Asked.of(follow, continued)
    granted = await _granted(request, asked, lambda state: admit_screen(request, state, address))
    return await poll(request, asked, granted, 0 if "roadshow.is_head" in request.scope else wait)


@router.post(
    "/roadshows/{roadshow_id}/live/frames",
    responses=FRAMES, openapi_extra=names("public") | {"requestBody": SENT},
)  # fmt: skip
async def live_frames(roadshow_id: Identifier, request: Request, door: Write) -> Response:
    """Send an array of the socket's frames; answers theirs, acks after commit. A repeat is one by its `cmd_id`."""
    frames = _array(await request.body())
    granted = await admit(request, door.state, roadshow_id)
    lines: Lines = request.app.state.lines
    return _frames(await lines.exchange(granted, frames))


def events(asked: Asked, granted: Admission | CloseCode) -> Response:
    """A response that streams."""

    async def serve(lines: Lines, receive: Receive, write: Callable[[bytes], Awaitable[None]]) -> None:
        if isinstance(granted, CloseCode):
            return await write(f"data: {closed_frame(granted).text}\n\n".encode())
        await lines.events(granted, asked.places, greets=not asked.continued, gone=_gone(receive), write=write)

    return EventStream(serve)


async def poll(request: Request, asked: Asked, granted: Admission | CloseCode, wait: float) -> Response:
    """A response with what is new."""
    if isinstance(granted, CloseCode):
        return _frames(answer_of([closed_frame(granted).text]))
    lines: Lines = request.app.state.lines
    return _frames(await lines.poll(granted, asked.places, greets=not asked.continued, seconds=wait))


async def _granted(
    request: Request, asked: Asked, admitted: Callable[[State], Awaitable[Admission]]
) -> Admission | CloseCode:
    """What is granted, or why a line that was open must close. Refuses: cross_site; unless continued, as `admitted`."""
    state: State = state_of(request)
    auth.check_origin(request, state.settings)
    try:
        admission = await admitted(state)
    except Refusal as refusal:
        if asked.continued and status_of(refusal) in CODES:
            return CODES[status_of(refusal)]
        raise
    had = {place.stream for place in asked.places if place.seq is not None}
    if asked.continued and not had <= admission.streams.keys():
        return CloseCode.AUTH if admission.owner is None else CloseCode.ROOM
    return admission


def _after(last_event_id: str | None, places: list[Place]) -> list[Place]:
    """The same places, that of the last event read moved to where it said."""
    try:
        last = Place.parse(last_event_id or "")
    except ValueError:
        return places
    return [last if place.stream == last.stream else place for place in places]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _array(body: bytes) -> list[bytes]:
    """The frames of a post, each as it was written. Refuses: too_large, validation_failed."""
    if len(body) > MAX_POST_BYTES:
        raise TooLarge
    try:
        return [bytes(each) for each in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest(fields=1) from None


def _frames(body: bytes) -> Response:
    return Response(body, media_type="application/json")
