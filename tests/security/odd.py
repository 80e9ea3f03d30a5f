"""Calls nobody sends by mistake: each route with text, numbers, dates, cursors and bodies at the edge of their kind."""

from __future__ import annotations

import base64
import json
import random
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

from starlette.types import ASGIApp, Message

from events.base import new_id
from tests.security.place import Place
from tests.security.routes import ROUTES
from tests.security.table import Row, Who
from tests.world import ORIGIN, Person

MARK = "@@odd@@"
TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "a" * 300,
    "a" * 30_000,
    "\u202e王",
    "\u3164",
    "🫨",
    "\ufffe",
    "../../etc/passwd",
    "'\"<>",
    "%",
    "%00",
    "\\",
    "٣",
    "²",
    "-1",
    "1e999",
    "9" * 400,
    "NaN",
    "null",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0000-00-00",
    "2026-12-01T25:00:00Z",
    "2026-12-01T14:30:00",
    "+12026-01-01",
    "253402300800",
]
RAW = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "1" * 400,
    "-9223372036854775809",
    "9223372036854775807",
    "1e20",
    "4294967296",
    "9007199254740993",
    "-1",
    "0.1",
    "null",
    "true",
    "[]",
    "{}",
    r'"\ud800"',
    r'"\udfff\ud800"',
    r'"\u0000"',
    '"' + "a" * 30_000 + '"',
    "[" * 100 + "]" * 100,
    '{"a":' * 100 + "1" + "}" * 100,
    "[" * 3000,
    r'{"\ud800":1}',
    r'{"\u0000":1}',
]
BODIES = [
    b"",
    b"null",
    b"[]",
    b'"',
    b"{",
    b"\xff\xfe",
    b'"\xed\xa0\x80"',
    '{"name":"x"}'.encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"[" * 100_000 + b"]" * 100_000,
    b"NaN",
    b"1e999",
    b"1" * 5000,
    b'{"name":"' + b"a" * 30_000 + b'"}',
    b"\x00" * 10,
    rb'{"name":"\ud800"}',
    b'{"name":"\\u0000"}',
    b"--b\r\n\r\n--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="\x00.csv"\r\n\r\nx\r\n--b\r\n'
    b'Content-Disposition: form-data; name="kind"\r\n\r\ncompanies\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\n\xff\xfe\r\n--b--\r\n',
    b"a=%ff&b=%00",
]
KINDS = [
    "application/json",
    "application/json; charset=nonsense",
    "text/plain",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "multipart/form-data; boundary=b; charset=nonsense",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json",
    "application/xml",
    "",
    ";;;",
    "é",
]
CURSORS = [
    '["\ud800","x"]',
    '["\x00","x"]',
    '["0001-01-01T00:00:00+14:00","x"]',
    '["9999-12-31T23:59:59-14:00","x"]',
    "[1e999,1]",
    "[" * 100_000,
    "[9223372036854775808,1]",
    "[NaN,NaN]",
    "[]",
    "{}",
    "null",
    '["x"]',
    '["x","x","x"]',
    "[1,2]",
]
HEADERS = {
    "if-match": ['"1"', "", '"99999999999999999999"', '"²"', "*", "é", '"999999999999999"'],
    "if-none-match": ["*", "é", '"', ","],
    "if-modified-since": ["Thu, 01 Jan 0001 00:00:00 GMT", "x", "Fri, 31 Dec 9999 23:59:59 -1400"],
    "range": ["bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 500, "x", "bytes=99999999999999999999-"],
    "idempotency-key": ["", "é", "k" * 80, "k" * 81, "\x01"],
    "last-event-id": ["public:99999999999999999999:x", "é", ":::"],
    "accept-language": ["é", "zz-" * 100],
    "x-forwarded-for": ["é", "1.2.3.4, x"],
    "cookie": ["é=é", "=;;=", "roadshow=\\"],
}
PAGES = [
    "/",
    "/%00",
    "/" + "a" * 300,
    "/" + "a/" * 200,
    "/%ff",
    "/%ED%A0%80",
    "/assets/%00",
    "/assets/" + "a" * 300,
    "/assets/..%2f..",
    "/s/%00",
    "/s/x",
    "//",
    "/healthz",
    "/metrics",
    "/api",
    "/api/v1/",
    "/api/v1/%00",
    "/api/v1/" + "a" * 300,
    "/.%2e/",
    "/?q=%00",
    "/?q=" + "a" * 9000,
    "/api/v1/openapi.json",
    "/api/v1/asyncapi.yaml",
    "/favicon.ico",
    "/\u202e",
]
SPARED = {"DELETE /session"}
"""A login that is ended makes every later call a stranger's."""


@dataclass(slots=True)
class Got:
    """What a call was answered."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    address: bytes
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        shown = self.body if len(self.body) < 300 else self.body[:200] + b"..."
        return f"{self.method} {self.address[:300]!r} {self.headers} {shown!r}"


async def knock(app: ASGIApp, call: Call) -> Got:
    """The call as a server would hand it on; whoever calls has gone once it was answered."""
    got, sent = Got(), [{"type": "http.request", "body": call.body, "more_body": False}]
    path, _, query = call.address.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": call.method, "scheme": "http",
        "path": _unquoted(path), "raw_path": path, "query_string": query, "root_path": "", "app": app,
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in call.headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            got.body += message.get("body", b"")

    await app(scope, receive, send)
    return got


def _unquoted(path: bytes) -> str:
    """As uvicorn does it."""
    return unquote(path.decode("ascii"))


class Oddity:
    """Makes calls out of the permission table: known to be let in, but for what is odd about them."""

    def __init__(self, place: Place, parameters: dict[str, list[str]], seed: int) -> None:
        self.place = place
        self.dice = random.Random(seed)
        self.parameters = parameters
        self.names = sorted(ROUTES.keys() - SPARED)

    async def call(self) -> Call:
        if self.dice.random() < 0.08:
            return self._page()
        name = self.dice.choice(self.names)
        method, path = name.split(" ", 1)
        row, who = ROUTES[name], self.dice.choice(list(Who))
        things = await self._things(path, row)
        person = self.place.people[who]
        headers = self._headers(person)
        body = self._body(method, row, things, headers)
        if row.version or self.dice.random() < 0.1:
            headers["if-match"] = self.dice.choice(HEADERS["if-match"])
        address = self._path(path, things) + self._query(name, row, things)
        if method == "GET":
            method = self.dice.choice(["GET"] * 4 + ["HEAD"])
        if self.dice.random() < 0.02:
            method = self.dice.choice(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "TRACE", "X"])
        return Call(method, address.encode(), headers, body)

    def _page(self) -> Call:
        path = quote(self.dice.choice(PAGES), safe="/%?=&.")
        odd = self.dice.choice(sorted(HEADERS))
        headers = {"host": "127.0.0.1:8000", odd: self.dice.choice(HEADERS[odd])}
        return Call(self.dice.choice(["GET", "HEAD", "POST"]), path.encode(), headers, b"")

    async def _things(self, path: str, row: Row) -> dict[str, str]:
        names = {*re.findall(r"{(\w+)}", path), *re.findall(r"\$(\w+)", f"{row.body} {row.query}")} - {"uuid"}
        wanted = {name: row.ids.get(name, name) for name in sorted(names)}
        return {
            name: await self.place.get(thing) if self.place.has(thing) else new_id() for name, thing in wanted.items()
        }

    def _headers(self, person: Person) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
        headers = {
            "host": "127.0.0.1:8000",
            "origin": ORIGIN,
            "idempotency-key": str(uuid4()),
            "x-csrf-token": person.csrf,
        }
        if cookie:
            headers["cookie"] = cookie
        if authorization := person.client.headers.get("authorization"):
            headers["authorization"] = authorization
        if self.dice.random() < 0.15:
            name = self.dice.choice(sorted(HEADERS))
            headers[name] = self.dice.choice(HEADERS[name])
        return headers

    def _path(self, path: str, things: dict[str, str]) -> str:
        parts = re.findall(r"{(\w+)}", path)
        odd = self.dice.choice(parts) if parts and self.dice.random() < 0.15 else None
        for part in parts:
            thing = self.dice.choice(TEXTS) if part == odd else things[part]
            path = path.replace(f"{{{part}}}", _quoted(thing[:4000]))
        return f"/api/v1{path}"

    def _query(self, name: str, row: Row, things: dict[str, str]) -> str:
        query = re.sub(r"\$(\w+)", lambda found: things.get(found[1], ""), row.query)
        known = self.parameters.get(name, [])
        pairs = [query.removeprefix("?")] if query else []
        pairs += ["wait=0"] if "wait" in known else []
        for each in self.dice.sample(known, k=min(len(known), self.dice.choice([0, 1, 2]))):
            text = self._cursor() if each == "cursor" else self.dice.choice(TEXTS)[:3000]
            pairs.append(f"{each}={_quoted(text)}")
        return "?" + "&".join(pairs) if pairs else ""

    def _cursor(self) -> str:
        text = self.dice.choice(CURSORS).encode(errors="surrogatepass")
        return self.dice.choice([base64.urlsafe_b64encode(text).decode(), "é", "=", "%%%"])[:590]

    def _body(self, method: str, row: Row, things: dict[str, str], headers: dict[str, str]) -> bytes:
        if method in {"GET", "DELETE"} and self.dice.random() < 0.9:
            return b""
        headers["content-type"] = "application/json"
        if self.dice.random() < 0.25 or (row.files and self.dice.random() < 0.5):
            headers["content-type"] = self.dice.choice(KINDS)
            return self.dice.choice(BODIES)
        body = _filled(row.body if row.body is not None else {}, things)
        text = self._odd_at(body) if self.dice.random() < 0.8 else json.dumps(body)
        return text.encode(errors="surrogatepass")

    def _odd_at(self, body: Any) -> str:
        """The body with something odd in place of one of its parts, or beside them."""
        odd = self.dice.choice([*RAW, *(json.dumps(text) for text in TEXTS)])
        spots = list(_spots(body))
        where = self.dice.choice(spots) if spots else None
        if where is None:
            return odd
        holder, key = where
        kept = holder[key]
        holder[key] = MARK
        text = json.dumps(body)
        holder[key] = kept
        return text.replace(f'"{MARK}"', odd)


def _quoted(text: str) -> str:
    return quote(text.encode(errors="surrogatepass"), safe="")


def _filled(body: Any, things: dict[str, str]) -> Any:
    """A copy with every `$name` replaced."""
    if isinstance(body, str):
        return re.sub(r"\$(\w+)", lambda found: things.get(found[1], str(uuid4())), body)
    if isinstance(body, dict):
        return {key: _filled(value, things) for key, value in body.items()}
    return [_filled(value, things) for value in body] if isinstance(body, list) else body


def _spots(body: Any) -> Any:
    """Every place in it that holds something: the holder and the key."""
    if isinstance(body, dict | list):
        keys = list(body) if isinstance(body, dict) else range(len(body))
        for key in keys:
            yield body, key
            yield from _spots(body[key])
