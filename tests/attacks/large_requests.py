"""Bodies, heads and cookies of any size are sent by people nobody knows."""

from __future__ import annotations

import asyncio
import json

from server.bodies import STRANGER_BYTES
from tests.attacks.site import Site
from tests.attacks.wire import get, line, post

MIB = 1024 * 1024
UPLOAD = f"/api/v1/slots/{'0' * 26}/deck"
FIELDS = json.dumps({f"field{number}": "secret-value" for number in range(2500)}).encode()
COOKIES = ['roadshow="' + "\\" * 7000, "a=b;" * 3500, 'x="' + "\\042" * 3000 + '"; roadshow="' + "\\" * 50]
MOST_MORE_MIB = 64


async def attack(site: Site) -> list[str]:
    before, missed = site.peak_mib, []
    for _ in range(site.pick(2, 10)):
        told = await asyncio.gather(*(_pour(site, announced) for announced in (True, False) * 4))
        missed += [f"a body without end was answered {status}" for status in told if status not in {413, None}]
    if (status := await _told(site, post("/api/v1/session", len(FIELDS)) + FIELDS)) not in {413, 422}:
        missed.append(f"unknown fields were answered {status}")
    for cookie in COOKIES:
        if (status := await _told(site, get("/api/v1/me", f"Cookie: {cookie}"))) not in {200, 401}:
            missed.append(f"a cookie was answered {status}")
    for head in (get("/api/v1/me", f"X: {'a' * 40_000}"), get("/api/v1/me", *["X: a"] * 400)):
        if (status := await _told(site, head)) != 431:
            missed.append(f"a head without end was answered {status}")
    if (status := await _told(site, _upload())) not in {401, 403, 404, 413}:
        missed.append(f"an upload by a stranger was answered {status}")
    return missed + ([f"memory grew by {more} MiB"] if (more := site.peak_mib - before) > MOST_MORE_MIB else [])


async def _told(site: Site, request: bytes) -> int | None:
    async with line(site.address) as each:
        await each.say(request)
        return await each.status()


async def _pour(site: Site, announced: bool) -> int | None:
    """Send 16 MiB as fast as they are taken. The status; None where the server hung up before it could be read."""
    async with line(site.address) as each:
        length = 16 * MIB if announced else None
        await each.say(post("/api/v1/session", length))
        answer = asyncio.create_task(each.status())
        piece = b" " * STRANGER_BYTES
        framed = piece if announced else f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        for _ in range(16 * MIB // len(piece)):
            if answer.done() or not await each.say(framed):
                break
        return await answer


def _upload() -> bytes:
    head = post(UPLOAD, 20 * MIB, "Origin: http://127.0.0.1:8000", f"Cookie: roadshow={'A' * 43}")
    return head.replace(b"application/json", b"multipart/form-data; boundary=x") + b"x" * 30_000
