"""The room itself as a peer: the server a user would run, on its own database, with every entry committed.

Its subscribers are strangers who follow `public` of an open room; its publishers are guests who signed in. `votes`
are the messages of a busy room (each makes one numbered tally entry), `asks` carry the client's marks.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
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
AT_ONCE = 16
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
    guests: int

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


@dataclass(frozen=True, slots=True)
class Setting:
    """How a room is served, and who is in it: guests, of whom the first so many ask what is voted on."""

    guests: int = GUESTS
    questions: int = GUESTS
    command: Sequence[str] | None = None
    environment: Mapping[str, str] | None = None
    cores: Sequence[int] = (SERVER_CORE,)


@contextmanager
def sqlite_room(setting: Setting = Setting()) -> Iterator[Room]:
    """One process on a fresh SQLite file."""
    with tempfile.TemporaryDirectory(prefix="live-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        with _served(directory, f"sqlite:///{directory / 'live.sqlite3'}", None, setting) as room:
            yield room


@contextmanager
def shared_room(setting: Setting, *, durable: bool = False) -> Iterator[tuple[Room, int]]:
    """A process on each of the setting's cores, sharing PostgreSQL and Redis; with them, PostgreSQL's own process.

    Those two run where there is time. `durable` makes PostgreSQL wait for its disk as in production.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="live-", ignore_cleanup_errors=True)))
        directory.chmod(0o755)
        (directory / "pg").mkdir()
        database_url = stack.enter_context(postgres_server(directory / "pg"))
        if durable:
            asyncio.run(_wait_for_disk(database_url))
        redis_url, _ = stack.enter_context(redis_server(directory))
        postmaster = int((directory / "pg" / "postmaster.pid").read_text().split()[0])
        yield stack.enter_context(_served(directory, database_url, redis_url, setting)), postmaster


async def _wait_for_disk(url: str) -> None:
    connection = await asyncpg.connect(url)  # type: ignore[no-untyped-call]
    for name in ("fsync", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {name} = on")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@contextmanager
def _served(directory: Path, database_url: str, redis_url: str | None, setting: Setting) -> Iterator[Room]:
    nodes = [
        Node(directory, database_url, redis_url, setting.environment, command=setting.command, settle=pinned(core))
        for core in setting.cores
    ]
    try:
        yield asyncio.run(_opened(directory, database_url, nodes, setting))
    finally:
        for node in nodes:
            node.kill()


async def _opened(directory: Path, database_url: str, nodes: list[Node], setting: Setting) -> Room:
    database = Database(database_url)
    await upgrade(database)
    await database.close()
    for node in nodes:
        await node.start()
    async with httpx.AsyncClient(base_url=nodes[0].url, timeout=30) as client:
        roadshow_id = await found_room(Person(client))
    gate = asyncio.Semaphore(AT_ONCE)
    people = (_guest(gate, nodes[0].url, roadshow_id, n, asks=n < setting.questions) for n in range(setting.guests))
    guests = await asyncio.gather(*people)
    questions = [question for _, question in guests if question]
    cookies = directory / "cookies"
    lines = (f"{guest}\t{questions[n % len(questions)]}\n" for n, (guest, _) in enumerate(guests))
    cookies.write_text("".join(lines))
    return Room(tuple(nodes), roadshow_id, cookies, setting.guests)


async def _guest(gate: asyncio.Semaphore, url: str, roadshow_id: str, number: int, *, asks: bool) -> tuple[str, str]:
    """The cookie of a guest, and the question it asked, if any."""
    path = f"/api/v1/roadshows/{roadshow_id}"
    async with gate, httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60) as client:
        key = {"Idempotency-Key": str(uuid4())}
        (await client.post(f"{path}/guests", json={"name": f"听众{number}"}, headers=key)).raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        if not asks:
            return cookie, ""
        csrf = (await client.get("/api/v1/me")).json()["csrf_token"]
        question = {"text": f"第 {number} 个问题：量产良率多少？", "anonymous": False}
        headers = {"Idempotency-Key": str(uuid4()), "X-CSRF-Token": csrf}
        answer = await client.post(f"{path}/live/question.ask", json=question, headers=headers)
        answer.raise_for_status()
        return cookie, answer.json()["id"]
