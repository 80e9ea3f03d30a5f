"""Server processes of our own, to be started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from tests.services import free_port

ROOT = Path(__file__).parent.parent.parent
SERVE = (sys.executable, "-m", "server", "serve")


class Node:
    """One `serve` process on a port of its own. It is ended only through its own handle."""

    def __init__(
        self,
        directory: Path,
        database_url: str,
        redis_url: str | None = None,
        more: Mapping[str, str] | None = None,
        *,
        command: Sequence[str] | None = None,
        settle: Callable[[], None] | None = None,
    ) -> None:
        self.port = free_port()
        self.database_url = database_url
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = directory / f"node-{self.port}.log"
        self._environment = {
            **os.environ,
            "ROADSHOW_DATABASE_URL": database_url,
            "ROADSHOW_FILES_DIR": str(directory / "files"),
            "ROADSHOW_PORT": str(self.port),
            "ROADSHOW_RATE_LIMITS": "0",
            "ROADSHOW_LOG_LEVEL": "warning",
            **(more or {}),
        }
        self._command = [word.format(port=self.port) for word in command or SERVE]
        self._settle = settle
        if redis_url is not None:
            self._environment["ROADSHOW_REDIS_URL"] = redis_url
        self._process: subprocess.Popen[bytes] | None = None
        self._is_leaving = self._is_ready = False

    @property
    def files_dir(self) -> Path:
        """Where it keeps what people upload."""
        return Path(self._environment["ROADSHOW_FILES_DIR"])

    @property
    def log(self) -> str:
        """What the process has written so far."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self, seconds: float = 90) -> float:
        """Start and wait until ready. Returns how long that took, in seconds."""
        self._is_ready = False
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, preexec_fn=self._settle
            )
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with httpx.AsyncClient(base_url=self.url) as client:
            while loop.time() < began + seconds and self.is_up:
                with suppress(httpx.TransportError):
                    if (await client.get("/readyz")).status_code == 200:
                        self._is_ready = True
                        return loop.time() - began
                await asyncio.sleep(0.05)
        raise TimeoutError(f"not ready: {self.log[-2000:]}")

    async def run(self, *words: str, more: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Another command of the same installation, beside whatever runs: its exit code, and all it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", *words, cwd=ROOT, env=self._environment | dict(more or {}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    @property
    def takes_more(self) -> bool:
        """Whether a load balancer would send somebody here."""
        return self.is_up and self._is_ready and not self._is_leaving

    def kill(self) -> None:
        """kill -9: nothing of the process gets a chance to tidy up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        self._signal(signal.SIGTERM)

    async def leave(self, seconds: float = 60) -> float:
        """SIGTERM, and wait until it is gone. Returns how long that took, in seconds."""
        loop = asyncio.get_running_loop()
        began, self._is_leaving = loop.time(), True
        self.signal(signal.SIGTERM)
        while self.is_up and loop.time() < began + seconds:
            await asyncio.sleep(0.05)
        self._is_leaving = False
        return loop.time() - began

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        if self._process is not None and self.is_up:
            self._process.send_signal(number)

    async def metrics(self) -> dict[str, float]:
        """What /metrics says, by name; labelled ones are left out."""
        async with httpx.AsyncClient(base_url=self.url, timeout=10) as client:
            lines = (await client.get("/metrics")).text.splitlines()
        pairs = (line.split(" ") for line in lines if not line.startswith("#") and "{" not in line)
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}

    @property
    def rss_kib(self) -> int:
        """The memory of the process itself."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def _signal(self, number: int) -> None:
        if self._process is not None and self.is_up:
            self._process.send_signal(number)
            self._process.wait(30)
