"""The list of questions holds still for who reads it: newcomers wait behind a button, and come when it is pressed."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.e2e.rooms import live_now, only_questions
from tests.e2e.visitors import PHONE, Visitors
from tests.faults.nodes import Node

NEWCOMERS = ("读者往下看时来的第一问？", "读者往下看时来的第二问？")


async def test_a_reader_further_down_is_not_moved(house: Node, visitors: Visitors, tmp_path: Path) -> None:
    host = await visitors.enter(house.url, "host")
    roadshow_id = await live_now(host)
    await only_questions(host, roadshow_id)
    ask = f"/roadshows/{roadshow_id}/live/question.ask"
    for number in range(12):
        await host.send(ask, {"text": f"先来的第 {number} 个问题：何时盈利？"})
    phone = await visitors.enter(house.url, None, PHONE)
    await phone.send(f"/roadshows/{roadshow_id}/guests", {"name": "读者"})
    await phone.open(f"/live/{roadshow_id}")
    page = phone.page
    await page.get_by_role("tab", name="最新").click()
    read = page.locator(".question", has_text="先来的第 3 个问题")
    await read.scroll_into_view_if_needed()
    before = await read.bounding_box()

    for text in NEWCOMERS:
        await host.send(ask, {"text": text})
    button = page.get_by_role("button", name="2 条新提问")
    await expect(button).to_be_visible()

    assert await read.bounding_box() == before
    assert await page.locator(".question", has_text=NEWCOMERS[0]).count() == 0
    await page.screenshot(path=tmp_path / "waiting.png")
    await button.click()
    await expect(page.locator(".question").first).to_contain_text(NEWCOMERS[1])
    await expect(page.locator(".question").first).to_be_in_viewport()
    await expect(button).to_have_count(0)
