"""F18: clients reset their connection at a random byte; no database connection is left behind, nothing is half done."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
from sqlalchemy import func, select, text

from events.live.models import Question
from server.commands import CommandRow
from server.database import Database
from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node, two_nodes
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll
from tests.faults.writers import Writer

AT_ONCE = 20
LINGER_SECONDS = 0.2
"""So long at most a sender waits before it resets: 200 come each second, which a process can keep up with."""
BUSY = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND state <> 'idle'")  # fmt: skip


async def run(profile: Profile) -> Toll:
    toll = Toll()
    for kind in ("sqlite", "postgresql"):
        async with AsyncExitStack() as stack:
            if kind == "sqlite":
                node, url = await stack.enter_async_context(lone_node(profile))
                nodes = [node]
            else:
                nodes, url, _ = await stack.enter_async_context(two_nodes(profile))
            toll.add(await _reset(profile, nodes, url, kind))
    return toll


async def _reset(profile: Profile, nodes: list[Node], url: str, kind: str) -> Toll:
    requests = profile.pick(150, 5000)
    crowd = Crowd(profile, nodes, url, voters=8, askers=2, readers=4)
    await crowd.found()
    dice = random.Random(profile.seed)
    async with crowd.at_work():
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_torn(gate, dice, crowd.askers[n % 2], nodes, n) for n in range(requests)))
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=10) as client:
            ready = (await client.get(f"{nodes[0].url}/readyz")).status_code
        answered = time.monotonic() - began
    toll = await crowd.reckon()
    toll.note(f"{kind}_resets", requests)
    toll.note(f"{kind}_ready_after", ready, at_most=200)
    toll.note(f"{kind}_answers_within_s", answered, at_most=2)
    toll.note(f"{kind}_half_done", await _half_done(url, crowd.roadshow_id), at_most=0)
    if kind == "postgresql":
        toll.note("connections_busy", await _busy(url), at_most=0)
    return toll


async def _torn(gate: asyncio.Semaphore, dice: random.Random, asker: Writer, nodes: list[Node], number: int) -> None:
    """A question whose sender resets at a random byte of the request, or a moment after it."""
    async with gate:
        node = dice.choice(nodes)
        request = asker.request(node, "question.ask", {"text": f"断线 {number}", "anonymous": False}, str(uuid4()))
        cut = dice.randrange(1, len(request) * 3 // 2)
        try:
            async with asyncio.timeout(10):
                _, stream = await asyncio.open_connection("127.0.0.1", node.port)
                stream.write(request[:cut])
                await stream.drain()
                await asyncio.sleep(dice.uniform(0, LINGER_SECONDS))
                stream.transport.get_extra_info("socket").setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")
                stream.transport.abort()
        except (OSError, TimeoutError):
            return


async def _half_done(url: str, roadshow_id: str) -> int:
    """Questions without the command that asked for them, or the other way round."""
    database = Database(url)
    try:
        async with database.read() as session:
            questions = await session.scalar(select(func.count(Question.id)).where(Question.roadshow_id == roadshow_id))
            rows = (await session.scalars(select(CommandRow.body).where(CommandRow.status == 200))).all()
    finally:
        await database.close()
    asked = sum("text" in json.loads(body) for body in rows if body.startswith(b"{"))
    return abs((questions or 0) - asked)


async def _busy(url: str) -> int:
    """PostgreSQL's connections that are not idle, two seconds after the last request."""
    database = Database(url)
    try:
        for _ in range(20):
            async with database.read() as session:
                busy = await session.scalar(BUSY) or 0
            if not busy:
                break
            await asyncio.sleep(0.1)
    finally:
        await database.close()
    return int(busy)
