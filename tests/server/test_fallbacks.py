"""The room over server-sent events and long polls: the same day, frame by frame, as over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from realtime import fallback
from server.settings import Settings
from tests.faults.nodes import Node
from tests.lines import TRANSPORTS, EventLine, Line, PollLine, WanderingPoll
from tests.live import Show, new_show, served
from tests.server.test_nodes import address_of, host_of
from tests.world import Person, World


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """With rate limits: they are part of the rules."""
    async with World.open(Settings(database_url=sqlite_url, files_dir=tmp_path / "files")) as world:
        yield world


@pytest.fixture(autouse=True)
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Responses end soon, so that every test goes on from one to the next."""
    monkeypatch.setattr(fallback, "STREAM_SECONDS", 2.0)


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as address:
        yield address


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def lines_of(stack: AsyncExitStack, address: str, show: Show, person: Person | None, *streams: str) -> list[Line]:
    """One device of this person over each transport, each with a snapshot of each stream."""
    lines = [transport(address, show.id, person, streams) for transport in TRANSPORTS]
    for line in lines:
        await stack.enter_async_context(line)
        await line.until(lambda line=line: line.states.keys() == set(streams))  # type: ignore[misc]
    return lines


async def caught_up(show: Show, person: Person, lines: list[Line]) -> dict[str, Any]:
    """The fresh snapshots, once every device stands where they do."""
    fresh = {}
    for stream in lines[0].streams:
        view = await show.state(person, stream)
        fresh[stream] = view["state"]
        for line in lines:
            await line.reach(stream, view["seq"])
    return fresh


async def test_same_day_over_every_transport(world: World, show: Show, address: str, stack: AsyncExitStack) -> None:
    asker, voter = await world.person("提问人"), await world.person("听众")
    phones = await lines_of(stack, address, show, asker, "public", "user")
    desks = await lines_of(stack, address, show, show.host, "public", "staff")

    asked = [(await phone.act("question.ask", {"text": f"问题{n}"}))["body"]["id"] for n, phone in enumerate(phones)]
    for desk, question_id in zip(desks, asked, strict=True):
        await show.act(voter, "question.vote", {"question_id": question_id})
        assert (await desk.act("question.pin", {"question_id": question_id}))["status"] == 200
    await show.act(show.host, "room.moderation", {"mode": "before"})
    pending = await show.ask(asker, "先审后发")
    await show.act(show.host, "question.approve", {"question_id": pending})
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})
    before = await caught_up(show, asker, phones)

    for phone in phones:
        await phone.drop()
    await show.act(show.host, "question.hide", {"question_id": asked[0], "reason": "重复"})
    late = [await show.ask(asker, f"离线时{n}") for n in range(3)]
    for question_id in late[:2]:
        await show.act(show.host, "question.approve", {"question_id": question_id})
    await show.act(show.host, "question.hide", {"question_id": late[0], "reason": "离题"})
    for phone in phones:
        phone.come()
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[1]})

    after, desk_after = await caught_up(show, asker, phones), await caught_up(show, show.host, desks)
    assert before != after
    assert [phone.states for phone in phones] == [after] * 3
    assert [desk.states for desk in desks] == [desk_after] * 3
    assert [line.faults for line in phones + desks] == [[]] * 6
    assert [_by_stream(desk) for desk in desks] == [_by_stream(desks[0])] * 3
    assert [_first_on_return(phone)["type"] for phone in phones] == ["snapshot"] * 3
    assert all("离线时0" not in json.dumps(_public(phone)[_return(phone) :], ensure_ascii=False) for phone in phones)


def _by_stream(line: Line) -> dict[str, list[tuple[str, int, str, Any]]]:
    """What was heard of each stream, in order; between streams there is none."""
    return {stream: [entry for entry in line.entries if entry[0] == stream] for stream in line.streams}


def _public(line: Line) -> list[dict[str, Any]]:
    return [frame for frame in line.frames if frame["type"] == "welcome" or frame.get("stream") == "public"]


def _return(line: Line) -> int:
    """Where the frames since the last welcome begin."""
    return max(n for n, frame in enumerate(_public(line), start=1) if frame["type"] == "welcome")


def _first_on_return(line: Line) -> dict[str, Any]:
    return _public(line)[_return(line)]


@pytest.mark.field
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_own_act_on_another_device_rings(
    world: World, show: Show, address: str, stack: AsyncExitStack, transport: type[Line]
) -> None:
    """Between two requests a ring may be lost, so several acts follow each other; each poll waits 25 s for news."""
    asker, voter = await world.person("提问人"), await world.person("听众")
    question_id = await show.ask(asker, "良率多少？")
    line = await stack.enter_async_context(transport(address, show.id, voter, ("user",)))
    await line.until(lambda: "user" in line.states)

    for name in ("question.vote", "question.unvote") * 4:
        await show.act(voter, name, {"question_id": question_id})
        with suppress(TimeoutError):
            await line.until(lambda: _moves(line), seconds=2)
            break

    assert _moves(line)
    assert line.states["user"] == (await show.state(voter, "user"))["state"], "what was done is read, not told"


def _moves(line: Line) -> int:
    return sum(frame["type"] == "moved" for frame in line.frames)


async def test_what_was_missed_is_counted_alike(world: World, show: Show, address: str, stack: AsyncExitStack) -> None:
    asker = await world.person()
    lines = await lines_of(stack, address, show, None, "public")
    for line in lines:
        await line.drop()
    for n in range(4):
        await show.ask(asker, f"问题{n}")

    for line in lines:
        line.come()
    await caught_up(show, asker, lines)

    resumed = [next(frame for frame in line.frames if frame["type"] == "resumed") for line in lines]
    assert resumed[0]["count"] == 4
    assert resumed == [resumed[0]] * 3
    assert lines[0].entries == lines[1].entries == lines[2].entries


async def test_a_repeat_over_another_transport_is_answered_the_same(
    world: World, show: Show, address: str, stack: AsyncExitStack
) -> None:
    lines = await lines_of(stack, address, show, await world.person(), "public")
    cmd_id = str(uuid4())

    acks = [await line.act("question.ask", {"text": "只问一次"}, cmd_id) for line in lines]

    assert acks == [acks[0]] * 3
    assert len((await show.state(show.host))["state"]["questions"]) == 1


# How lines end.


async def test_room_over_and_login_ended_close_alike(
    world: World, show: Show, address: str, stack: AsyncExitStack
) -> None:
    leaver = await world.person()
    stays = await lines_of(stack, address, show, await world.person(), "public", "user")
    leaves = await lines_of(stack, address, show, leaver, "public", "user")

    began = time.monotonic()
    await leaver.send("DELETE", "/session")
    signed_out = [await line.ended() for line in leaves]
    await show.change(state="cancelled")
    over = [await line.ended() for line in stays]

    assert (signed_out, over) == ([4401] * 3, [4410] * 3)
    assert time.monotonic() - began < 12


async def test_staff_role_taken_away_closes_alike(
    world: World, show: Show, address: str, stack: AsyncExitStack
) -> None:
    viewer = await world.staff(show.host, show.organizer_id, "viewer")
    lines = await lines_of(stack, address, show, viewer, "public", "staff")

    await show.host.send("DELETE", f"/organizers/{show.organizer_id}/staff/{viewer.id}")

    assert [await line.ended() for line in lines] == [4403] * 3


async def test_too_many_frames_close_alike(world: World, show: Show, address: str, stack: AsyncExitStack) -> None:
    lines = []
    for transport in TRANSPORTS:
        line = await stack.enter_async_context(transport(address, show.id, await world.person(), ["public"]))
        await line.until(lambda line=line: line.states)  # type: ignore[misc]
        lines.append(line)

    for line in lines:
        await line.say(*[{"type": "ping"}] * 100)

    assert [await line.ended() for line in lines] == [4429] * 3


BREACHES: list[tuple[dict[str, Any], int]] = [
    ({"type": "nonsense"}, 1007),
    ({"type": "command", "cmd_id": "1"}, 1007),
    ({"type": "ping", "x": "x" * 65536}, 1009),
]


async def test_frames_that_break_the_rules_close_alike(world: World, show: Show, address: str) -> None:
    person = await world.person()

    async def outcome(transport: type[Line], frame: dict[str, Any]) -> int:
        async with transport(address, show.id, person, ["public"]) as line:
            await line.until(lambda: line.states)
            await line.say(frame)
            return await line.ended()

    for frame, code in BREACHES:
        assert [await outcome(transport, frame) for transport in TRANSPORTS] == [code] * 3


async def test_drain_closes_alike(world: World, show: Show, address: str, stack: AsyncExitStack) -> None:
    lines = await lines_of(stack, address, show, await world.person(), "public")
    await asyncio.sleep(0.3)

    await world.app.state.live.drain(0.5)

    assert [await line.ended() for line in lines] == [1012] * 3
    assert [[f["jitter_seconds"] for f in line.frames if f["type"] == "drain"] for line in lines] == [[0.5]] * 3


async def test_more_than_twenty_lines_of_a_login_make_room(world: World, show: Show, address: str) -> None:
    person = await world.person()
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(EventLine(address, show.id, person, ["public"])) for _ in range(21)]

        async with asyncio.timeout(10):
            while all(line.code is None for line in lines):
                await asyncio.sleep(0.02)

        assert [line.code for line in lines if line.code] == [4409]


# Who comes in.


async def test_refusals_are_those_of_the_socket(world: World) -> None:
    person, stranger = await world.person(), await world.stranger()
    rooms = {
        "needs_approval": await new_show(world, needs_approval=True),
        "members": await new_show(world, open_to_guests=False),
        "cancelled": await new_show(world, state="cancelled"),
        "draft": await new_show(world, state="draft"),
    }

    async def status(who: Person, room: Show, path: str) -> int:
        return (await who.get(f"{room.path}/live/{path}", params={"follow": "public", "wait": 0})).status_code

    for path in ["events", "poll"]:
        answers = {
            name: (await status(person, room, path), await status(stranger, room, path)) for name, room in rooms.items()
        }
        assert answers == {
            "needs_approval": (403, 401),
            "members": (200, 401),
            "cancelled": (410, 401),
            "draft": (404, 404),
        }


async def test_other_sites_pages_hear_nothing(world: World, show: Show) -> None:
    person = await world.person()
    foreign = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]

    for path, headers in product(["events", "poll"], foreign):
        answer = await person.get(f"{show.path}/live/{path}", params={"follow": "public"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


async def test_frames_need_the_csrf_token(world: World, show: Show) -> None:
    person = await world.person()

    answer = await person.post(f"{show.path}/live/frames", [], headers={"X-CSRF-Token": "another"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


async def test_stream_of_somebody_else_is_an_error_and_a_lost_one_closes(world: World, show: Show) -> None:
    person = await world.person()
    path = f"{show.path}/live/poll"

    asked = await person.read(path, params={"follow": ["staff"], "wait": 0.2})
    lost = await person.read(path, params={"follow": ["staff:1:x"], "continued": True})

    assert [frame["type"] for frame in asked] == ["welcome", "error"]  # type: ignore[index]
    assert [frame["code"] for frame in lost] == [4403]  # type: ignore[index]


async def test_places_that_are_none_are_refused(show: Show) -> None:
    follows = ["", "public:x:e", "public:1", "PUBLIC", "public:1:e:e", "a" * 33, ["public"] * 9]

    answers = [await show.host.get(f"{show.path}/live/poll", params={"follow": follow}) for follow in follows]

    assert [answer.status_code for answer in answers] == [422] * len(follows)


async def test_posts_that_are_no_frames(show: Show) -> None:
    async def answer(body: bytes) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        sent = await show.host.send("POST", f"{show.path}/live/frames", content=body, headers=headers)
        return sent.status_code, sent.json()[0]["code"] if sent.is_success else sent.json()["code"]

    assert [await answer(body) for body in [b"{}", b"[", b" " * 262145, b"[1]"]] == [
        (422, "validation_failed"),
        (422, "validation_failed"),
        (413, "too_large"),
        (200, 1007),
    ]


# What each transport promises of itself.


async def test_events_say_how_to_go_on(world: World, show: Show, address: str) -> None:
    asker = await world.person()
    await show.ask(asker)
    url = f"http://{address}/api/v1{show.path}/live/events"
    epoch, seq = (state := await show.state(asker))["epoch"], state["seq"]

    async with httpx.AsyncClient() as client, client.stream("GET", url, params={"follow": "public"}) as response:
        headers = response.headers
        lines = [line async for line in response.aiter_lines()]
    async with (
        httpx.AsyncClient(headers={"Last-Event-ID": f"public:{seq - 1}:{epoch}"}) as client,
        client.stream("GET", url, params={"follow": "public", "continued": True}) as response,
    ):
        again = [line async for line in response.aiter_lines() if line.startswith("data: ")]

    assert headers["content-type"].startswith("text/event-stream")
    assert (headers["x-accel-buffering"], headers["cache-control"]) == ("no", "no-store, no-transform")
    assert lines[0] == "retry: 1000"
    assert f"id: public:{seq}:{epoch}" in lines
    assert [json.loads(line[6:])["type"] for line in again[:2]] == ["resumed", "entry"]


async def test_events_are_kept_alive(monkeypatch: pytest.MonkeyPatch, show: Show, address: str) -> None:
    monkeypatch.setattr(fallback, "KEEP_ALIVE_SECONDS", 0.1)
    url = f"http://{address}/api/v1{show.path}/live/events"

    async with httpx.AsyncClient() as client, client.stream("GET", url, params={"follow": "public"}) as response:
        comments = [line async for line in response.aiter_lines() if line == ":"]

    assert len(comments) > 5
    assert fallback.POLL_SECONDS <= 25


async def test_a_lost_answer_is_given_again(world: World, show: Show) -> None:
    asker = await world.person()
    path = f"{show.path}/live/poll"
    first: Any = await asker.read(path, params={"follow": "public"})
    snapshot = first[1]
    place = f"public:{snapshot['seq']}:{snapshot['epoch']}"
    await show.ask(asker)

    answers: list[Any] = [await asker.read(path, params={"follow": place, "continued": True}) for _ in range(2)]

    assert [[f for f in answer if f["type"] == "entry"] for answer in answers] == [answers[0][1:2]] * 2
    assert answers[0][1]["kind"] == "question.changed"


async def test_poll_waits_for_news_and_no_longer(world: World, show: Show, address: str) -> None:
    asker = await world.person()
    async with PollLine(address, show.id, asker, ["public"]) as line:
        await line.until(lambda: line.states)
        await asyncio.sleep(1)
        began = time.monotonic()
        await show.ask(asker)
        await line.until(lambda: line.entries)

        assert time.monotonic() - began < 1

    snapshot: Any = await asker.read(f"{show.path}/live/poll", params={"follow": "public", "wait": 0})
    began = time.monotonic()
    epoch = (await show.state(asker))["epoch"]
    quiet: Any = await asker.read(
        f"{show.path}/live/poll", params={"follow": f"public:2:{epoch}", "wait": 0.4, "continued": True}
    )

    assert [frame["type"] for frame in snapshot][:1] == ["welcome"]
    assert {frame["type"] for frame in quiet} <= {"resumed", "presence", "heartbeat"}
    assert 0.3 < time.monotonic() - began < 2


async def test_who_follows_over_http_is_present_between_requests(
    monkeypatch: pytest.MonkeyPatch, world: World, show: Show, address: str
) -> None:
    monkeypatch.setattr(fallback, "STAY_SECONDS", 1.0)
    presence = world.app.state.live.presence

    counts = []
    for transport in (EventLine, PollLine):
        async with transport(address, show.id, await world.person(), ["public"]) as line:
            await line.until(lambda line=line: line.states)  # type: ignore[misc]
        counts.append(presence.local_count(show.id))
    await asyncio.sleep(1.5)

    assert counts == [1, 2]
    assert presence.local_count(show.id) == 0


async def test_a_screens_link_is_followed_alike_and_closes_alike(show: Show, address: str) -> None:
    asker = await show.world.person()
    made = await show.host.made(f"{show.path}/screens", {"kind": "timer"})
    async with AsyncExitStack() as stack:
        lines = [transport(address, "", None, ["public"]) for transport in TRANSPORTS]
        for line in lines:
            line.path = f"/api/v1/screens/{made['url'].rsplit('/s/', 1)[1]}"
            await stack.enter_async_context(line)
        await show.ask(asker)
        fresh = await caught_up(show, asker, lines)
        await show.host.send("DELETE", f"{show.path}/screens/{made['id']}")
        codes = [await line.ended() for line in lines]

    assert [line.states for line in lines] == [fresh] * 3
    assert codes == [codes[0]] * 3


async def test_each_request_may_reach_another_process(fresh_postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    """Nothing of a line is kept in a process: polls wander between two, and outlive one of them."""
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    try:
        async with host_of(nodes[0]) as (host, roadshow_id):
            line = WanderingPoll(address_of(nodes[0]), roadshow_id, host, ["public", "user"])
            line.addresses = [address_of(node) for node in nodes]
            async with line:
                await line.until(lambda: len(line.states) == 2)
                acks = [await line.act("question.ask", {"text": f"问题{n}"}) for n in range(6)]
                drops = line.drops
                nodes[1].kill()
                acks += [await host.post(f"/roadshows/{roadshow_id}/live/question.ask", {"text": "之后"})]
                fresh = await host.read(f"/roadshows/{roadshow_id}/live/snapshot")
                await line.reach("public", fresh["seq"], 30)
    finally:
        for node in nodes:
            node.kill()

    assert [ack["status"] for ack in acks[:6]] == [200] * 6
    assert (line.faults, drops) == ([], 0)
    assert line.states["public"] == fresh["state"]
    began = next(f["seq"] for f in line.frames if f["type"] == "snapshot" and f["stream"] == "public")
    assert [seq for stream, seq, _, _ in line.entries if stream == "public"] == list(range(began + 1, fresh["seq"] + 1))
