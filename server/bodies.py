"""How large a body may be, by who sends it where; decided before anybody reads it.

Strangers: 64 KiB. With a cookie or token, whatever it is worth: 256 KiB. Uploads have limits of their own; they
look at the credential before they read, and only as multipart forms.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.feeds.sources import MOST_BYTES as IMPORT_BYTES
from server import decks, evidence
from server.api.door import respond
from server.errors import TooLarge, problem

KIB: Final = 1024
MIB: Final = 1024 * KIB
STRANGER_BYTES: Final = 64 * KIB
BODY_BYTES: Final = 256 * KIB
UPLOADS: Final = (
    (re.compile(r"/api/v1/organizers/[^/]+/imports"), IMPORT_BYTES + 2 * MIB),
    (re.compile(r"/api/v1/slots/[^/]+/deck"), decks.MOST_BYTES + 2 * MIB),
    (re.compile(r"/api/v1/companies/[^/]+/[a-z-]+/[^/]+/evidence"), evidence.MOST_BYTES + 2 * MIB),
)
HEARD_SECONDS: Final = 2.0
HEARD_BYTES: Final = MIB


def most_bytes(scope: Scope) -> int:
    """The largest body this request may have."""
    headers = dict(scope["headers"])
    if headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
        for address, limit in UPLOADS:
            if address.fullmatch(scope["path"]):
                return limit
    return BODY_BYTES if b"authorization" in headers or b"cookie" in headers else STRANGER_BYTES


class Bodies:
    """Answers 413 to a body that is announced, or grows, larger than it may be; the rest of it is never kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = most_bytes(scope)
        if _announced(scope) > most:
            return await _refuse(scope, receive, send)
        taken, begun, over = 0, False, False

        async def hear() -> Message:
            nonlocal taken, over
            if over:
                return {"type": "http.disconnect"}
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                over = True
                return {"type": "http.disconnect"}
            return message

        async def tell(message: Message) -> None:
            nonlocal begun
            if not over or begun:
                begun = True
                await send(message)

        try:
            await self.app(scope, hear, tell)
        except Exception:
            if not over or begun:
                raise
        if over and not begun:
            await _refuse(scope, receive, send)


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """413 at once, then a moment of listening, so that a client still sending gets to read it; then the end."""
    response = respond(problem(TooLarge()))
    response.headers["Connection"] = "close"
    await send({"type": "http.response.start", "status": 413, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    try:
        async with asyncio.timeout(HEARD_SECONDS):
            heard, message = 0, await receive()
            while message["type"] == "http.request" and message.get("more_body") and heard < HEARD_BYTES:
                heard += len(message.get("body", b""))
                message = await receive()
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})
