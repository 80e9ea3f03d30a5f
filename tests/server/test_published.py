"""Public calendars are written once for each version, and are never older than what they show."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from events.calendars import queries
from events.calendars.schemas import Feed
from server.published import Published
from tests.world import World


async def test_many_who_ask_at_once_wait_for_one_writing() -> None:
    written: list[int] = []

    async def write() -> Feed:
        written.append(1)
        await asyncio.sleep(0)
        return Feed("路演", b"one", None)

    published = Published()
    feeds = await asyncio.gather(*(published.get("organizer a", 1, write) for _ in range(20)))

    assert len(written) == 1
    assert {feed.content for feed in feeds} == {b"one"}
    await published.get("organizer a", 2, write)
    assert len(written) == 2


async def test_only_so_many_are_kept() -> None:
    written: list[str] = []

    async def ask(published: Published, key: str) -> None:
        async def write() -> Feed:
            written.append(key)
            return Feed(key, b"", None)

        await published.get(key, 1, write)

    published = Published(most=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        await ask(published, key)

    assert written == ["a", "b", "c", "b"]


async def test_a_calendar_is_written_anew_after_every_kind_of_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], title="旧的标题")
    written: list[int] = []
    write: Any = queries.organizer_calendar

    async def counted(*given: Any) -> Feed:
        written.append(1)
        return await write(*given)

    monkeypatch.setattr(queries, "organizer_calendar", counted)
    path = f"/organizers/{organizer['id']}/calendar.ics"

    async def text() -> str:
        return (await owner.get(path)).text.replace("\r\n ", "")

    assert "旧的标题" in await text()
    assert "旧的标题" in await text()
    assert len(written) == 1

    seen = await owner.read(f"/roadshows/{roadshow['id']}")
    changed = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", {"title": "新的标题"}, version=seen["version"])
    assert changed.is_success, changed.text
    assert "新的标题" in await text()

    venues = (await owner.read(f"/organizers/{organizer['id']}/venues"))["items"]
    venue = next(each for each in venues if each["kind"] == "hall")
    moved = await owner.send("PATCH", f"/venues/{venue['id']}", {"address": "新址八号"}, version=venue["version"])
    assert moved.is_success, moved.text
    if roadshow["hall"]:
        assert "新址八号" in await text()

    await owner.made(f"/roadshows/{roadshow['id']}/cancel", {"reason": "台风"})
    assert "STATUS:CANCELLED" in await text()
