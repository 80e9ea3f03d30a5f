"""The real application on the demo day, and a real browser to look at it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from server.database import Database
from server.demo import story
from server.settings import Settings
from tests.e2e.visitors import Visitors, visitors_in
from tests.faults.nodes import Node

QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def demo_day(scratch: Path, sqlite_template: Path) -> Path:
    """A SQLite file with the whole demo in it, to copy."""
    if ready := os.environ.get("TEST_DEMO_FILE"):
        return Path(ready)
    path = scratch / "demo.sqlite3"
    shutil.copy(sqlite_template, path)
    asyncio.run(_load(f"sqlite:///{path}", scratch / "files"))
    return path


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is needed for the browser tests: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=QUIETLY)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def shared_house(demo_day: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """The demo day served once, for tests that only look."""
    async for node in _serve(demo_day, tmp_path_factory.mktemp("house")):
        yield node


@pytest.fixture
async def house(demo_day: Path, tmp_path: Path) -> AsyncIterator[Node]:
    """The demo day served for this test alone."""
    async for node in _serve(demo_day, tmp_path):
        yield node


@pytest.fixture
async def visitors(browser: Browser) -> AsyncIterator[Visitors]:
    """Lets people in; at the end nobody may have met a console error, a dialog or a foreign request."""
    async with visitors_in(browser) as visitors:
        yield visitors


async def _load(url: str, files: Path) -> None:
    database = Database(url)
    await story.load(database, datetime.now(UTC), lambda what, done, total: None, files)
    await database.close()


async def _serve(demo_day: Path, directory: Path) -> AsyncIterator[Node]:
    assert (Settings().static_dir / "index.html").is_file(), "The pages are not built: make build"
    shutil.copy(demo_day, directory / "demo.sqlite3")
    shutil.copytree(demo_day.parent / "files", directory / "files")
    node = Node(directory, f"sqlite:///{directory / 'demo.sqlite3'}", more={"ROADSHOW_DEMO": "1"})
    await node.start()
    yield node
    node.stop()
    assert "Traceback" not in node.log, node.log[-4000:]
