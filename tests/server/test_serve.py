"""Serving: one process to a SQLite database, several only where they can share, and a polite end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from server.serve import CannotServe, alone_on, check_workers
from server.settings import Settings
from tests.faults.nodes import ROOT, Node


def test_workers_on_sqlite_are_refused() -> None:
    with pytest.raises(CannotServe, match="SQLite belongs to one process"):
        check_workers(Settings(database_url="sqlite:////tmp/x.sqlite3", redis_url="redis://localhost"), 2)


def test_workers_without_redis_are_refused() -> None:
    with pytest.raises(CannotServe, match="over Redis"):
        check_workers(Settings(database_url="postgresql://localhost/x", redis_url=None), 2)


def test_second_server_on_a_sqlite_database_is_refused_in_two_seconds(sqlite_url: str) -> None:
    settings = Settings(database_url=sqlite_url)
    environment = os.environ | {"ROADSHOW_DATABASE_URL": sqlite_url, "ROADSHOW_PORT": "0"}

    with alone_on(settings):
        began = time.monotonic()
        with pytest.raises(CannotServe, match="already serves this database"), alone_on(settings):
            pass
        took = time.monotonic() - began
        second = subprocess.run(
            [sys.executable, "-m", "server", "serve"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=20,
        )

    assert took < 2
    assert second.returncode == 1
    assert str(os.getpid()) in second.stdout


async def test_sigterm_says_drain_before_it_closes(sqlite_url: str, tmp_path: Path) -> None:
    node = Node(tmp_path, sqlite_url)
    await node.start()
    process = node._process
    assert process is not None
    async with httpx.AsyncClient(base_url=node.url) as client:
        ready = await client.get("/readyz")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    assert ready.status_code == 200
    assert process.returncode == 0
    assert time.monotonic() - began < 5, "nobody was there to wait for"
    with pytest.raises((ConnectionClosed, OSError)):
        await websockets.connect(node.url.replace("http", "ws"))
