"""Several server processes: one room shared, and a polite end."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from server.connections import AHEAD, HEAD_BYTES
from tests.attacks.wire import get, line
from tests.faults.crowd import found_room
from tests.faults.nodes import SERVE, Node
from tests.live import Phone, phone_at
from tests.server.api.test_imports import CSV, upload
from tests.world import Person


@asynccontextmanager
async def host_of(node: Node) -> AsyncIterator[tuple[Person, str]]:
    """A host with an open room: the person and the roadshow's id."""
    async with httpx.AsyncClient(base_url=node.url, timeout=20) as client:
        person = Person(client)
        yield person, await found_room(person)


def address_of(node: Node) -> str:
    return node.url.removeprefix("http://")


async def test_two_processes_share_a_room(fresh_postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    try:
        async with host_of(nodes[0]) as (host, roadshow_id):
            here, there = address_of(nodes[0]), address_of(nodes[1])
            async with phone_at(here, roadshow_id, host) as mine, phone_at(there, roadshow_id, None) as theirs:
                await mine.follow()
                await theirs.follow()
                began = time.monotonic()
                for n in range(5):
                    await mine.act("question.ask", {"text": f"问题{n}"})
                fresh = await host.read(f"/roadshows/{roadshow_id}/live/snapshot")
                await theirs.reach("public", fresh["seq"])
                took = time.monotonic() - began
                await mine.reach("public", fresh["seq"])
                heard = theirs.states["public"]
                async with phone_at(there, roadshow_id, host) as second:
                    count = (await second.until("presence", seconds=8))["count"]
                    await host.send("DELETE", "/session")
                    with pytest.raises(ConnectionClosed):
                        await second.until("never", seconds=6)
                    code = second.link.close_code
    finally:
        for node in nodes:
            node.stop()

    assert heard == mine.states["public"] == fresh["state"]
    assert [question["text"] for question in heard["questions"]] == [f"问题{n}" for n in range(5)]
    assert took < 5, "rung, not only rechecked"
    assert count == 1, "one person on two processes counts once"
    assert code == 4401


async def test_sigterm_says_drain_and_spreads_the_closes(sqlite_url: str, tmp_path: Path) -> None:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    async with host_of(node) as (host, roadshow_id):
        phones = [phone_at(address_of(node), roadshow_id, None) for _ in range(8)]
        devices = [await each.__aenter__() for each in phones]
        for device in devices:
            await device.follow()
        process: Any = node._process
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ends = await asyncio.gather(*(_end_of(device, began) for device in devices))
        answer = await host.get("/me")
        await asyncio.to_thread(process.wait, 20)
        took = time.monotonic() - began
        for each in phones:
            await each.__aexit__(None, None, None)

    assert [device.frames[-1]["type"] for device in devices] == ["drain"] * 8
    assert {code for code, _ in ends} == {1012}
    assert max(at for _, at in ends) - min(at for _, at in ends) > 5, "not all at once"
    assert answer.status_code == 200, "requests are answered while sockets leave"
    assert answer.headers["connection"] == "close"
    assert (process.returncode, took < 20) == (0, True)


async def _end_of(device: Phone, began: float) -> tuple[int | None, float]:
    with pytest.raises(ConnectionClosed):
        await device.until("never", seconds=20)
    return device.link.close_code, time.monotonic() - began


async def test_workers_are_supervised_and_leave_together(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    node = Node(tmp_path, fresh_postgres_url, redis_url, {"ROADSHOW_WORKERS": "2"})
    await node.start(60)
    async with host_of(node) as (host, roadshow_id):
        supervisor: Any = node._process
        workers = psutil.Process(supervisor.pid).children()
        async with phone_at(address_of(node), roadshow_id, None) as device:
            await device.follow()
            asked = await host.made(f"/roadshows/{roadshow_id}/live/question.ask", {"text": "几个进程？"})
            await device.until("entry", kind="question.changed")
            supervisor.send_signal(signal.SIGTERM)
            code, _ = await _end_of(device, time.monotonic())
        await asyncio.to_thread(supervisor.wait, 25)

    assert asked["state"] == "published"
    assert code == 1012
    assert supervisor.returncode == 0
    assert len(workers) >= 2
    assert psutil.wait_procs(workers, timeout=5)[1] == []


async def test_workers_keep_the_limits_of_connections_and_read_uploads(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Started by command line; what is handed to a worker process must get there whole."""
    node = Node(
        tmp_path, fresh_postgres_url, redis_url, {"ROADSHOW_CONNECTIONS_PER_ADDRESS": "0"},
        command=[*SERVE, "--workers", "2"],
    )  # fmt: skip
    await node.start(60)
    try:
        address = ("127.0.0.1", node.port)
        async with AsyncExitStack() as stack:
            lines = [await stack.enter_async_context(line(address)) for _ in range(6)]
            for each in lines:
                await each.say(get("/api/v1/calendar?from=x") * 200)
            told = [await asyncio.wait_for(each.reader.read(), 60) for each in lines]
            large = [await stack.enter_async_context(line(address)) for _ in range(6)]
            for each in large:
                await each.say(get("/healthz", f"X: {'a' * HEAD_BYTES}"))
            refused = [await each.status() for each in large]
        async with httpx.AsyncClient(base_url=node.url, timeout=60) as client:
            owner = Person(client)
            await found_room(owner)
            organizer = await owner.made("/organizers", {"slug": "lists", "name": "名单"})
            uploads = [await upload(owner, organizer["id"], CSV) for _ in range(3)]
            processes = psutil.Process(node.pid).children()
    finally:
        node.stop()

    assert [each.count(b"HTTP/1.1 422") for each in told] == [1 + AHEAD] * 6
    assert refused == [431] * 6
    assert [answer.status_code for answer in uploads] == [201] * 3
    assert len(processes) >= 2
