"""Whatever people write reaches every screen as text: shown literally, never run, never fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.payloads import payloads
from tests.e2e.rooms import live_now, only_questions
from tests.e2e.visitors import PHONE, Visitor, Visitors
from tests.faults.nodes import Node

FULL = pytest.param(300, marks=pytest.mark.full)
LOOKS = 50


@pytest.mark.parametrize("count", [20, FULL])
async def test_payloads_of_guests_are_only_text(count: int, house: Node, visitors: Visitors) -> None:
    texts = payloads(count)
    host, phone, screen = await _three_screens(house, visitors)
    room = await live_now(host)
    await only_questions(host, room)
    asked = [await _ask_as_guest(house, room, text) for text in texts]

    await host.open(f"/host/{room}")
    await phone.open(f"/live/{room}")
    await screen.open(f"/screen/{room}")
    await host.page.get_by_role("tab", name="公开").click()
    await phone.page.get_by_role("tab", name="最新").click()
    for question_id, text in zip(asked, texts, strict=True):
        await host.send(f"/roadshows/{room}/live/question.approve", {"question_id": question_id})
        await host.send(f"/roadshows/{room}/live/question.answering", {"question_id": question_id})
        await expect(screen.page.locator(".featured .text")).to_have_text(_spaced(text))

    assert not await _missing(texts, host.page, "#queue .text")
    assert not await _missing(texts, phone.page, "article .text")
    assert not await _missing(texts, host.page, "#queue .meta .name")
    assert not await _missing(texts, phone.page, "article .meta .name")
    await _nothing_ran(host, phone, screen)


async def test_payloads_in_a_project_card_are_only_text(house: Node, visitors: Visitors) -> None:
    host, phone, screen = await _three_screens(house, visitors)
    startup = await visitors.enter(house.url, "startup")
    room = await live_now(host)
    company = (await startup.read("/me"))["memberships"][0]["id"]
    card = (await startup.read(f"/companies/{company}/projects"))["items"][0]
    await host.open(f"/host/{room}")
    await phone.open(f"/live/{room}")
    await screen.open(f"/screen/{room}")

    for text in payloads(20):
        version = (await startup.read(f"/projects/{card['id']}"))["version"]
        card_now = {"name": text, "one_liner": text, "highlights": text, "team": text}
        await startup.send(f"/projects/{card['id']}", card_now, "PATCH", version)
        await expect(phone.page.get_by_role("heading", level=2)).to_have_text(_spaced(text))
    last = payloads(20)[-1]
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text(_spaced(last))
    await expect(host.page.get_by_role("region", name="议程")).to_contain_text(_spaced(last))
    await phone.open(f"/p/{card['id']}")
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text(_spaced(last))
    await _nothing_ran(host, phone, screen)


async def _three_screens(house: Node, visitors: Visitors) -> tuple[Visitor, Visitor, Visitor]:
    host = await visitors.enter(house.url, "host")
    return host, await visitors.enter(house.url, "investor", PHONE), await visitors.enter(house.url)


async def _ask_as_guest(house: Node, room: str, text: str) -> str:
    """Join under the payload as a name and ask the payload; leave again."""
    async with httpx.AsyncClient(base_url=f"{house.url}/api/v1", headers={"Origin": house.url}) as guest:
        (await guest.post(f"/roadshows/{room}/guests", json={"name": text})).raise_for_status()
        token = {"X-CSRF-Token": (await guest.get("/me")).json()["csrf_token"]}
        asked = await guest.post(f"/roadshows/{room}/live/question.ask", json={"text": text}, headers=token)
        return str(asked.raise_for_status().json()["id"])


async def _missing(texts: Iterable[str], page: Page, selector: str) -> set[str]:
    """Which of the texts do not come: the list lets newcomers in when it has been at rest."""
    missing = set(texts)
    for _ in range(LOOKS):
        missing -= set(await page.locator(selector).all_text_contents())
        if not missing:
            break
        await asyncio.sleep(0.2)
    return missing


async def _nothing_ran(*visitors: Visitor) -> None:
    for visitor in visitors:
        assert await visitor.page.evaluate("() => typeof window.ran") == "undefined"


def _spaced(text: str) -> str:
    """As `to_have_text` compares: runs of white space are one."""
    return " ".join(text.split())
