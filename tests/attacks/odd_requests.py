"""What nobody could keep, in addresses, days, cursors and bodies, is sent to make the server fail or hang up."""

from __future__ import annotations

import re

from tests.attacks.site import Site
from tests.attacks.wire import Line, get, line, post

DEEP = b"[" * 30_000
BODIES = [
    DEEP,
    b'{"name":' * 4000,
    b'{"email":"a@example.com","password":"long enough","name":' + DEEP,
    rb'{"email":"a@example.com","password":"long enough","name":"a\u0000b"}',
    rb'{"email":"a@example.com","password":"long enough","name":"a\ud800b"}',
    b'{"name":"\xed\xa0\x80"}',
    b'{"name": NaN}',
    b'{"name": 1e999}',
    b"9" * 5000,
    '{"name":"x"}'.encode("utf-16"),
]
ADDRESSES = [
    "/%00",
    "/%ff",
    "/" + "a" * 300,
    "/assets/" + "a" * 300,
    "/assets/%00",
    "/api/v1/join/%00",
    "/api/v1/projects?q=%00",
    "/api/v1/projects?cursor=WyJcdWQ4MDAiLCJ4Il0",
    "/api/v1/projects?cursor=" + "W1tb" * 140,
    "/api/v1/calendar?from=0001-01-01&to=0001-01-02",
    "/api/v1/calendar?from=9999-12-30&to=9999-12-31",
]
GUARDS = (b"x-content-type-options", b"content-security-policy", b"x-request-id")


async def attack(site: Site) -> list[str]:
    missed: list[str] = []
    for path in ("/api/v1/accounts", "/api/v1/session"):
        for body in BODIES:
            missed += await _send(site, f"{path} {body[:40]!r}", post(path, len(body)) + body)
    for address in ADDRESSES:
        missed += await _send(site, address[:60], get(address))
    return missed


async def _send(site: Site, what: str, request: bytes) -> list[str]:
    """What went wrong with this request, or with an ordinary one behind it on the same connection."""
    async with line(site.address) as each:
        await each.say(request)
        status, head = await _answer(each)
        await each.say(get("/healthz"))
        after, _ = await _answer(each)
    wrong = [f"{what}: {status}"] if status >= 500 or status == 0 else []
    wrong += [f"{what}: without {name.decode()}" for name in GUARDS if name not in head.lower()]
    return wrong + ([f"{what}: the connection ended"] if after != 200 else [])


async def _answer(each: Line) -> tuple[int, bytes]:
    """Status and head of the next answer, its body read; 0 when there is none."""
    try:
        head = await each.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await each.reader.readexactly(int(length[1]) if length else 0)
    except (EOFError, OSError):
        return 0, b""
    return int(head.split(b" ", 2)[1]), head
