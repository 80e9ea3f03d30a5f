"""What every HTTP request passes before the application: odd text is refused, HEAD is GET without a body, and a crash
is an answer like any other.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_to_bytes

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.plain import NotPlain, refuse_odd
from server.api.door import respond
from server.errors import BadRequest, Crashed, RouteNotFound, problem

logger = structlog.get_logger()
MAX_ADDRESS: Final = 8192
ODD_TEXT = {
    "zh-CN": "包含无法保存的文字、数字，或嵌套过深。",
    "en": "Holds text or numbers that cannot be kept, or is nested too deep.",
}


class WellFormed:
    """Refuses, before anybody looks at it, what neither database could keep: NUL and broken UTF-8 in an address, a
    header or a JSON body, half characters, numbers without end, and nesting without end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if not _is_plain_address(scope):
            answer = respond(problem(BadRequest(fields=1) if scope["path"].startswith("/api/") else RouteNotFound()))
            return await answer(scope, receive, send)
        if not _has_json(scope):
            return await self.app(scope, receive, send)
        body, receive = await _whole(receive)
        try:
            refuse_odd(body)
        except NotPlain:
            odd = {"loc": ["body"], "type": "not_plain", "message": ODD_TEXT}
            return await respond(problem(BadRequest(fields=1), errors=[odd]))(scope, receive, send)
        await self.app(scope, receive, send)


def _is_plain_address(scope: Scope) -> bool:
    raw: bytes = scope.get("raw_path") or scope["path"].encode(errors="surrogatepass")
    if len(raw) + len(scope["query_string"]) > MAX_ADDRESS or any(b"\0" in value for _, value in scope["headers"]):
        return False
    address = unquote_to_bytes(raw + b"?" + scope["query_string"])
    try:
        return "\x00" not in address.decode()
    except UnicodeDecodeError:
        return False


def _has_json(scope: Scope) -> bool:
    """Whether a body may come that is read as JSON; one without a type may be."""
    if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return False
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"json")
    return b"json" in kind.lower()


async def _whole(receive: Receive) -> tuple[bytes, Receive]:
    """The body, and a `receive` that gives it once more."""
    parts: list[bytes] = []
    last: Message = {"type": "http.request", "body": b"", "more_body": True}
    while last["type"] == "http.request" and last.get("more_body", False):
        last = await receive()
        parts.append(last.get("body", b""))
    body = b"".join(parts)
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    if last["type"] != "http.request":
        kept = [last]

    async def again() -> Message:
        return kept.pop() if kept else await receive()

    return body, again


class HeadAsGet:
    """HEAD gets the status and the headers GET would get, and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)
        begun = False

        async def begin(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await send(message)

        async def hear() -> Message:
            """Whoever writes on and on is told that nobody listens any longer."""
            return {"type": "http.disconnect"} if begun else await receive()

        await self.app({**scope, "method": "GET", "roadshow.is_head": True}, hear, begin)
        if begun:
            await send({"type": "http.response.body", "body": b""})


class Crashes:
    """An error nobody expected is a 500 with every header, and the connection goes on; it is logged with its trace."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if begun:
                raise
            logger.exception("request_crashed")
            await respond(problem(Crashed()))(scope, receive, send)
