"""All intents of the city as XLSX from a real server: how long, and how much memory its processes hold at most."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil


def sheet_of(url: str, files: Path, subject: str = "intents") -> dict[str, Any]:
    """`xlsx_100k_seconds` until the last byte, `xlsx_100k_mib` of all the server's processes together."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "ROADSHOW_DATABASE_URL": url, "ROADSHOW_PORT": str(port), "ROADSHOW_DEMO": "1", "ROADSHOW_RATE_LIMITS": "0",
        "ROADSHOW_FILES_DIR": str(files), "ROADSHOW_LOG_LEVEL": "error",
    }  # fmt: skip
    server = subprocess.Popen([sys.executable, "-m", "server", "serve"], env=environment)
    try:
        return _taken(f"http://127.0.0.1:{port}", server.pid, subject)
    finally:
        server.terminate()
        server.wait(30)


def _taken(origin: str, pid: int, subject: str) -> dict[str, Any]:
    client = httpx.Client(base_url=f"{origin}/api/v1", timeout=300)
    _wait(client)
    headers = {"Origin": origin, "X-CSRF-Token": client.get("/me").json()["csrf_token"] or ""}
    client.post("/demo/enter", json={"role": "organizer"}, headers=headers).raise_for_status()
    organizer = client.get("/organizers").json()["items"][0]["id"]
    peak, done = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(pid, peak, done))
    watch.start()
    started, size = time.perf_counter(), 0
    with client.stream("GET", f"/organizers/{organizer}/exports/{subject}.xlsx") as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            size += len(piece)
    seconds = time.perf_counter() - started
    done.set()
    watch.join()
    return {
        "xlsx_100k_seconds": round(seconds, 1),
        "xlsx_100k_mib": round(peak[0] / 2**20),
        "xlsx_bytes": size,
    }


def _wait(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/me").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the server does not answer")


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    server = psutil.Process(pid)
    while not done.wait(0.05):
        total = 0
        for process in (server, *server.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak[0] = max(peak[0], total)
