"""What faults stand on: nodes on a fresh database, and a Redis of their own that may be hurt."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from tests.faults.nodes import Node
from tests.faults.profile import Profile
from tests.services import free_port, redis_server


class Redis:
    """A Redis that can die, fall silent, forget, and come back empty at the same address."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._directory = directory
        self._stack = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        _, self._process = self._stack.enter_context(redis_server(self._directory, self.port))

    def kill(self) -> None:
        self._stack.close()

    def freeze(self) -> None:
        """Silent: connections stay, nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Everything it knew is gone."""
        import redis

        with redis.Redis(port=self.port, socket_timeout=2) as client:
            client.flushall()


@asynccontextmanager
async def two_nodes(
    profile: Profile,
    *,
    more: Sequence[Mapping[str, str]] = ({}, {}),
    redis_url_of: Callable[[int, str], str] = lambda _number, url: url,
    database_url_of: Callable[[str], str] = lambda url: url,
    database_url: str | None = None,
) -> AsyncIterator[tuple[list[Node], str, Redis]]:
    """Two processes on PostgreSQL and Redis: the nodes, the database, and Redis."""
    url, redis = database_url or await profile.postgres(), Redis(profile.directory)
    redis.start()
    theirs = database_url_of(url)
    nodes = [Node(profile.directory, theirs, redis_url_of(n, redis.url), extra) for n, extra in enumerate(more)]
    try:
        await asyncio.gather(*(node.start() for node in nodes))
        yield nodes, url, redis
    finally:
        for node in nodes:
            node.kill()
        redis.kill()


@asynccontextmanager
async def lone_node(profile: Profile) -> AsyncIterator[tuple[Node, str]]:
    """The only process, on SQLite."""
    url = await profile.sqlite()
    node = Node(profile.directory, url)
    try:
        await node.start()
        yield node, url
    finally:
        node.kill()
