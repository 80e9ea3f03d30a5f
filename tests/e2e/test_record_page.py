"""The archive's page opens from a file without a network, replays, and finds what was touched."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from events.live.record.archive import as_page
from tests.events.live.record.sample import ENTRIES, TAMPERED, at, folded, record


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def archive_page(page: Page, tmp_path: Path) -> Callable[[dict[str, Any]], Any]:
    """Opens a record from a file, offline."""

    async def opened(record: dict[str, Any]) -> list[str]:
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: troubles.append("dialog"))
        await page.context.set_offline(True)
        file = tmp_path / "record.html"
        file.write_text(as_page(record))
        await page.goto(file.as_uri())
        return troubles

    return opened


async def test_the_page_opens_offline_verifies_and_ends_where_the_fold_does(archive_page: Any, page: Page) -> None:
    troubles = await archive_page(record())

    states = await page.evaluate("replay.states()")

    assert "✓" in await page.inner_text("#proof")
    assert states["staff"] == folded("staff", len(ENTRIES["staff"]))
    assert await page.inner_text("#title") == "芯片专场 <i>"
    assert await page.locator("#questions li").count() == 2
    assert await page.locator("#questions b >> text=▲ 7").count() == 1
    assert troubles == []


async def test_the_page_goes_back_in_time(archive_page: Any, page: Page) -> None:
    await archive_page(record())

    await page.evaluate(f"replay.show(Date.parse('{at(3)}'))")

    assert await page.evaluate("replay.states().staff") == folded("staff", 2)
    assert await page.locator("#questions b").all_inner_texts() == ["▲ 0"]


async def test_the_page_plays_at_any_speed(archive_page: Any, page: Page) -> None:
    await archive_page(record())
    await page.select_option("#speed", "240")

    await page.click("#play")
    await page.locator("#play", has_text=re.compile("播放|Play")).wait_for(timeout=20_000)

    assert await page.evaluate("replay.states().staff") == folded("staff", 4)


@pytest.mark.parametrize(("tamper", "where"), TAMPERED)
async def test_the_page_finds_what_was_touched(
    archive_page: Any, page: Page, tamper: Callable[[dict[str, Any]], None], where: str
) -> None:
    touched = record()

    tamper(touched)
    await archive_page(touched)

    assert "✗" in await page.inner_text("#proof")
