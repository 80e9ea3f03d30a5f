"""B10 in its quick form: a crowd votes three times each over sockets and HTTP, and each vote counts once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.world import Person

TIMES, AT_ONCE = 3, 60
CROWDS = pytest.mark.parametrize("voters", [60, pytest.param(1000, marks=pytest.mark.full)])


@CROWDS
async def test_a_crowd_is_counted_exactly_on_sqlite(sqlite_url: str, tmp_path: Path, voters: int) -> None:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    try:
        assert await vote([node], voters) == (voters, voters * TIMES, voters)
    finally:
        node.stop()


@CROWDS
async def test_a_crowd_is_counted_exactly_on_postgresql_with_two_processes(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path, voters: int
) -> None:
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    try:
        assert await vote(nodes, voters) == (voters, voters * TIMES, voters)
    finally:
        for node in nodes:
            node.stop()


async def vote(nodes: list[Node], count: int) -> tuple[int, int, int]:
    """The counter in the end, the acks that said yes, and how many voters find their vote."""
    async with httpx.AsyncClient(base_url=nodes[0].url, timeout=30) as client:
        host = Person(client)
        room = await found_room(host)
        asked = await host.made(f"/roadshows/{room}/live/question.ask", {"text": "良率多少？"})
        question = str(asked["id"])
        gate = asyncio.Semaphore(AT_ONCE)
        voters = await asyncio.gather(*(_voter(gate, nodes[n % len(nodes)], room, n) for n in range(count)))
        votes = (_vote(gate, nodes, cookie, room, question, n) for n, cookie in enumerate(voters))
        acks = await asyncio.gather(*votes)
        state = await host.read(f"/roadshows/{room}/live/snapshot")
        mine = await asyncio.gather(*(_has(gate, nodes[0], cookie, room, question) for cookie in voters))
    return state["state"]["questions"][0]["votes"], sum(acks), sum(mine)


async def _voter(gate: asyncio.Semaphore, node: Node, room: str, number: int) -> str:
    """A guest's cookie."""
    async with gate, httpx.AsyncClient(base_url=node.url, timeout=30) as client:
        answer = await client.post(
            f"/api/v1/roadshows/{room}/guests", json={"name": f"听众{number}"},
            headers={"Origin": node.url, "Idempotency-Key": str(uuid4())},
        )  # fmt: skip
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def _vote(gate: asyncio.Semaphore, nodes: list[Node], cookie: str, room: str, question: str, number: int) -> int:
    """Three votes under ids of their own, from two processes at once where there are two; how many were granted."""
    links = [nodes[(number + turn) % len(nodes)] for turn in range(TIMES)]
    async with gate:
        return sum(await asyncio.gather(*(_by_socket(node, cookie, room, question) for node in links)))


async def _by_socket(node: Node, cookie: str, room: str, question: str) -> bool:
    url = f"ws{node.url.removeprefix('http')}/api/v1/roadshows/{room}/live/socket"
    frame = {"type": "command", "cmd_id": str(uuid4()), "name": "question.vote", "body": {"question_id": question}}
    async with asyncio.timeout(60), connect(url, origin=node.url, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps(frame))
        async for message in socket:
            heard = json.loads(message)
            if heard["type"] == "ack":
                return bool(heard["status"] == 200)
    return False


async def _has(gate: asyncio.Semaphore, node: Node, cookie: str, room: str, question: str) -> bool:
    async with gate, httpx.AsyncClient(base_url=node.url, headers={"Cookie": cookie}, timeout=30) as client:
        answer = await client.get(f"/api/v1/roadshows/{room}/live/mine")
        return question in answer.json()["votes"]
