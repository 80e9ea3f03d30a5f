"""The API against its own description: what schemathesis invents never makes the server fail or answer undescribed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.world import Person

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ENDS_THE_LOGIN = ("/api/v1/session", "/api/v1/accounts", "/api/v1/me")
WAITS_FOR_NEWS = (
    "/api/v1/roadshows/{roadshow_id}/live/events",
    "/api/v1/roadshows/{roadshow_id}/live/poll",
    "/api/v1/screens/{address}/events",
    "/api/v1/screens/{address}/poll",
)


async def invented_calls(
    directory: Path, database_url: str, examples: int, phases: str
) -> subprocess.CompletedProcess[str]:
    """Serve, sign in as an organizer's owner, and let schemathesis loose."""
    node = Node(directory, database_url)
    await node.start()
    try:
        async with httpx.AsyncClient(base_url=node.url) as client:
            owner = Person(client)
            await found_room(owner)
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        command = [
            str(Path(sys.executable).parent / "st"), "run", f"{node.url}/api/v1/openapi.json", "--checks", CHECKS,
            "--phases", phases, "--max-examples", str(examples), "--seed", "1",
            "-H", f"Cookie: {cookie}", "-H", f"X-CSRF-Token: {owner.csrf}", "--no-color",
            *(word for path in ENDS_THE_LOGIN + WAITS_FOR_NEWS for word in ("--exclude-path", path)),
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=directory)
    finally:
        node.stop()


async def test_invented_calls_are_answered_as_described(sqlite_url: str, tmp_path: Path) -> None:
    run = await invented_calls(tmp_path, sqlite_url, examples=2, phases="examples,fuzzing")

    assert run.returncode == 0, run.stdout


@pytest.mark.full
async def test_twenty_thousand_invented_calls_are_answered_as_described(
    fresh_postgres_url: str, tmp_path: Path
) -> None:
    run = await invented_calls(tmp_path, fresh_postgres_url, examples=60, phases="examples,coverage,fuzzing")

    assert run.returncode == 0, run.stdout
