"""P3 in its quick form: repeats over both doors with links cut in mid-flight have one effect each."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.exactly_once import measure
from tests.faults.nodes import Node

COMMANDS = 200


async def test_commands_sent_three_times_to_one_process_take_effect_once(sqlite_url: str, tmp_path: Path) -> None:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    try:
        outcome = await measure([node], "sqlite", COMMANDS)
    finally:
        node.stop()

    assert outcome.is_exact, outcome


async def test_commands_sent_three_times_to_two_processes_take_effect_once(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    try:
        outcome = await measure(nodes, "postgresql", COMMANDS)
    finally:
        for node in nodes:
            node.stop()

    assert outcome.is_exact, outcome
