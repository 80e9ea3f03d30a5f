"""The room itself as a peer: the server a user would run, on its own database, with every entry committed.

Its subscribers are strangers who follow `public` of an open room; its publishers are guests who signed in. `votes`
are the messages of a busy room (each makes one numbered tally entry), `asks` carry the client's marks.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from benchmarks.live.machine import SERVER_CORE, pinned, tree
from benchmarks.live.peers import Target
from server.database import Database
from server.migrate import upgrade
from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.services import postgres_server, redis_server
from tests.world import Person

GUESTS = 64
SUBSCRIBE = '{"type":"subscribe","stream":"public"}'
COMMAND = '{"type":"command","cmd_id":"$I","name":"question.'
VOTE = COMMAND + '$Uvote","body":{"question_id":"$W"}}'
ASK = COMMAND + 'ask","body":{"text":"$M","anonymous":false}}'
STOCK = (
    sys.executable, "-m", "uvicorn", "server.serve:app_from_environment", "--factory", "--port", "{port}",
    "--no-access-log", "--log-level", "warning", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false",
    "--ws-max-size", "65536",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Room:
    """An open room with guests: where it is served, and the guests' cookies and questions for the load client."""

    nodes: tuple[Node, ...]
    roadshow_id: str
    cookies: Path

    def target(self, *, votes: bool, publishers: int, text_size: int = 30, node: int = 0) -> Target:
        """How the load client follows the room through one node and acts in it."""
        base = self.nodes[node].url.removeprefix("http")
        options = [
            "--url", f"ws{base}/api/v1/roadshows/{self.roadshow_id}/live/socket",
            "--hello", SUBSCRIBE, "--ready", '"type":"snapshot"', "--publisher-ready", '"type":"welcome"',
            "--cookies", str(self.cookies), "--publishers", str(publishers), "--seq", '"stream":"public","seq":',
            "--ack", '"status":200', "--message", VOTE if votes else ASK, "--size", str(text_size),
        ]  # fmt: skip
        return Target((*options, *(["--tally"] if votes else [])), self.pids)

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(tree(*(node.pid for node in self.nodes)))


@contextmanager
def sqlite_room(*, command: Sequence[str] | None = None) -> Iterator[Room]:
    """One process on a fresh SQLite file; `command` serves the same app some other way."""
    with tempfile.TemporaryDirectory(prefix="live-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        with _served(directory, f"sqlite:///{directory / 'live.sqlite3'}", None, [SERVER_CORE], command) as room:
            yield room


@contextmanager
def shared_room(cores: Sequence[int]) -> Iterator[Room]:
    """A process on each of `cores`, sharing PostgreSQL and Redis; those two run where there is time."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="live-", ignore_cleanup_errors=True)))
        directory.chmod(0o755)
        (directory / "pg").mkdir()
        database_url = stack.enter_context(postgres_server(directory / "pg"))
        redis_url, _ = stack.enter_context(redis_server(directory))
        yield stack.enter_context(_served(directory, database_url, redis_url, cores, None))


@contextmanager
def _served(
    directory: Path, database_url: str, redis_url: str | None, cores: Sequence[int], command: Sequence[str] | None
) -> Iterator[Room]:
    nodes = [_node(directory, database_url, redis_url, core, command) for core in cores]
    try:
        yield asyncio.run(_opened(directory, database_url, nodes))
    finally:
        for node in nodes:
            node.kill()


def _node(directory: Path, database_url: str, redis_url: str | None, core: int, command: Sequence[str] | None) -> Node:
    return Node(directory, database_url, redis_url, command=command, settle=pinned(core))


async def _opened(directory: Path, database_url: str, nodes: list[Node]) -> Room:
    database = Database(database_url)
    await upgrade(database)
    await database.close()
    for node in nodes:
        await node.start()
    async with httpx.AsyncClient(base_url=nodes[0].url) as client:
        roadshow_id = await found_room(Person(client))
    guests = [await _guest(nodes[0].url, roadshow_id, number) for number in range(GUESTS)]
    cookies = directory / "cookies"
    cookies.write_text("".join(f"{guest}\t{asked}\n" for guest, asked in guests))
    return Room(tuple(nodes), roadshow_id, cookies)


async def _guest(url: str, roadshow_id: str, number: int) -> tuple[str, str]:
    """The cookie of a guest, and the question it asked."""
    path = f"/api/v1/roadshows/{roadshow_id}"
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30) as client:
        key = {"Idempotency-Key": str(uuid4())}
        (await client.post(f"{path}/guests", json={"name": f"听众{number}"}, headers=key)).raise_for_status()
        csrf = (await client.get("/api/v1/me")).json()["csrf_token"]
        question = {"text": f"第 {number} 个问题：量产良率多少？", "anonymous": False}
        headers = {"Idempotency-Key": str(uuid4()), "X-CSRF-Token": csrf}
        answer = await client.post(f"{path}/live/question.ask", json=question, headers=headers)
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items()), answer.json()["id"]
