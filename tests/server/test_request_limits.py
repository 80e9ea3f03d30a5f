"""What is refused at the door: bodies too large, cookies of others, names this site does not have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from server import auth
from server.bodies import BODY_BYTES, STRANGER_BYTES, UPLOADS, Bodies, most_bytes
from server.names import OwnCookie, OwnHost, is_own_host, own_cookie
from server.settings import Settings
from tests.world import ORIGIN, World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 16384


async def test_stranger_who_announces_too_much_is_refused(world: World) -> None:
    stranger = await world.stranger()

    refused = await stranger.client.post("/api/v1/session", content=b" " * (STRANGER_BYTES + 1))

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.headers["x-content-type-options"] == "nosniff"


async def test_body_that_grows_too_large_is_refused_while_it_is_read(world: World) -> None:
    stranger = await world.stranger()

    refused = await stranger.client.post("/api/v1/session", content=_pieces(8))

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_form_that_grows_too_large_is_refused_to_a_stranger(world: World) -> None:
    stranger = await world.stranger()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    refused = await stranger.client.post("/api/v1/session", content=_pieces(8), headers=headers)

    assert refused.status_code == 413


async def test_person_may_send_more_than_a_stranger_and_not_without_end(world: World) -> None:
    person = await world.person()

    larger = await person.send("PATCH", "/me", content=b" " * (STRANGER_BYTES + 1))
    too_large = await person.send("PATCH", "/me", content=b" " * (BODY_BYTES + 1))

    assert larger.status_code == 422
    assert too_large.status_code == 413


UPLOADED_TO = [
    f"/api/v1/organizers/{'0' * 26}/imports",
    f"/api/v1/slots/{'0' * 26}/deck",
    f"/api/v1/companies/{'0' * 26}/recognitions/{'0' * 26}/evidence",
]


@pytest.mark.parametrize("path", UPLOADED_TO)
@pytest.mark.parametrize("is_known", [False, True], ids=["stranger", "person"])
async def test_upload_by_who_may_not_is_refused_before_it_is_read(world: World, path: str, is_known: bool) -> None:
    person, taken = await (world.person() if is_known else world.stranger()), 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        async for piece in _pieces(400):
            taken += len(piece)
            yield piece

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": ORIGIN, "X-CSRF-Token": person.csrf}
    if not is_known:
        headers["Cookie"] = f"roadshow={'A' * 43}"
    refused = await person.client.post(path, content=pieces(), headers=headers)

    assert refused.status_code == (404 if is_known else 401)
    assert taken < 64 * 1024


def test_every_upload_route_has_its_limit(world: World) -> None:
    document = world.app.openapi()["paths"]
    uploads = [path for path, item in document.items() if "multipart/form-data" in str(item.get("post", {}))]
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]

    limits = [most_bytes({"path": path.replace("{", "").replace("}", ""), "headers": headers}) for path in uploads]

    assert len(uploads) == len(UPLOADS) == len(UPLOADED_TO)
    assert min(limits) > BODY_BYTES


@pytest.mark.parametrize("path", UPLOADED_TO)
def test_where_files_are_uploaded_only_a_form_may_be_large(path: str) -> None:
    kinds = [b"application/json", b"text/plain", b"", b"application/x-www-form-urlencoded"]

    assert {most_bytes({"path": path, "headers": [(b"content-type", kind)]}) for kind in kinds} == {STRANGER_BYTES}


async def test_announced_body_is_refused_before_anybody_sees_the_request() -> None:
    asked: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        asked.append(scope)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    length = (b"content-length", str(STRANGER_BYTES + 1).encode())
    await Bodies(app)({"type": "http", "path": "/api/v1/session", "headers": [length]}, receive, send)

    assert (asked, sent[0]["status"]) == ([], 413)


async def test_thousands_of_unknown_fields_get_a_short_answer(world: World) -> None:
    stranger = await world.stranger()

    refused = await stranger.post("/session", {f"field{n}": "secret-value" for n in range(2000)})

    assert refused.status_code == 422
    assert len(refused.content) <= 16 * 1024
    assert len(refused.json()["errors"]) == 50
    assert refused.json()["details"]["fields"] >= 2000
    assert b"secret-value" not in refused.content


async def test_long_names_of_fields_get_a_short_answer(world: World) -> None:
    stranger = await world.stranger()

    refused = await stranger.post("/session", {f"{n}{'长' * 400}": 1 for n in range(50)})

    assert refused.status_code == 422
    assert len(refused.content) <= 16 * 1024


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"roadshow=abc", b"abc"),
        (b"a=1; roadshow=abc; b=2", b"abc"),
        (b"roadshow=old; roadshow=new", b"new"),
        (b"xroadshow=abc", None),
        (b'roadshow="abc"', None),
        (b'roadshow="' + b"\\" * 30000, None),
        (b";" * 30000 + b"roadshow=abc", b"abc"),
        (b"roadshow", None),
    ],
)
def test_own_cookie_is_found_and_nothing_else(header: bytes, found: bytes | None) -> None:
    assert own_cookie(header, b"roadshow") == found


async def test_no_general_parser_sees_a_cookie(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def watch(text: str) -> dict[str, str]:
        seen.append(text)
        return {}

    monkeypatch.setattr("starlette.requests.cookie_parser", watch)
    stranger = await world.stranger()

    await stranger.get("/me", headers={"Cookie": 'other="\\\\"; roadshow="\\\\\\'})
    await stranger.get("/me", headers={"Cookie": "other=1; roadshow=abc"})

    assert set(seen) <= {"", "roadshow=abc"}
    assert HTTPConnection.cookies


@pytest.mark.parametrize(
    ("host", "more", "is_own"),
    [
        ("127.0.0.1:8000", {}, True),
        ("localhost", {}, True),
        ("[::1]:8000", {}, True),
        ("192.168.1.7:8000", {}, True),
        ("evil.example", {}, False),
        ("127.0.0.1.evil.example", {}, False),
        ("", {}, False),
        ("roadshow.example.org", {"base_url": "https://roadshow.example.org"}, True),
        ("evil.example", {"base_url": "https://roadshow.example.org"}, False),
        ("hall.lan:8000", {"hosts": "hall.lan, other.lan"}, True),
    ],
)
def test_host_is_an_address_or_a_known_name(host: str, more: dict[str, Any], is_own: bool) -> None:
    assert is_own_host(host, Settings(**more)) is is_own


async def test_name_pointed_at_this_machine_by_somebody_else_is_refused(world: World) -> None:
    stranger = await world.stranger()

    refused = await stranger.get("/me", headers={"Host": "rebound.example:8000"})

    assert (refused.status_code, refused.json()["code"]) == (421, "unknown_host")
    assert "ROADSHOW_HOSTS" in refused.json()["fix"]["en"]


async def test_socket_under_a_name_of_somebody_else_is_refused_by_the_whole_application(world: World) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    path = f"/api/v1/roadshows/{'0' * 26}/live/socket"
    scope = {
        "type": "websocket", "app": world.app, "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [(b"host", b"rebound.example")], "scheme": "ws", "subprotocols": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "extensions": {"websocket.http.response": {}},
    }  # fmt: skip
    await world.app(scope, receive, send)

    assert [each["status"] for each in sent if "status" in each] == [421]


@pytest.mark.parametrize(("host", "is_let_in"), [(b"127.0.0.1:8000", True), (b"rebound.example", False)])
async def test_websocket_passes_the_same_checks_of_host_and_cookie(world: World, host: bytes, is_let_in: bool) -> None:
    met: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        met.extend(value for name, value in scope["headers"] if name == b"cookie")

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    own = auth.cookie_name(world.app.state.settings).encode()
    headers = [(b"host", host), (b"cookie", b'other="\\\\"; ' + own + b"=abc")]
    scope = {"type": "websocket", "app": world.app, "headers": headers, "extensions": {"websocket.http.response": {}}}
    await OwnCookie(OwnHost(app, kind="websocket"))(scope, receive, send)

    assert met == ([own + b"=abc"] if is_let_in else [])
    assert [each["status"] for each in sent if "status" in each] == ([] if is_let_in else [421])
