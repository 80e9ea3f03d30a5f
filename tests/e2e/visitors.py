"""People in browsers, and a record of everything a page did that it should not have done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    WebError,
    WebSocket,
    expect,
)

Scheme = Literal["light", "dark"]
API = "/api/v1"
PHONE = (390, 844)
DESKTOP = (1440, 900)
QUIET_SECONDS = 0.15
expect.set_options(timeout=8_000)


@dataclass
class Visitor:
    """One person: a browser context of their own, one page, and the troubles noticed so far."""

    context: BrowserContext
    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    _in_flight: set[Request] = field(default_factory=set)

    def watch(self) -> None:
        """Notice console errors, page errors, dialogs, server errors, and whatever leaves the origin."""
        self.context.on("console", self._heard)
        self.context.on("weberror", self._broke)
        self.context.on("dialog", self._asked)
        self.context.on("request", self._sent)
        self.context.on("response", self._answered)
        self.context.on("requestfinished", self._done)
        self.context.on("requestfailed", self._done)
        self.page.on("websocket", self._connected)

    def forgive(self, *patterns: str) -> None:
        """Troubles this test brings about on purpose, as regular expressions."""
        self.forgiven += patterns

    @property
    def unforgiven(self) -> list[str]:
        return [said for said in self.troubles if not any(re.search(pattern, said) for pattern in self.forgiven)]

    async def open(self, path: str) -> None:
        """Go to an address of ours and wait until the screen has what it shows; where one is already, load it anew."""
        if self.page.url == self.url + path:
            await self.page.reload(wait_until="commit")
        else:
            await self.page.goto(self.url + path, wait_until="commit")
        await self.settle()

    async def settle(self, seconds: float = 10) -> None:
        """Wait for a first heading and for the end of requests."""
        await self.page.locator("h1").first.wait_for(state="attached", timeout=seconds * 1000)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        quiet_since = loop.time()
        while loop.time() - quiet_since < QUIET_SECONDS:
            assert loop.time() < deadline, f"still waiting for {[request.url for request in self._in_flight]}"
            await asyncio.sleep(0.02)
            quiet_since = loop.time() if self._in_flight else quiet_since

    async def speak(self, locale: str) -> None:
        """Choose the language, as the menu does; the next address opened shows it."""
        if not self.page.url.startswith(self.url):
            await self.open("/")
        await self.page.evaluate("(locale) => localStorage.setItem('roadshow.locale', locale)", locale)

    async def look(self, size: tuple[int, int], scheme: Scheme) -> None:
        """Change the window's size and the system's light or dark."""
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})
        await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    async def read(self, path: str, **query: str) -> Any:
        """What the API answers to this person."""
        response = await self.context.request.get(self.url + API + path, params={**query})
        assert response.ok, await response.text()
        return await response.json()

    async def send(
        self, path: str, body: dict[str, Any] | None = None, method: str = "POST", version: int | None = None
    ) -> Any:
        """Change something as this person without the screen, for what is not this test's matter."""
        token = (await self.read("/me"))["csrf_token"] or ""
        headers = {"X-CSRF-Token": token, "Origin": self.url}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        address = self.url + API + path
        response = await self.context.request.fetch(address, method=method, data=body or {}, headers=headers)
        assert response.ok, await response.text()
        return await response.json() if response.status != 204 else None

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: WebError) -> None:
        self.troubles.append(f"page error: {error.error}")

    async def _asked(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.troubles.append(f"dialog: {dialog.message}")
        await dialog.accept()

    def _sent(self, request: Request) -> None:
        self._in_flight.add(request)
        self._stay_home(request.url)

    def _done(self, request: Request) -> None:
        self._in_flight.discard(request)

    def _connected(self, socket: WebSocket) -> None:
        self._stay_home(socket.url.replace("ws", "http", 1))

    def _stay_home(self, address: str) -> None:
        if not address.startswith((f"{self.url}/", "data:", "blob:")):
            self.troubles.append(f"foreign request: {address}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"server error: {response.status} {response.url}")


@dataclass(slots=True)
class Visitors:
    """Everybody a test lets in."""

    browser: Browser
    all: list[Visitor] = field(default_factory=list)

    async def enter(
        self, url: str, role: str | None = None, size: tuple[int, int] = DESKTOP, locale: str = "zh-CN"
    ) -> Visitor:
        """A fresh browser context in Shanghai, signed in as a demo role unless it is nobody's."""
        context = await self.browser.new_context(
            locale=locale,
            timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            accept_downloads=True,
        )
        visitor = Visitor(context, await context.new_page(), url)
        visitor.watch()
        self.all.append(visitor)
        if role is not None:
            await visitor.send("/demo/enter", {"role": role})
        return visitor

    async def leave(self) -> None:
        """Everybody goes; fails if anybody met a trouble that was not forgiven."""
        for visitor in self.all:
            await visitor.context.close()
        assert [said for visitor in self.all for said in visitor.unforgiven] == []


@asynccontextmanager
async def visitors_in(browser: Browser) -> AsyncIterator[Visitors]:
    visitors = Visitors(browser)
    yield visitors
    await visitors.leave()
