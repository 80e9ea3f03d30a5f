"""Engines behind a real server: two processes' worth of them share a room, drain, and stop clean."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from realtime.admission import Admission, Seat
from realtime.engine import Engine
from realtime.fastpath import FastPath, handover_of
from tests.realtime.worlds import FakeLog, until

ROOM = "room:1:public"


@asynccontextmanager
async def serving(engine: Engine, log: FakeLog) -> AsyncIterator[str]:
    """A real uvicorn with one live room; the command `say` appends a word."""

    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        seq = log.append(ROOM, json.loads(body)["word"])
        engine.ring(ROOM, seq)
        return 201, b'{"seq":%d}' % seq

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        member = websocket.query_params["as"]
        tags = frozenset({f"login:{member}"})
        admission = Admission({"public": ROOM}, perform, tags=tags, seat=Seat("1", member))
        await engine.serve(websocket.receive, websocket.send, admission, handover_of(websocket.scope))

    app = Starlette(routes=[WebSocketRoute("/live", live)])
    config = uvicorn.Config(app, log_level="critical", ws=FastPath, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    await engine.start()
    serving = asyncio.create_task(server.serve([listener]))
    await until(lambda: server.started)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/live"
    finally:
        server.should_exit = True
        await serving
        await engine.stop()
        listener.close()


async def hear(client: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    async with asyncio.timeout(10):
        async for text in client:
            frame: dict[str, Any] = json.loads(text)
            if frame["type"] == kind:
                return frame
    raise AssertionError("closed")


async def close_code(client: ClientConnection) -> int:
    async with asyncio.timeout(10):
        await client.wait_closed()
    assert client.close_code is not None
    return client.close_code


def subscribe(**position: object) -> str:
    return json.dumps({"type": "subscribe", "stream": "public", **position})


def say(word: str) -> str:
    return json.dumps({"type": "command", "cmd_id": word, "name": "say", "body": {"word": word}})


@pytest.fixture
async def pair(redis_url: str) -> AsyncIterator[tuple[Engine, str, Engine, str]]:
    """Two engines on one log, as two processes would be."""
    log = FakeLog()
    namespace = uuid4().hex
    here, there = (Engine(log, redis_url=redis_url, namespace=namespace) for _ in range(2))
    async with serving(here, log) as here_url, serving(there, log) as there_url:
        await until(lambda: here.healthy and there.healthy)
        yield here, here_url, there, there_url


async def test_what_is_said_to_one_process_is_heard_at_the_other(
    pair: tuple[Engine, str, Engine, str],
) -> None:
    _, here_url, _, there_url = pair
    async with connect(f"{here_url}?as=ann") as ann, connect(f"{there_url}?as=bo") as bo:
        await bo.send(subscribe())
        await hear(bo, "snapshot")

        await ann.send(say("多少?"))
        ack, entry = await hear(ann, "ack"), await hear(bo, "entry")

    assert (ack["status"], ack["body"]) == (201, {"seq": 1})
    assert (entry["seq"], entry["data"]) == (1, {"word": "多少?"})


async def test_presence_counts_both_processes(pair: tuple[Engine, str, Engine, str]) -> None:
    _, here_url, _, there_url = pair
    async with connect(f"{here_url}?as=ann") as ann, connect(f"{there_url}?as=bo"):
        async with asyncio.timeout(15):
            while (await hear(ann, "presence"))["count"] != 2:
                pass


async def test_person_at_the_other_process_is_told_of_their_command(pair: tuple[Engine, str, Engine, str]) -> None:
    here, _, _, there_url = pair
    async with connect(f"{there_url}?as=bo") as bo:
        await bo.send(subscribe())
        await hear(bo, "snapshot")

        here.move(ROOM, "command 1")

        assert (await hear(bo, "moved"))["cmd_id"] == "command 1"


async def test_revocation_reaches_the_other_process(pair: tuple[Engine, str, Engine, str]) -> None:
    here, _, _, there_url = pair
    async with connect(f"{there_url}?as=bo") as bo:
        await hear(bo, "welcome")

        here.close("login:bo", 4401)

        assert await close_code(bo) == 4401


async def test_client_moves_from_a_draining_process_and_misses_nothing(
    pair: tuple[Engine, str, Engine, str],
) -> None:
    here, here_url, _, there_url = pair
    async with connect(f"{here_url}?as=ann") as ann, connect(f"{there_url}?as=bo") as bo:
        await ann.send(subscribe())
        snapshot = await hear(ann, "snapshot")
        draining = asyncio.create_task(here.drain(0.2))
        code = await close_code(ann)
        await bo.send(say("meanwhile"))
        await hear(bo, "ack")
        await draining
        async with connect(f"{there_url}?as=ann") as back:
            await back.send(subscribe(epoch=snapshot["epoch"], seq=snapshot["seq"]))
            entry = await hear(back, "entry")

    assert (code, entry["seq"], entry["data"]) == (1012, 1, {"word": "meanwhile"})


async def test_engine_without_redis_serves_alone_and_leaves_no_task() -> None:
    log = FakeLog()
    engine = Engine(log)
    before = _tasks()
    async with serving(engine, log) as url, connect(f"{url}?as=ann") as ann:
        await ann.send(subscribe())
        await hear(ann, "snapshot")
        await ann.send(say("hello"))
        entry = await hear(ann, "entry")
    await until(lambda: _tasks() <= before)

    assert entry["data"] == {"word": "hello"}
    assert engine.metrics.connections == 0


async def test_redis_that_is_not_there_delays_nothing() -> None:
    log = FakeLog()
    engine = Engine(log, redis_url="redis://127.0.0.1:1/0")
    async with serving(engine, log) as url, connect(f"{url}?as=ann") as ann:
        await ann.send(subscribe())
        await hear(ann, "snapshot")
        await ann.send(say("hello"))
        entry, presence = await hear(ann, "entry"), await hear(ann, "presence")

    assert (entry["seq"], presence["count"], engine.healthy) == (1, 1, False)


def _tasks() -> int:
    return len(asyncio.all_tasks())
