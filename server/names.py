"""What a request says of itself before anybody believes it: which site it thinks this is, and our own cookie.

A page of another site can point its own name at this machine (DNS rebinding) and then counts as this site for the
browser, so names are believed only where they are known. A bare address cannot be pointed anywhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from events.errors import Refusal
from server import auth
from server.api.door import respond
from server.errors import STATUS, TITLES, problem
from server.settings import LOOPBACK, Settings

SECRET: Final = re.compile(rb"[A-Za-z0-9_-]{1,128}")


class UnknownHost(Refusal):
    """421: the request names a site that this server is not."""

    code = "unknown_host"
    zh, en = "该网址不属于本站。", "This server is not known by that name."
    fix_zh, fix_en = (
        "请使用本站的网址；管理员可用 ROADSHOW_BASE_URL 或 ROADSHOW_HOSTS 添加名称。",
        "Use this site's own address; an operator adds names with ROADSHOW_BASE_URL or ROADSHOW_HOSTS.",
    )


STATUS[UnknownHost] = 421
TITLES[421] = "Misdirected Request"


def own_cookie(header: bytes, name: bytes) -> bytes | None:
    """The last value of this cookie in one pass; None where it is absent or is no secret of ours."""
    found = None
    for pair in header.split(b";"):
        key, _, value = pair.strip().partition(b"=")
        if key.strip() == name:
            found = value.strip()
    return found if found is not None and SECRET.fullmatch(found) else None


class OwnCookie:
    """Leaves nothing of a request's cookies but our own, so that no general parser ever reads what a stranger sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            sent = [value for name, value in scope["headers"] if name.lower() == b"cookie"]
            if sent:
                own = auth.cookie_name(scope["app"].state.settings).encode()
                kept = [pair for pair in scope["headers"] if pair[0].lower() != b"cookie"]
                secret = own_cookie(b";".join(sent), own)
                if secret is not None:
                    kept.append((b"cookie", own + b"=" + secret))
                scope["headers"] = kept
        await self.app(scope, receive, send)


class OwnHost:
    """Refuses a request of this kind whose Host is a name this site does not have: unknown_host."""

    def __init__(self, app: ASGIApp, kind: Literal["http", "websocket"]) -> None:
        self.app = app
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == self._kind:
            hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
            if len(hosts) > 1 or (hosts and not is_own_host(hosts[0].decode("latin-1"), scope["app"].state.settings)):
                answer = respond(problem(UnknownHost()))
                if scope["type"] == "http":
                    return await answer(scope, receive, send)
                return await WebSocket(scope, receive, send).send_denial_response(answer)
        await self.app(scope, receive, send)


def is_own_host(host: str, settings: Settings) -> bool:
    """Whether this Host header names this site: a bare address, or a name that is known here."""
    text = host.lower()
    name = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]
    return name.rstrip(".") in _known(settings.base_url, settings.host, settings.hosts) or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@lru_cache
def _known(base_url: str, host: str, hosts: str) -> frozenset[str]:
    more = {each.strip().lower() for each in hosts.split(",") if each.strip()}
    own = {host.lower(), socket.gethostname().lower(), urlsplit(base_url).hostname or ""} - {""}
    return frozenset({*LOOPBACK, *own, *more})
