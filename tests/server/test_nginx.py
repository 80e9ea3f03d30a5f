"""The live room behind a real nginx, configured as the example in deploy/ says: nothing is cut, held back or lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime import fallback, protocol
from tests.lines import TRANSPORTS, EventLine, Line
from tests.live import Show, new_show, served
from tests.services import free_port
from tests.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "deploy" / "nginx.conf.example"
ALONE = """
daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log warn; {user}
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/f;
    uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
    {site}
}}
"""


def site(upstream: str, port: int, *, seconds: int) -> str:
    """The example with this server behind it, without TLS, and with another patience."""
    text = EXAMPLE.read_text()
    changes = {
        "server 127.0.0.1:8000;": f"server {upstream};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "proxy_read_timeout 60s;": f"proxy_read_timeout {seconds}s;",
    }
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)


@asynccontextmanager
async def nginx(directory: Path, upstream: str, *, seconds: int = 3) -> AsyncIterator[str]:
    """A real nginx before `upstream`; its address."""
    directory.mkdir(exist_ok=True)
    port = free_port()
    user = "user root;" if os.getuid() == 0 else ""
    config = directory / "nginx.conf"
    text = ALONE.format(directory=directory, user=user, site=site(upstream, port, seconds=seconds))
    config.write_text(text)
    command = ["nginx", "-p", str(directory), "-c", str(config), "-e", str(directory / "error.log")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        await _ready(port, process, directory)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def _ready(port: int, process: subprocess.Popen[bytes], directory: Path) -> None:
    async with asyncio.timeout(10):
        while True:
            assert process.poll() is None, (directory / "error.log").read_text()
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


Proxy = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
async def show(small_world: World) -> Show:
    return await new_show(small_world, is_open=True)


@pytest.fixture
async def proxy(small_world: World, tmp_path: Path) -> AsyncIterator[Proxy]:
    """nginx in front of the application, with an nginx's own patience of 3 s unless told."""
    async with served(small_world.app) as address:
        yield lambda **options: nginx(tmp_path / "nginx", address, **options)


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Beat faster, as much as nginx is less patient than in life."""

    def scale(seconds: float) -> None:
        monkeypatch.setattr(protocol, "HEARTBEAT_SECONDS", seconds)
        monkeypatch.setattr(fallback, "KEEP_ALIVE_SECONDS", seconds / 2)
        monkeypatch.setattr(fallback, "POLL_SECONDS", seconds * 1.25)

    return scale


async def is_open_after(address: str, show: Show, seconds: float) -> bool:
    """Whether a WebSocket that says nothing of its own is still open after a while."""
    url = f"ws://{address}/api/v1{show.path}/live/socket"
    async with websockets.connect(url, origin=f"http://{address}", ping_interval=None) as link:  # type: ignore[arg-type]
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(seconds):
                async for message in link:
                    if json.loads(message)["type"] == "heartbeat":
                        await link.send('{"type":"ping"}')
        with suppress(ConnectionClosed):
            await (await link.ping())
            return True
        return False


async def test_heartbeat_keeps_an_idle_socket_open(show: Show, proxy: Proxy, beat: Callable[[float], None]) -> None:
    beat(1)
    async with proxy() as address:
        assert await is_open_after(address, show, 7)


async def test_without_the_heartbeat_it_would_be_cut(show: Show, proxy: Proxy, beat: Callable[[float], None]) -> None:
    beat(20)
    async with proxy() as address:
        assert not await is_open_after(address, show, 7)


@pytest.mark.full
async def test_idle_socket_outlives_sixty_seconds(show: Show, proxy: Proxy) -> None:
    async with proxy(seconds=60) as address:
        assert await is_open_after(address, show, 150)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_room_is_followed_and_acted_in(
    small_world: World, show: Show, proxy: Proxy, beat: Callable[[float], None], transport: type[Line]
) -> None:
    beat(1)
    asker = await small_world.person()
    async with proxy() as address, transport(address, show.id, asker, ["public", "user"]) as line:
        await line.until(lambda: len(line.states) == 2)
        await asyncio.sleep(4)
        loop = asyncio.get_running_loop()
        began = loop.time()
        ack = await line.act("question.ask", {"text": "隔着代理也问"})
        await line.until(lambda: any(kind == "question.changed" for _, _, kind, _ in line.entries))

        assert (ack["status"], line.faults, line.drops) == (200, [], 0)
        assert loop.time() - began < 2
        assert line.states["public"] == (await show.state(asker))["state"]


async def test_events_are_not_held_back(show: Show, proxy: Proxy) -> None:
    """Small ones too, one at a time: the response says so itself, whatever the proxy's own setting."""
    person = await show.world.person()
    async with proxy(seconds=60) as address, EventLine(address, show.id, person, ["public"]) as line:
        await line.until(lambda: line.states)
        for n in range(3):
            await show.ask(person, f"问题{n}")
            await line.until(lambda n=n: len(line.entries) > n, 1)  # type: ignore[misc]


async def test_refusals_pass(show: Show, proxy: Proxy) -> None:
    async with proxy() as address:
        with pytest.raises(InvalidStatus) as refused:
            async with websockets.connect(
                f"ws://{address}/api/v1{show.path}/live/socket", origin="https://evil.example"
            ):  # type: ignore[arg-type]
                pass

    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["code"] == "cross_site"
