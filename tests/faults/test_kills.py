"""Processes and Redis are killed under load, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from tests.faults.crowd import Crowd, Fault
from tests.faults.nodes import Node
from tests.services import free_port, redis_server


def kill_and_restart(node: Node) -> Fault:
    async def fault() -> None:
        node.kill()
        await node.start()

    return fault


async def test_the_only_process_killed_ten_times_loses_nothing(sqlite_url: str, tmp_path: Path) -> None:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    crowd = Crowd([node])
    await crowd.found()
    try:
        toll = await crowd.endure([kill_and_restart(node)] * 10, every_seconds=0.8)
    finally:
        node.stop()

    assert toll.is_clean, toll
    assert sqlite3.connect(sqlite_url.removeprefix("sqlite:///")).execute("PRAGMA integrity_check").fetchone() == (
        "ok",
    )


async def test_one_of_two_processes_killed_five_times_loses_nothing(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    crowd = Crowd(nodes)
    await crowd.found()
    try:
        toll = await crowd.endure([kill_and_restart(nodes[turn % 2]) for turn in range(5)], every_seconds=1.0)
    finally:
        for node in nodes:
            node.stop()

    assert toll.is_clean, toll


async def test_redis_killed_three_times_loses_nothing(fresh_postgres_url: str, tmp_path: Path) -> None:
    port = free_port()
    nodes = [Node(tmp_path, fresh_postgres_url, f"redis://127.0.0.1:{port}/0") for _ in range(2)]

    async def fault() -> None:
        """The running Redis dies, a second passes, an empty one takes its place."""
        redis.__exit__(None, None, None)
        await asyncio.sleep(1)
        start()

    def start() -> None:
        nonlocal redis
        redis = redis_server(tmp_path, port)
        redis.__enter__()

    redis = redis_server(tmp_path, port)
    redis.__enter__()
    try:
        await asyncio.gather(*(node.start() for node in nodes))
        crowd = Crowd(nodes)
        await crowd.found()
        toll = await crowd.endure([fault] * 3, every_seconds=1.5)
    finally:
        for node in nodes:
            node.stop()
        redis.__exit__(None, None, None)

    assert toll.is_clean, toll
