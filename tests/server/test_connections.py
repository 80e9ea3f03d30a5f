"""What a connection may cost: time, size of the head, requests sent ahead, connections of an address."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import Response, StreamingResponse

from server import connections, deadlines
from server.connections import AHEAD, HEAD_BYTES, HEAD_LINES, Connection
from server.deadlines import watch_of
from server.serve import config_of
from server.settings import Settings
from tests.attacks.wire import Line, get, line, post

PATIENCE = 30
LARGE = 8 * 1024 * 1024
SIZES = {"large": LARGE, "middle": 80 * 1024}
UPLOAD = f"/api/v1/slots/{'0' * 26}/deck"
FORM = "Content-Type: multipart/form-data; boundary=x"
HELLO = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {'A' * 22}==")


@dataclass
class Place:
    """A running server, and what its application was asked."""

    server: uvicorn.Server
    started: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> tuple[str, int]:
        found: tuple[str, int] = self.server.servers[0].sockets[0].getsockname()
        return found

    @property
    def watched(self) -> int:
        return len(watch_of(self.server.server_state))


def _app(settings: Settings, place: Place) -> FastAPI:
    app = FastAPI()
    app.state.settings = settings

    @app.get("/{what}")
    async def read(what: str, request: Request) -> Response:
        place.started.append(what)
        if what == "endless":
            return StreamingResponse(_endless(), media_type="text/plain")
        if what == "held":
            await place.hold.wait()
        if what == "heard":
            while not await request.is_disconnected():
                await asyncio.sleep(0.01)
        place.ended.append(what)
        return Response(b"x" * SIZES.get(what, 2))

    @app.post("/{path:path}")
    async def write(request: Request) -> Response:
        place.started.append("post")
        return Response(str(len(await request.body())))

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        place.started.append("live")
        await place.hold.wait()
        await socket.accept()
        await socket.receive()

    async def _endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)
        finally:
            place.ended.append("endless")

    return app


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Place]:
    chosen = Settings(port=0, **settings)
    place = Place(None)  # type: ignore[arg-type]
    place.server = uvicorn.Server(config_of(_app(chosen, place), chosen))
    async with asyncio.TaskGroup() as group:
        group.create_task(place.server.serve())
        try:
            await until(lambda: place.server.started)
            yield place
        finally:
            place.hold.set()
            place.server.should_exit = place.server.force_exit = True


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "DEADLINE_SECONDS", 0.6)
    monkeypatch.setattr(deadlines, "LOOK_SECONDS", 0.1)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that an honest client on a busy machine keeps."""
    monkeypatch.setattr(deadlines, "DEADLINE_SECONDS", 3.0)
    monkeypatch.setattr(deadlines, "LOOK_SECONDS", 0.1)


async def until(holds: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def refusal(each: Line) -> tuple[int, str]:
    """Status and code of the next answer, which must be a problem and the last thing on this connection."""
    whole = await asyncio.wait_for(each.reader.read(), PATIENCE)
    head, _, body = whole.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"x-content-type-options" in head
    return int(head.split(b" ")[1]), json.loads(body)["code"]


@pytest.mark.parametrize("begun", [b"", b"\r\n"])
async def test_connection_that_asks_for_nothing_ends(hurried: None, begun: bytes) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(begun)

        assert await each.is_hung_up(PATIENCE)


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"GET /quick HTTP/1.1\r\nHost: x\r\n",
        get("/live", *HELLO)[:-2],
        post("/", 10) + b"12345",
        post("/", None) + b"2\r\n{}\r\n",
    ],
)
async def test_half_a_request_is_told_it_was_slow(hurried: None, begun: bytes) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(begun)

        assert await refusal(each) == (408, "request_timeout")
        await until(lambda: place.watched == 0)


async def test_request_that_drips_is_told_it_was_slow(hurried: None) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(b"GET /quick HTTP/1.1\r\n")
        answer = asyncio.create_task(refusal(each))
        while not answer.done():
            await each.say(b"X-A: b\r\n")
            await asyncio.sleep(0.1)

        assert await answer == (408, "request_timeout")
        assert place.started == []


async def test_upload_that_goes_on_may_take_longer(brisk: None) -> None:
    async with serving() as place, line(place.address) as each:
        pieces = 12
        await each.say(post(UPLOAD, pieces * 20_000).replace(b"Content-Type: application/json", FORM.encode()))
        for _ in range(pieces):
            await each.say(b"x" * 20_000)
            await asyncio.sleep(0.4)

        assert await each.status() == 200


async def test_upload_that_stops_ends(hurried: None) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(post(UPLOAD, 240_000).replace(b"Content-Type: application/json", FORM.encode()))
        await each.say(b"x" * 20_000)

        assert await refusal(each) == (408, "request_timeout")


async def test_answer_that_takes_us_long_is_waited_for(hurried: None) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(get("/held"))
        await asyncio.sleep(1.5)
        place.hold.set()

        assert await each.status() == 200


async def test_handshake_that_takes_too_long_ends(hurried: None) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(get("/live", *HELLO))

        assert await each.is_hung_up(PATIENCE)
        assert place.started == ["live"]


async def test_live_socket_is_not_looked_at(hurried: None) -> None:
    async with serving() as place, line(place.address) as each:
        place.hold.set()
        await each.say(get("/live", *HELLO))

        assert await each.status() == 101
        await until(lambda: place.watched == 0)
        assert not await each.is_hung_up(1.5)


@pytest.mark.parametrize("what", ["large", "endless"])
async def test_answer_nobody_reads_ends(hurried: None, what: str) -> None:
    async with serving() as place, line(place.address, reads_little=True) as each:
        await each.say(get(f"/{what}"))

        await until(lambda: what in place.ended)
        await until(lambda: place.watched == 0)


async def test_slow_reader_gets_all(brisk: None) -> None:
    async with serving() as place, line(place.address, reads_little=True) as each:
        await each.say(get("/large", "Connection: close"))
        taken, began = 0, asyncio.get_running_loop().time()
        while piece := await asyncio.wait_for(each.reader.read(65536), PATIENCE):
            taken += len(piece)
            if asyncio.get_running_loop().time() < began + 5:
                await asyncio.sleep(0.1)

        assert taken > LARGE


@pytest.mark.parametrize(
    "head",
    [
        get("/quick", f"X: {'a' * HEAD_BYTES}"),
        get("/quick", *(f"X-{n}: {'a' * 1000}" for n in range(17))),
        get("/quick", *["X: a"] * HEAD_LINES),
        get("/live", *HELLO, *["X: a"] * HEAD_LINES),
        get("/quick", f"X: {'a' * HEAD_BYTES}")[:-4],
        get("/quick")[:-2] + b"X" * (HEAD_BYTES + 1),
        get("/" + "a" * HEAD_BYTES),
        post("/", None) + b"2\r\n{}\r\n0\r\n" + b"X: a\r\n" * HEAD_LINES,
    ],
)
async def test_head_that_is_too_large_is_refused(head: bytes) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(head)

        assert await refusal(each) == (431, "head_too_large")
        assert place.started in ([], ["post"])


@pytest.mark.parametrize("behind", [b"2\r\n{}\r\n0\r\nX: ", b"2;x="])
async def test_what_the_parser_keeps_behind_a_head_is_bounded(behind: bytes) -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(post("/", None) + behind)
        await until(lambda: place.started)
        for _ in range(20):
            await each.say(b"a" * 1024)
            await asyncio.sleep(0)

        assert await refusal(each) == (431, "head_too_large")


async def test_head_as_large_as_it_may_be_is_taken() -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(get("/quick", *(f"X-{n}: {'a' * 140}" for n in range(HEAD_LINES - 1))))

        assert await each.status() == 200


async def test_what_is_not_http_is_told_so() -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(b"\x16\x03\x01 hello\r\n\r\n")

        assert await refusal(each) == (400, "malformed_request")


async def test_requests_sent_ahead_are_answered_up_to_a_limit() -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(get("/held") + get("/quick") * 500)
        await until(lambda: place.started)
        place.hold.set()
        whole = await asyncio.wait_for(each.reader.read(), PATIENCE)

        assert whole.count(b"HTTP/1.1 200") == 1 + AHEAD
        assert len(place.started) == 1 + AHEAD


async def test_what_was_asked_before_nonsense_is_answered() -> None:
    async with serving() as place, line(place.address) as each:
        await each.say(get("/held") + get("/quick") + b"nonsense\r\n\r\n")
        await until(lambda: place.started)
        place.hold.set()
        whole = await asyncio.wait_for(each.reader.read(), PATIENCE)

        assert whole.count(b"HTTP/1.1 ") == whole.count(b"HTTP/1.1 200") == 2


async def test_nothing_more_is_begun_while_an_answer_is_not_read() -> None:
    async with serving() as place, line(place.address, reads_little=True) as each:
        await each.say(get("/large") + get("/quick") * 3)
        await until(lambda: place.ended == ["large"])
        await asyncio.sleep(0.3)
        begun = list(place.started)
        while place.ended != ["large", *["quick"] * 3]:
            assert await asyncio.wait_for(each.reader.read(65536), PATIENCE)

        assert begun == ["large"]


async def test_everybody_who_works_for_a_connection_hears_of_its_end() -> None:
    async with serving() as place:
        async with line(place.address) as each:
            await each.say(get("/heard"))
            await until(lambda: place.started == ["heard"])
            await each.say(get("/quick"))
            await asyncio.sleep(0.1)

        await until(lambda: place.ended == ["heard"])
        assert place.started == ["heard"]


async def test_address_has_so_many_connections_and_no_more() -> None:
    async with serving(connections_per_address=3, uncounted_addresses="") as place, AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(place.address)) for _ in range(3)]
        await until(lambda: place.watched == 3)
        async with line(place.address) as each:
            assert await refusal(each) == (503, "too_many_connections")
        lines[0].writer.close()
        await until(lambda: place.watched == 2)
        async with line(place.address) as each:
            await each.say(get("/quick"))
            assert await each.status() == 200


@pytest.mark.parametrize("more", [{}, {"uncounted_addresses": "", "trusted_proxies": "127.0.0.1"}])
async def test_addresses_named_in_settings_are_not_counted(more: dict[str, str]) -> None:
    async with serving(connections_per_address=1, **more) as place, AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(place.address)) for _ in range(3)]
        for each in lines:
            await each.say(get("/quick"))

        assert [await each.status() for each in lines] == [200] * 3


async def test_kernel_keeps_little_for_who_does_not_read() -> None:
    async with serving() as place, line(place.address):
        await until(lambda: place.watched == 1)
        (each,) = watch_of(place.server.server_state)._open
        own = each.transport.get_extra_info("socket")  # type: ignore[attr-defined]

        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == connections.UNSENT_BYTES


def test_addresses_of_one_network_count_as_one() -> None:
    assert connections._counted_as("2001:db8::1") == connections._counted_as("2001:db8::ffff")
    assert connections._counted_as("::ffff:10.0.0.1") == "10.0.0.1"
    assert config_of(FastAPI(), Settings(port=0)).http is Connection
