"""Every screen opens cleanly: accessible, no wider than its window, every word translated, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.measures import serious_findings, too_wide, untranslated
from tests.e2e.screens import SCREENS, Screen, routes
from tests.e2e.visitors import DESKTOP, PHONE, Scheme, Visitor, Visitors, visitors_in
from tests.faults.nodes import Node

Crowd = dict[str | None, Visitor]
KINDS = ("screen", "overlay", "timer", "contest", "speaker-monitor")
MEASURED: dict[str, tuple[tuple[int, int], Scheme]] = {"zh-CN": (PHONE, "light"), "en": (DESKTOP, "dark")}
"""In which window and light each language is looked at by axe."""


@pytest.fixture(scope="module")
async def crowd(browser: Browser, shared_house: Node) -> AsyncIterator[Crowd]:
    """One person of each role that looks at a screen."""
    async with visitors_in(browser) as visitors:
        yield {role: await visitors.enter(shared_house.url, role) for role in {screen.role for screen in SCREENS}}


@pytest.fixture(scope="module")
async def places(crowd: Crowd) -> dict[str, str]:
    """Where the demo's things are."""
    organizer, investor = crowd["organizer"], crowd["investor"]
    organizer_id = (await organizer.read("/organizers"))["items"][0]["id"]
    shows = f"/organizers/{organizer_id}/roadshows"
    live = (await organizer.read(shows, state="live"))["items"][0]["id"]
    agenda = (await investor.read(f"/roadshows/{live}/live/snapshot"))["state"]["agenda"]
    invited = await organizer.send(
        f"/organizers/{organizer_id}/staff", {"email": "founder1@demo.example", "role": "viewer"}
    )
    return {
        "organizer": organizer_id,
        "company": await _first_membership(crowd["startup"]),
        "institution": await _first_membership(investor),
        "new_institution": await _first_membership(crowd["newcomer"]),
        "live_roadshow": live,
        "coming": await _roadshow(organizer, shows, "published", timedelta(hours=1), timedelta(days=20)),
        "past": await _roadshow(organizer, shows, "ended", timedelta(days=-20), timedelta()),
        "project": next(slot["project"]["id"] for slot in agenda if slot["project"]),
        "ticket": (await investor.read("/me/registrations"))["items"][0]["ticket_code"],
        "invitation": invited["token"],
    } | {f"{kind.rsplit('-', 1)[-1]}_link": await _link(organizer, live, kind) for kind in KINDS}


async def _link(visitor: Visitor, roadshow_id: str, kind: str) -> str:
    """The secret part of a new screen link."""
    return str((await visitor.send(f"/roadshows/{roadshow_id}/screens", {"kind": kind}))["url"]).rsplit("/", 1)[1]


async def _first_membership(visitor: Visitor) -> str:
    me: dict[str, Any] = await visitor.read("/me")
    return str(me["memberships"][0]["id"])


async def _roadshow(visitor: Visitor, shows: str, state: str, begin: timedelta, end: timedelta) -> str:
    now = datetime.now(UTC)
    found = await visitor.read(shows, state=state, **{"from": (now + begin).isoformat(), "to": (now + end).isoformat()})
    return str(found["items"][0]["id"])


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_screen_opens_cleanly(screen: Screen, locale: str, crowd: Crowd, places: dict[str, str]) -> None:
    visitor = crowd[screen.role]
    already = len(visitor.unforgiven)
    found: list[str] = []

    await visitor.speak(locale)
    size, scheme = MEASURED[locale]
    await visitor.look(size, scheme)
    await visitor.open(screen.path.format(**places))
    found += await serious_findings(visitor.page)
    for size in (PHONE, DESKTOP):
        await visitor.look(size, scheme)
        found += [f"{size[0]} px: {line}" for line in await too_wide(visitor.page)]
    found += await untranslated(visitor.page, locale)

    assert await visitor.page.title()
    assert found == []
    assert visitor.unforgiven[already:] == []


def test_screens_are_all_in_the_table() -> None:
    assert routes() - {screen.route for screen in SCREENS} == set()


async def test_demo_is_entered_with_one_click(visitors: Visitors, shared_house: Node) -> None:
    visitor = await visitors.enter(shared_house.url)
    await visitor.open("/demo")

    await visitor.page.get_by_role("button", name="主持人").click()

    await visitor.page.wait_for_url(lambda url: "/demo" not in url)
    assert (await visitor.read("/me"))["user"]["email"] == "zhao@demo.example"
