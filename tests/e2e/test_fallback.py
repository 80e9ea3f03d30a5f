"""A phone behind a proxy that breaks WebSockets, and one that holds events back too: the room works, and says how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.cable import Cable, _pump
from tests.e2e.visitors import PHONE, Visitors
from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.world import Person

TYPED_OFFLINE = "断网时写下的问题，恢复后只送达一次？"


class OldProxy(Cable):
    """A cable whose middle does not know what it carries: what it does not like, it hangs up on."""

    def __init__(self, server_port: int, *dislikes: bytes) -> None:
        super().__init__(server_port)
        self._dislikes = dislikes

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(self._read(reader, far_writer, writer), _pump(far_reader, writer))
        finally:
            self._ends -= ends

    async def _read(self, reader: asyncio.StreamReader, far: asyncio.StreamWriter, near: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                if any(word in chunk for word in self._dislikes):
                    near.transport.abort()
                    break
                far.write(chunk)
                await far.drain()
        with suppress(OSError, RuntimeError):
            far.close()


@dataclass
class Hall:
    """A room that is open, its host, and the server."""

    node: Node
    host: Person
    roadshow_id: str

    async def texts(self) -> list[str]:
        """Every question there is."""
        view = await self.host.read(f"/roadshows/{self.roadshow_id}/live/snapshot", params={"stream": "staff"})
        return [question["text"] for question in view["state"]["questions"]]

    async def ask(self, text: str) -> None:
        await self.host.made(f"/roadshows/{self.roadshow_id}/live/question.ask", {"text": text})


@pytest.fixture
async def hall(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    async with httpx.AsyncClient(base_url=node.url, timeout=20) as client:
        host = Person(client)
        yield Hall(node, host, await found_room(host))
    node.stop()


async def come_in(visitors: Visitors, hall: Hall, cable: Cable) -> Page:
    """A guest with a phone, in the room."""
    phone = await visitors.enter(cable.url, size=PHONE)
    phone.forgive("WebSocket connection to", "ERR_", "Failed to load resource", "Unable to preload CSS")
    await phone.send(f"/roadshows/{hall.roadshow_id}/guests", {"name": "游客"})
    await phone.page.goto(f"{cable.url}/live/{hall.roadshow_id}", wait_until="commit")
    return phone.page


async def ask(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="提问").fill(text)
    await page.get_by_role("button", name="发送").click()


@pytest.mark.parametrize("dislikes", [(b"Upgrade: websocket",), (b"Upgrade: websocket", b"/live/events")])
async def test_room_works_where_sockets_do_not_pass(
    visitors: Visitors, hall: Hall, dislikes: tuple[bytes, ...], tmp_path: Path
) -> None:
    cable = OldProxy(hall.node.port, *dislikes)
    await cable.plug_in()
    page = await come_in(visitors, hall, cable)
    ways: list[str] = []
    page.on("request", lambda request: ways.append(request.url.split("?")[0].rsplit("/", 1)[1]))

    await expect(page.get_by_text("兼容模式")).to_be_visible(timeout=30_000)
    await hall.ask("主持人先问一个")
    await expect(page.get_by_text("主持人先问一个")).to_be_visible()
    await ask(page, "隔着旧代理也能问")
    await expect(page.locator("li, article").filter(has_text="隔着旧代理也能问").first).to_be_visible()

    assert (await hall.texts()).count("隔着旧代理也能问") == 1
    assert ("poll" if len(dislikes) > 1 else "events") in ways
    await page.screenshot(path=tmp_path / "fallback.png")
    await page.close()
    await cable.pull_out()


async def test_what_was_typed_offline_outlives_the_page_and_arrives_once(
    visitors: Visitors, hall: Hall, tmp_path: Path
) -> None:
    cable = Cable(hall.node.port)
    await cable.plug_in()
    page = await come_in(visitors, hall, cable)
    await expect(page.get_by_role("textbox", name="提问")).to_be_visible(timeout=30_000)

    await cable.pull_out()
    await expect(page.get_by_role("status").filter(has_text="重连中")).to_be_visible()
    await ask(page, TYPED_OFFLINE)
    waiting = page.get_by_role("button", name="1 条待发送")
    await waiting.click()
    await expect(page.get_by_role("button", name="撤回")).to_be_visible()
    await page.screenshot(path=tmp_path / "offline.png")
    await cable.plug_in()
    context = page.context
    await page.close()
    again = await context.new_page()
    await again.goto(f"{cable.url}/live/{hall.roadshow_id}", wait_until="commit")

    await expect(again.get_by_text("已连接")).to_be_visible()
    await expect(again.get_by_text(TYPED_OFFLINE).first).to_be_visible()
    await asyncio.sleep(1)
    assert (await hall.texts()).count(TYPED_OFFLINE) == 1
    await cable.pull_out()


async def test_what_waits_can_be_withdrawn(visitors: Visitors, hall: Hall) -> None:
    cable = Cable(hall.node.port)
    await cable.plug_in()
    page = await come_in(visitors, hall, cable)
    await expect(page.get_by_role("textbox", name="提问")).to_be_visible(timeout=30_000)

    await cable.pull_out()
    await expect(page.get_by_role("status").filter(has_text="重连中")).to_be_visible()
    await ask(page, TYPED_OFFLINE)
    await page.get_by_role("button", name="1 条待发送").click()
    await page.get_by_role("button", name="撤回").click()
    await expect(page.get_by_role("button", name="1 条待发送")).to_have_count(0)
    await cable.plug_in()

    await expect(page.get_by_text("已连接")).to_be_visible(timeout=40_000)
    assert await hall.texts() == []
    await cable.pull_out()
