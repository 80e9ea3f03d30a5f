"""A room full of phones whose lines drop: every screen ends where the log does, and how soon others see what one does.

The report is one JSON line: interactions, p50 and p95 in milliseconds from the tap to the text on the other phones.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Locator
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.e2e.cable import Cable
from tests.e2e.measures import serious_findings
from tests.e2e.rooms import live_now, only_questions
from tests.e2e.visitors import PHONE, Visitor, Visitors
from tests.faults.nodes import Node

SEEN = """
window.seen = {};
new MutationObserver((changes) => {
  for (const change of changes) {
    const nodes = change.type === 'characterData' ? [change.target] : change.addedNodes;
    for (const node of nodes) {
      for (const [, number] of (node.textContent || '').matchAll(/〔(\\d+)〕/g)) window.seen[number] ??= Date.now();
    }
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
EQUAL_SECONDS = 60


@dataclass(slots=True)
class Phone:
    """One person in the hall, on a line that can break."""

    visitor: Visitor
    cable: Cable
    away: list[tuple[float, float]] = field(default_factory=list)

    def was_here(self, since: float, until: float) -> bool:
        return all(back < since or gone > until for gone, back in self.away)


@dataclass(slots=True)
class Hall:
    """The demo's open room with a host, a big screen and phones."""

    host: Visitor
    screen: Visitor
    phones: list[Phone]
    roadshow_id: str
    dice: random.Random
    asked: dict[int, tuple[Phone, float]] = field(default_factory=dict)
    missed: int = 0
    """Taps on a row that new questions pushed away for five seconds."""


@pytest.fixture
async def hall(house: Node, visitors: Visitors) -> AsyncIterator[Any]:
    cables: list[Cable] = []

    async def filled(count: int, seed: int) -> Hall:
        host = await visitors.enter(house.url, "host")
        roadshow_id = await live_now(host)
        await only_questions(host, roadshow_id)
        screen = await visitors.enter(house.url)
        phones = []
        for number in range(count):
            cable = Cable(house.port)
            await cable.plug_in()
            cables.append(cable)
            phones.append(await _sit_down(visitors, cable, roadshow_id, number))
        await screen.open(f"/screen/{roadshow_id}")
        await host.open(f"/host/{roadshow_id}")
        return Hall(host, screen, phones, roadshow_id, random.Random(seed))

    yield filled
    for cable in cables:
        await cable.pull_out()


async def _sit_down(visitors: Visitors, cable: Cable, roadshow_id: str, number: int) -> Phone:
    visitor = await visitors.enter(cable.url, None, PHONE)
    visitor.forgive("ERR_", "WebSocket", "Failed to load resource", "net::")
    await visitor.context.add_init_script(SEEN)
    await visitor.send(f"/roadshows/{roadshow_id}/guests", {"name": f"听众{number + 1}"})
    await visitor.open(f"/live/{roadshow_id}")
    await visitor.page.get_by_role("tab", name="最新").click()
    return Phone(visitor, cable)


@pytest.mark.parametrize(
    ("count", "seconds"), [pytest.param(4, 20, id="quick"), pytest.param(20, 600, marks=pytest.mark.full, id="full")]
)
async def test_every_screen_ends_where_the_log_does(hall: Any, count: int, seconds: float) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    room: Hall = await hall(count, seed)

    until = time.monotonic() + seconds
    await asyncio.gather(_host(room, until), *(_live_through(room, phone, until) for phone in room.phones))

    await asyncio.gather(*(_shows_the_log(room, phone.visitor) for phone in room.phones))
    await _screen_shows_the_log(room)
    report = await _report(room)
    print(json.dumps(report))
    assert report["asked"] > 0
    assert report["unseen"] == 0
    for visitor in (room.host, room.screen, room.phones[0].visitor):
        assert await serious_findings(visitor.page) == []


async def _live_through(hall: Hall, phone: Phone, until: float) -> None:
    """Ask, vote, lose the line: whatever the dice say."""
    while time.monotonic() < until:
        await asyncio.sleep(hall.dice.uniform(0.5, 4))
        await hall.dice.choices([_ask, _vote, _drop], [3, 6, 1])[0](hall, phone)
        await _let_in(phone.visitor)


async def _ask(hall: Hall, phone: Phone) -> None:
    number = len(hall.asked) + 1
    page = phone.visitor.page
    hall.asked[number] = (phone, 0.0)
    box = page.get_by_role("textbox", name=re.compile("提问|问题"))
    await box.fill(f"第〔{number}〕个问题：客户在哪里？")
    hall.asked[number] = (phone, time.time() * 1000)
    await box.locator("xpath=ancestor::form").get_by_role("button", name="发送").click()
    await asyncio.sleep(hall.dice.uniform(6, 9))


async def _vote(hall: Hall, phone: Phone) -> None:
    votes: Locator = phone.visitor.page.locator("#questions .vote:enabled")
    count = await votes.count()
    if not count:
        return
    try:
        await votes.nth(hall.dice.randrange(min(count, 6))).click(timeout=5_000)
    except PlaywrightTimeout:
        hall.missed += 1


async def _let_in(visitor: Visitor) -> None:
    """Press what says that new questions wait, where it is there."""
    button = visitor.page.locator("#questions .waiting button")
    with suppress(PlaywrightTimeout):
        if await button.count():
            await button.click(timeout=1_000)


async def _drop(hall: Hall, phone: Phone) -> None:
    gone = time.time() * 1000
    await phone.cable.pull_out()
    await asyncio.sleep(hall.dice.uniform(1, 12))
    await phone.cable.plug_in()
    await phone.visitor.page.evaluate("window.dispatchEvent(new Event('online'))")
    await phone.visitor.page.get_by_text("已连接").first.wait_for(state="attached", timeout=45_000)
    phone.away.append((gone, time.time() * 1000))


async def _host(hall: Hall, until: float) -> None:
    """Pin, take up, answer, hide: over HTTP, so that the console's own clicks are other tests' matter."""
    path = f"/roadshows/{hall.roadshow_id}/live"
    while time.monotonic() < until:
        await asyncio.sleep(hall.dice.uniform(2, 5))
        state = (await hall.host.read(f"{path}/snapshot", stream="public"))["state"]
        question_id = hall.dice.choice(state["questions"])["id"]
        act = hall.dice.choice(["pin", "answering", "answer"])
        body = {"question_id": question_id} | ({"how": "aloud"} if act == "answer" else {})
        await hall.host.send(f"{path}/question.{act}", body)


async def _shown(visitor: Visitor) -> set[tuple[str, str]]:
    """Texts and votes of the questions a phone has on the list it looks at."""
    rows = await visitor.page.locator("#questions .question").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.text').textContent, row.querySelector('.vote span').textContent])"
    )
    return {(text, votes) for text, votes in rows}


async def _logged(hall: Hall, *, answered: bool = False) -> list[dict[str, Any]]:
    read = await hall.host.read(f"/roadshows/{hall.roadshow_id}/live/snapshot", stream="public")
    rows = [row for row in read["state"]["questions"] if not row.get("merged_into")]
    return [row for row in rows if (row["state"] == "answered") == answered]


async def _shows_the_log(hall: Hall, visitor: Visitor) -> None:
    """What waits for an answer on the list of new ones, and what has one on the other."""
    await _lists(hall, visitor, answered=False)
    await visitor.page.get_by_role("tab", name="已回答").click()
    await _lists(hall, visitor, answered=True)


async def _lists(hall: Hall, visitor: Visitor, *, answered: bool) -> None:
    """The log is read anew each time: a vote that waited on a phone may still arrive."""
    deadline = time.monotonic() + EQUAL_SECONDS
    while True:
        wanted = {(row["text"], str(row["votes"])) for row in await _logged(hall, answered=answered)}
        shown = await _shown(visitor)
        if shown == wanted:
            return
        assert time.monotonic() < deadline, f"missing {wanted - shown}, extra {shown - wanted}"
        await _let_in(visitor)
        await asyncio.sleep(0.5)


async def _screen_shows_the_log(hall: Hall) -> None:
    """The big screen has the most wanted questions, with their votes."""
    rows = await _logged(hall)
    most = max((row["votes"] for row in rows), default=0)
    text = await hall.screen.page.inner_text("body")
    assert any(row["text"] in text for row in rows if row["votes"] == most)
    assert f"▲ {most}" in text


async def _report(hall: Hall) -> dict[str, Any]:
    delays: list[float] = []
    unseen = 0
    for phone in hall.phones:
        seen = await phone.visitor.page.evaluate("window.seen")
        for number, (asker, at) in hall.asked.items():
            when = seen.get(str(number))
            if when is None:
                unseen += at > 0
            elif asker is not phone and phone.was_here(at, when) and asker.was_here(at, when):
                delays.append(when - at)
    return {
        "phones": len(hall.phones),
        "asked": len(hall.asked),
        "drops": sum(len(phone.away) for phone in hall.phones),
        "seen_elsewhere": len(delays),
        "p50_ms": round(statistics.median(delays)) if delays else None,
        "p95_ms": round(statistics.quantiles(delays, n=20)[18]) if len(delays) > 1 else None,
        "unseen": unseen,
        "missed_taps": hall.missed,
    }
