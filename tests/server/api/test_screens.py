"""Screen links: what they show, that they do nothing, that they end, and that nobody can read them anywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import websockets
from sqlalchemy import select, update
from structlog.testing import capture_logs

from events.accounts.keys import hashed
from events.live.stage.models import Screen
from server import middleware
from tests import pdfs
from tests.live import Phone, Show, new_show, served
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def made(show: Show, kind: str = "screen", **fields: object) -> tuple[str, str]:
    """A link's id, and its secret."""
    screen = await show.host.made(f"{show.path}/screens", {"kind": kind} | fields)
    return screen["id"], screen["url"].rsplit("/s/", 1)[1]


@asynccontextmanager
async def screen_at(address: str, secret: str) -> AsyncIterator[Phone]:
    url = f"ws://{address}/api/v1/screens/{secret}/socket"
    async with websockets.connect(url, additional_headers={"Origin": f"http://{address}"}, compression=None) as link:
        yield Phone(link)


async def refusal_at(address: str, secret: str) -> int:
    try:
        async with screen_at(address, secret):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


async def row(world: World, screen_id: str) -> Screen:
    async with world.app.state.roadshow.database.read() as session:
        found: Screen = (await session.scalars(select(Screen).where(Screen.id == screen_id))).one()
        return found


@pytest.mark.parametrize(
    ("kind", "streams"),
    [
        ("screen", ["public", "danmaku"]),
        ("overlay", ["public", "danmaku"]),
        ("timer", ["public"]),
        ("contest", ["public"]),
        ("speaker-monitor", ["public", "speaker"]),
    ],
)
async def test_a_link_follows_what_its_kind_needs_and_no_more(
    world: World, show: Show, kind: str, streams: list[str]
) -> None:
    screen_id, secret = await made(show, kind)

    async with served(world.app) as address, screen_at(address, secret) as screen:
        welcome = await screen.hear()
        first = await screen.follow("public")
        foreign = await screen.follow("staff")
        ack = await screen.act("question.ask", {"text": "能提问吗？"})

    assert welcome["streams"] == streams
    assert (first["type"], first["state"]["room"]["title"], foreign["type"]) == ("snapshot", "光电子专场", "error")
    assert (ack["status"], ack["body"]["code"]) == (403, "screen_only")
    assert (await row(world, screen_id)).last_used_at is not None


async def test_a_revoked_link_goes_dark_within_five_seconds(world: World, show: Show) -> None:
    screen_id, secret = await made(show)

    async with served(world.app) as address:
        async with screen_at(address, secret) as screen:
            await screen.hear()
            await show.host.send("DELETE", f"{show.path}/screens/{screen_id}")
            began = time.monotonic()
            async with asyncio.timeout(10):
                await screen.link.wait_closed()
            took, code = time.monotonic() - began, screen.link.close_code
        again = await refusal_at(address, secret)

    assert (code, took < 5, again) == (4403, True, 404)


async def test_a_link_that_ran_out_opens_nothing(world: World, show: Show) -> None:
    screen_id, secret = await made(show)
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Screen).where(Screen.id == screen_id).values(expires_at=past))

    async with served(world.app) as address:
        socket = await refusal_at(address, secret)

    assert (socket, (await (await world.stranger()).get(f"/screens/{secret}")).status_code) == (404, 404)


async def test_a_link_of_a_cancelled_roadshow_opens_nothing(world: World, show: Show) -> None:
    _, secret = await made(show)

    await show.change(state="cancelled")

    assert (await (await world.stranger()).get(f"/screens/{secret}")).status_code == 404


async def test_the_secret_is_long_told_once_and_kept_as_its_hash(world: World, show: Show) -> None:
    first = await show.host.post(f"{show.path}/screens", {"kind": "timer"}, key="one")
    again = await show.host.post(f"{show.path}/screens", {"kind": "timer"}, key="one")
    secret = first.json()["url"].rsplit("/s/", 1)[1]
    listed = (await show.host.get(f"{show.path}/screens")).text

    assert (first.json(), len(secret)) == (again.json(), 43)
    assert secret not in listed
    assert (await row(world, first.json()["id"])).secret_hash == hashed(secret)


async def test_the_secret_is_in_no_log_and_its_answers_are_not_kept(
    world: World, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await made(show)
    stranger = await world.stranger()
    monkeypatch.setattr(middleware, "logger", structlog.get_logger("access"))

    with capture_logs() as lines:
        answer = await stranger.get(f"/screens/{secret}")
        page = await stranger.client.get(f"/s/{secret}")

    assert any(str(line.get("route")).endswith("/screens/{address}") for line in lines)
    assert secret not in str(lines)
    assert answer.headers["referrer-policy"] == page.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert page.status_code == 404 or page.headers["cache-control"] == "private, no-store"


async def test_slides_are_read_by_the_link_while_they_are_on_stage(world: World, show: Show) -> None:
    assert show.startup is not None
    files = {"file": ("路演.pdf", pdfs.plain())}
    deck = (await show.startup.post(f"/slots/{show.slot_ids[0]}/deck", files=files)).json()["id"]
    _, secret = await made(show)
    other = await new_show(world, is_open=True)
    _, foreign = await made(other)
    stranger = await world.stranger()

    before = await stranger.get(f"/screens/{secret}/deck/{deck}")
    await show.act(show.host, "stage.start", {"slot_id": show.slot_ids[0]})
    shown = await stranger.get(f"/screens/{secret}/deck/{deck}")
    elsewhere = await stranger.get(f"/screens/{foreign}/deck/{deck}")

    assert (before.status_code, shown.status_code, elsewhere.status_code) == (404, 200, 404)


async def test_a_link_ends_within_a_month(show: Show) -> None:
    late = (datetime.now(UTC) + timedelta(days=31)).isoformat()

    refused = await show.host.post(f"{show.path}/screens", {"kind": "timer", "expires_at": late})

    assert (refused.status_code, refused.json()["code"]) == (422, "screen_too_long")
