"""Nobody is told that something was copied when it was not; addresses can be read; WeChat gets no dead ends."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.visitors import PHONE, Visitor, Visitors
from tests.faults.nodes import Node

NOTHING_COPIES = """
Object.defineProperty(navigator, 'clipboard', { value: undefined })
document.execCommand = () => false
"""
REFUSES = """
Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('denied')) } })
document.execCommand = () => false
"""
WECHAT = "Object.defineProperty(navigator, 'userAgent', { value: 'Mozilla/5.0 MicroMessenger/8.0.50' })"


async def subscribing(visitors: Visitors, house: Node, script: str) -> Visitor:
    """Somebody on a phone with the list of calendars open."""
    visitor = await visitors.enter(house.url, None, PHONE)
    await visitor.context.add_init_script(script)
    await visitor.open("/")
    await visitor.page.get_by_role("button", name="订阅日历").first.click()
    return visitor


@pytest.mark.field
@pytest.mark.parametrize("script", [NOTHING_COPIES, REFUSES], ids=["missing", "refused"])
async def test_an_address_that_cannot_be_copied_is_selected(
    shared_house: Node, visitors: Visitors, script: str
) -> None:
    visitor = await subscribing(visitors, shared_house, script)
    dialog = visitor.page.get_by_role("dialog")
    address = dialog.get_by_role("textbox").first

    await dialog.get_by_role("button", name="复制").first.click()

    await expect(dialog.get_by_text("请长按后选").first).to_be_visible()
    assert await dialog.get_by_text("已复制").count() == 0
    assert await address.evaluate("box => box.selectionEnd - box.selectionStart === box.value.length")
    assert (await address.input_value()).startswith("http")


@pytest.mark.field
async def test_wechat_is_offered_the_address_and_no_other_program(shared_house: Node, visitors: Visitors) -> None:
    inside = (await subscribing(visitors, shared_house, WECHAT)).page.get_by_role("dialog")
    outside = (await subscribing(visitors, shared_house, "")).page.get_by_role("dialog")

    await expect(inside.get_by_text("微信里打不开日历").first).to_be_visible()
    assert await inside.get_by_role("link").count() == 0
    assert [await outside.get_by_role("link", name=name).count() > 0 for name in ("本机日历", "Google", "Outlook")] == [
        True
    ] * 3
