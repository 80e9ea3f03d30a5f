"""Serving: one process to a SQLite database, several only where they can share, and a polite end."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from server.serve import CannotServe, alone_on, check_workers
from server.settings import Settings
from tests.faults.nodes import ROOT


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
    assert str(os.getpid()) in second.stderr
