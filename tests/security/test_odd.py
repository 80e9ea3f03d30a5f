"""No 5xx from what is sent: odd calls at every route, and the members of each kind that once got one."""

from __future__ import annotations

import base64
import json
import re
from typing import Annotated, Any
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter, ValidationError

from events.base_schemas import In
from server.app import create_app
from server.settings import Settings
from tests.lines import cookie_of
from tests.security.odd import CURSORS, Call, Got, Oddity, knock
from tests.security.place import Place
from tests.world import World

PREFIX = "/api/v1"
SEED = 20261129
PLACES = 1500
"""So many calls at most at one place: what they delete and archive is missed by the next."""


def parameters() -> dict[str, list[str]]:
    """The query parameters of every route."""
    paths = create_app(Settings(database_url="sqlite:////nowhere/at/all")).openapi()["paths"]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": [
            each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
        ]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize("calls", [500, pytest.param(20_000, marks=pytest.mark.full)])
async def test_odd_calls_are_answered_and_never_with_5xx(world: World, calls: int) -> None:
    known, wrong = parameters(), []
    for begun in range(0, calls, PLACES):
        place = await Place.lay_out(world)
        oddity = Oddity(place, known, SEED + begun)
        for _ in range(min(PLACES, calls - begun)):
            call = await oddity.call()
            got = await knock(world.app, call)
            if fault := fault_of(got):
                wrong.append(f"{fault}: {call}")

    assert not wrong, f"{len(wrong)} of {calls}\n" + "\n".join(wrong[:20])


def fault_of(got: Got) -> str:
    """What is wrong with an answer, if anything."""
    if got.status >= 500 or got.status == 0:
        return f"{got.status} {got.body[:200]!r}"
    missing = {"x-content-type-options", "content-security-policy", "x-request-id"} - got.headers.keys()
    return f"{got.status} without {sorted(missing)}" if missing else ""


ROADSHOWS = "/api/v1/organizers/01JD3V0000000000000000000A/roadshows"
DEEP = b"[" * 60_000
REFUSED = [
    ("POST", "/api/v1/accounts", DEEP, 422),
    ("POST", "/api/v1/accounts", b"[" * 100_000, 413),
    ("POST", "/api/v1/accounts", b'{"name":' * 7_000, 422),
    ("POST", "/api/v1/accounts", b'{"email":"a@example.com","password":"long enough","name":' + DEEP, 422),
    ("POST", "/api/v1/accounts", '{"name":"x"}'.encode("utf-16"), 422),
    ("POST", "/api/v1/accounts", b'{"name":"\xed\xa0\x80"}', 422),
    ("DELETE", "/api/v1/session", DEEP, 422),
    ("DELETE", "/api/v1/session", b'{"x": NaN}', 422),
    ("DELETE", "/api/v1/session", b'{"x": 1e999}', 422),
    ("DELETE", "/api/v1/session", b'{"x": %s}' % (b"9" * 5000), 422),
    ("GET", "/%00", b"", 404),
    ("GET", "/a%00b.js", b"", 404),
    ("GET", "/%ff", b"", 404),
    ("GET", "/assets/%00", b"", 404),
    ("GET", "/assets/" + "a" * 300, b"", 404),
    ("GET", "/api/v1/join/%00", b"", 422),
    ("GET", "/api/v1/projects?q=%00", b"", 422),
    ("GET", "/api/v1/projects?q=%ed%a0%80", b"", 422),
    ("GET", "/api/v1/calendar?from=0001-01-01&to=0001-01-02", b"", 422),
    ("GET", "/api/v1/calendar?from=9999-12-30&to=9999-12-31", b"", 422),
    ("GET", f"{ROADSHOWS}?from=0001-01-01T00:00:00%2B14:00", b"", 401),
    ("GET", f"{ROADSHOWS}?to=9999-12-31T23:59:59-14:00", b"", 401),
]


@pytest.mark.parametrize(("method", "address", "body", "status"), REFUSED)
async def test_what_nobody_could_keep_is_refused(
    small_world: World, method: str, address: str, body: bytes, status: int
) -> None:
    headers = {"host": "127.0.0.1:8000", "content-type": "application/json"}

    got = await knock(small_world.app, Call(method, address.encode(), headers, body))

    assert (got.status, fault_of(got)) == (status, "")


@pytest.mark.parametrize("name", ["/" + "a" * 300, "/" + "a/" * 200])
async def test_a_page_whose_name_no_file_system_takes_is_the_page(small_world: World, name: str) -> None:
    got = await knock(small_world.app, Call("GET", name.encode(), {}, b""))

    assert (got.status in {200, 404}, fault_of(got)) == (True, "")


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("path", ["/projects", "/organizers"])
async def test_cursor_of_somebodys_own_making_is_refused(world: World, path: str, cursor: str) -> None:
    text = base64.urlsafe_b64encode(cursor.encode(errors="surrogatepass")).decode()[:590].rstrip("=")

    answer = await (await world.stranger()).get(path, params={"cursor": text})

    assert answer.status_code in {200, 422}


async def test_crash_is_an_answer_with_every_header(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("server.auth.credentials", crash)

    got = await knock(small_world.app, Call("GET", b"/api/v1/me", {}, b""))

    assert (got.status, json.loads(got.body)["code"]) == (500, "internal_error")
    assert {"content-security-policy", "x-content-type-options", "x-request-id"} <= got.headers.keys()


ENDS_OF_TIME = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"]


def test_every_day_and_moment_in_a_body_has_bounds() -> None:
    known = [In]
    for kind in known:
        known += kind.__subclasses__()
    timed = {
        f"{kind.__name__}.{name}": Annotated[field.annotation, field]  # type: ignore[name-defined]
        for kind in known
        for name, field in kind.model_fields.items()
        if "date" in str(field.annotation).lower()
    }

    assert len(timed) > 5
    assert [name for name, kind in timed.items() if any(_takes(kind, text) for text in ENDS_OF_TIME)] == []


async def test_every_day_and_moment_in_a_query_has_bounds(small_world: World) -> None:
    headers = {key.lower(): value for key, value in cookie_of(await small_world.person()).items()}
    document, taken = create_app(Settings(database_url="sqlite:////nowhere/at/all")).openapi(), []
    for path, methods in document["paths"].items():
        for each in methods.get("get", {}).get("parameters", []):
            if '"format": "date' in json.dumps(each):
                address = re.sub(r"{file}", "intents.csv", re.sub(r"{\w+_id}", "01JD3V0000000000000000000A", path))
                for text in ENDS_OF_TIME:
                    query = f"{address}?{each['name']}={quote(text)}"
                    got = await knock(small_world.app, Call("GET", query.encode(), headers, b""))
                    taken.append((query, got.status, each["name"] in json.dumps(json.loads(got.body).get("errors"))))

    assert len(taken) > 20
    assert [each for each in taken if each[1:] != (422, True)] == []


def _takes(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True
