"""The site under attack: a server process of its own on loopback, people in it, honest visitors beside the attack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from server.database import Database
from server.settings import Settings
from tests.faults.nodes import Node
from tests.world import Person, World, soon

BESIDE_TIMEOUT = 5.0


class Site(World):
    """A world whose application is another process. `is_quick` asks an attack to be as small as still proves it."""

    def __init__(self, node: Node, stack: AsyncExitStack, database: Database, *, is_quick: bool) -> None:
        self.node, self.database, self.is_quick = node, database, is_quick
        roadshow, settings = SimpleNamespace(database=database), Settings(database_url=node.database_url)
        app: Any = SimpleNamespace(state=SimpleNamespace(roadshow=roadshow, settings=settings))
        super().__init__(app, stack)
        self.kept: dict[str, Any] = {}

    @classmethod
    @asynccontextmanager
    async def on(
        cls, directory: Path, database_url: str, more: dict[str, str] | None = None, *, is_quick: bool
    ) -> AsyncIterator[Site]:
        """A started server on this fresh, migrated database, gone afterwards."""
        node = Node(directory, database_url, more=more)
        async with AsyncExitStack() as stack:
            stack.callback(node.kill)
            await node.start()
            database = Database(database_url)
            stack.push_async_callback(database.close)
            yield cls(node, stack, database, is_quick=is_quick)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.database.read() as session:
            yield session

    async def stranger(self) -> Person:
        client = httpx.AsyncClient(base_url=self.node.url, timeout=60)
        return Person(await self._stack.enter_async_context(client))

    def pick(self, quick: int, full: int) -> int:
        """The size an attack has here."""
        return quick if self.is_quick else full

    @property
    def address(self) -> tuple[str, int]:
        """Where to open raw sockets."""
        return "127.0.0.1", self.node.port

    @property
    def peak_mib(self) -> float:
        """The most memory the server process has ever held."""
        status = Path(f"/proc/{self.node.pid}/status").read_text()
        return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


@dataclass(slots=True)
class Beside:
    """What honest visitors met: how long each answer took, and which were not what they should be."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 1) if ordered else 0.0


def calendar_path() -> str:
    """The calendar of the next forty days."""
    return f"/api/v1/calendar?from={soon(0):%Y-%m-%d}&to={soon(40):%Y-%m-%d}"


async def visit(site: Site, beside: Beside, until: asyncio.Event, pause: float = 0.05) -> None:
    """Ask for ordinary pages, one after another, until told to stop; an answer other than 200 is noted."""
    pages = (calendar_path(), "/readyz", "/api/v1/me")
    async with httpx.AsyncClient(base_url=site.node.url, timeout=BESIDE_TIMEOUT) as client:
        while not until.is_set():
            for path in pages:
                began = time.perf_counter()
                try:
                    status = str((await client.get(path)).status_code)
                except httpx.HTTPError as error:
                    status = type(error).__name__
                beside.seconds.append(time.perf_counter() - began)
                if status != "200":
                    beside.failed.append(f"{path.partition('?')[0]}: {status}")
            await asyncio.sleep(pause)
