"""P3 on SQLite: repeats over both doors with links cut in mid-flight have one effect each; F15 has PostgreSQL."""

from __future__ import annotations

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
