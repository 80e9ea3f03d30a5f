"""Hundreds of strangers begin a request, of every kind, and never end it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.attacks.site import Site
from tests.attacks.wire import get, line, post

HALVES = [
    b"",
    b"\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    get("/api/v1/live", "Connection: Upgrade", "Upgrade: websocket")[:-2],
    post("/api/v1/session", 40) + b'{"email":',
    post("/api/v1/session", None) + b"5\r\n12",
]
ENDS_WITHIN = 30.0


async def attack(site: Site) -> list[str]:
    """In the quick form they are there; in the whole one each has to be ended by the server."""
    async with AsyncExitStack() as stack:
        lines = []
        for number in range(site.pick(120, 600)):
            each = await stack.enter_async_context(line(site.address))
            await each.say(HALVES[number % len(HALVES)])
            lines.append(each)
        if site.is_quick:
            await asyncio.sleep(1)
            return []
        ended = await asyncio.gather(*(each.is_hung_up(ENDS_WITHIN) for each in lines))
    return [f"{ended.count(False)} halves of requests were still waited for"] if not all(ended) else []
