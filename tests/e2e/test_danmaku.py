"""Danmaku in real browsers: it flies without touching, it can be killed, it is calm for who wants calm, it is text."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.measures import serious_findings
from tests.e2e.payloads import payloads
from tests.e2e.rooms import live_now
from tests.e2e.visitors import PHONE, Visitor, Visitors
from tests.faults.nodes import Node

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.sky span:not(.idle)')].map((node) => node.getBoundingClientRect())
  const touches = (a, b) => a.top < b.bottom - 1 && b.top < a.bottom - 1 && a.left < b.right && b.left < a.right
  return { aloft: boxes.length, touching: boxes.filter((a, n) => boxes.slice(n + 1).some((b) => touches(a, b))).length }
}"""
UNDERSIZED = """() => [...document.querySelectorAll('.sky span:not(.idle)')]
  .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.textContent)"""


async def _room(host: Visitor) -> str:
    room = await live_now(host)
    await host.send(f"/roadshows/{room}/live/flow.set", {"slow_seconds": 0})
    return room


async def _moving(visitor: Visitor, path: str) -> Page:
    """The page as somebody sees it who does not mind motion."""
    await visitor.page.emulate_media(reduced_motion="no-preference")
    await visitor.open(path)
    await visitor.page.locator(".sky").first.wait_for(state="attached")
    return visitor.page


async def test_danmaku_fly_in_lanes_and_are_swept_by_the_kill_switch(house: Node, visitors: Visitors) -> None:
    host, phone = await visitors.enter(house.url, "host"), await visitors.enter(house.url, "investor", PHONE)
    hall = await visitors.enter(house.url)
    room = await _room(host)
    pages = [await _moving(phone, f"/live/{room}"), await _moving(hall, f"/screen/{room}")]
    await host.open(f"/host/{room}")
    await host.page.get_by_role("tab", name="弹幕").click()

    for number in range(18):
        text = ["666", "良率厉害 👏", "讲得清楚，什么时候开放下一轮融资呢", "Congratulations, team!"][number % 4]
        await (phone if number % 2 else host).send(f"/roadshows/{room}/live/danmaku.send", {"text": text})
    found = [await page.evaluate(OVERLAPS) for page in pages]
    cut = [await page.evaluate(UNDERSIZED) for page in pages]
    await host.page.get_by_role("button", name="关闭弹幕").click()

    assert [each["touching"] for each in found] == [0, 0]
    assert all(each["aloft"] >= 4 for each in found), found
    assert cut == [[], []]
    for page in pages:
        await expect(page.locator(".sky span:not(.idle)")).to_have_count(0)
    await host.page.get_by_role("button", name="撤销").first.click()
    await expect(host.page.get_by_role("button", name="关闭弹幕")).to_be_visible()


async def test_contact_is_held_explained_and_let_through_by_key(house: Node, visitors: Visitors) -> None:
    host, phone = await visitors.enter(house.url, "host"), await visitors.enter(house.url, "investor", PHONE)
    hall = await visitors.enter(house.url)
    room = await _room(host)
    page = await _moving(hall, f"/screen/{room}")
    await phone.open(f"/live/{room}")
    await host.open(f"/host/{room}")
    await host.page.get_by_role("tab", name="弹幕").click()

    await phone.page.get_by_text("弹幕", exact=True).first.click()
    await phone.page.get_by_placeholder("发条弹幕").fill("电话 027-87654321 找会务")
    await phone.page.get_by_role("button", name="发送").click()
    await expect(phone.page.get_by_text("含有电话号码").first).to_be_visible()
    row = host.page.locator("[data-row]", has_text="027-87654321")
    await expect(row).to_be_visible()
    assert await page.get_by_text("027-87654321").count() == 0
    await row.focus()
    await row.press("a")

    await expect(page.locator(".sky", has_text="027-87654321")).to_have_count(1)
    await expect(phone.page.locator(".composer .held", has_text="027-87654321")).to_have_count(0)


async def test_reduced_motion_is_a_short_calm_list_and_readers_hear_a_digest(house: Node, visitors: Visitors) -> None:
    host, phone = await visitors.enter(house.url, "host"), await visitors.enter(house.url, "investor", PHONE)
    room = await _room(host)
    await phone.open(f"/live/{room}")
    await phone.page.locator(".danmaku-layer").wait_for(state="attached")

    for number in range(7):
        await host.send(f"/roadshows/{room}/live/danmaku.send", {"text": f"第{number}条"})
    calm = phone.page.locator(".danmaku-layer .calm li")
    await expect(calm).to_have_text(["第3条", "第4条", "第5条", "第6条"])

    assert await phone.page.locator(".sky span").count() == 0
    spoken = phone.page.locator(".danmaku-layer [aria-live]")
    await expect(spoken).to_contain_text("7 条弹幕", timeout=17_000)


@pytest.mark.parametrize("count", [20, pytest.param(300, marks=pytest.mark.full)])
async def test_payloads_in_danmaku_are_only_text(count: int, house: Node, visitors: Visitors) -> None:
    host, phone = await visitors.enter(house.url, "host"), await visitors.enter(house.url, "investor", PHONE)
    hall = await visitors.enter(house.url)
    room = await _room(host)
    pages = [await _moving(phone, f"/live/{room}"), await _moving(hall, f"/screen/{room}")]
    await host.open(f"/host/{room}")
    await host.page.get_by_role("tab", name="弹幕").click()
    texts = [text for text in payloads(count) if len(text) <= 40]

    for text in texts:
        await host.send(f"/roadshows/{room}/live/danmaku.send", {"text": text})

    await expect(host.page.locator(".said .text", has_text=texts[-1])).to_have_count(1)
    assert set(texts) <= {text.strip() for text in await host.page.locator(".said .text").all_text_contents()}
    for page in [host.page, *pages]:
        assert await page.evaluate("() => typeof window.ran") == "undefined"
        assert await page.evaluate("() => document.querySelectorAll('.sky *:not(span)').length") == 0


async def test_danmaku_panels_have_no_accessibility_faults(house: Node, visitors: Visitors) -> None:
    host, phone = await visitors.enter(house.url, "host"), await visitors.enter(house.url, "investor", PHONE)
    room = await _room(host)
    await phone.open(f"/live/{room}")
    await phone.page.get_by_text("弹幕", exact=True).first.click()
    await host.open(f"/host/{room}")
    await host.page.get_by_role("tab", name="弹幕").click()
    await host.page.get_by_text("速度与权限").click()

    assert [await serious_findings(host.page), await serious_findings(phone.page)] == [[], []]
