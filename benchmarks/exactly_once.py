"""P3: every command sent three times over WebSocket and HTTP, one link in five cut in mid-flight; one effect each.

    python -m benchmarks.exactly_once --commands 2000

One JSON line: effects must equal commands, every repeat must equal the first answer byte for byte, and every
repeat with another body must be refused with 422 `cmd_conflict`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from server.database import Database
from server.migrate import upgrade
from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.services import postgres_server, redis_server
from tests.world import Person

SENDS = 3
CUT_SHARE = 0.2
CUT_AFTER_SECONDS = 0.012
WRITERS = 20
TRANSIENT = (httpx.TransportError, OSError, WebSocketException, TimeoutError, EOFError)


@dataclass(slots=True)
class Outcome:
    """What came of it. `effects` counts commands with exactly one question, `doubled` those with more.

    `cut` are links torn on purpose, `dropped` those that broke by themselves, `unavailable` answers that say
    "maybe, send it again": all are sent again if need be.
    """

    database: str
    processes: int
    commands: int
    effects: int = 0
    doubled: int = 0
    sends: int = 0
    by_socket: int = 0
    cut: int = 0
    answers: int = 0
    unequal: int = 0
    mismatches_refused: int = 0
    dropped: int = 0
    unavailable: int = 0
    others: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_exact(self) -> bool:
        return (
            self.effects == self.mismatches_refused == self.commands
            and self.doubled == self.unequal == 0
            and not self.others
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """One command: the same id and words however often it is sent."""

    cmd_id: str
    text: str

    @property
    def body(self) -> dict[str, Any]:
        return {"text": self.text, "anonymous": False}

    @property
    def shuffled(self) -> dict[str, Any]:
        """The same content with its keys in another order: still the same command."""
        return {"anonymous": False, "text": self.text}


class Writer:
    """One guest of the room, sending every command of its share again and again."""

    def __init__(self, urls: list[str], roadshow_id: str, outcome: Outcome, dice: random.Random) -> None:
        self._urls = urls
        self._path = f"/api/v1/roadshows/{roadshow_id}"
        self._outcome = outcome
        self._dice = dice
        self._client = httpx.AsyncClient(timeout=15)
        self._cookie = self._csrf = ""
        self._others: Counter[str] = Counter()

    async def join(self, name: str) -> None:
        """Come in as a guest."""
        url = self._urls[0]
        answer = await self._client.post(
            f"{url}{self._path}/guests", json={"name": name}, headers={"Origin": url, "Idempotency-Key": str(uuid4())}
        )
        answer.raise_for_status()
        self._cookie = "; ".join(f"{key}={value}" for key, value in self._client.cookies.items())
        self._csrf = (await self._client.get(f"{url}/api/v1/me")).json()["csrf_token"]

    async def write(self, asks: list[Ask]) -> None:
        """Carry out the share, then count what was neither an answer nor a refusal that was due."""
        for ask in asks:
            await self._one(ask)
        self._outcome.others = dict(Counter(self._outcome.others) + self._others)
        await self._client.aclose()

    async def _one(self, ask: Ask) -> None:
        answers = [answer for answer in await asyncio.gather(*(self._send(ask) for _ in range(SENDS))) if answer]
        while not answers:
            self._outcome.sends += 1
            if answer := await self._uncut(ask, ask.body):
                answers.append(answer)
        self._outcome.answers += len(answers)
        self._outcome.unequal += len(set(answers)) - 1
        while (other := await self._uncut(ask, ask.body | {"text": f"{ask.text} changed"})) is None:
            continue
        self._outcome.mismatches_refused += b'"cmd_conflict"' in other

    async def _send(self, ask: Ask) -> bytes | None:
        """One send, maybe cut; the bytes of its answer, if it came."""
        await asyncio.sleep(self._dice.uniform(0, 0.01))
        self._outcome.sends += 1
        body = self._dice.choice([ask.body, ask.shuffled])
        if self._dice.random() < CUT_SHARE:
            self._outcome.cut += 1
            return await self._quietly(self._dice.choice([self._cut_socket, self._cut_request]), ask, body)
        return await self._uncut(ask, body)

    async def _uncut(self, ask: Ask, body: dict[str, Any]) -> bytes | None:
        return await self._quietly(self._dice.choice([self._by_socket, self._by_request]), ask, body)

    async def _quietly(
        self, send: Callable[[str, Ask, dict[str, Any]], Awaitable[bytes | None]], ask: Ask, body: dict[str, Any]
    ) -> bytes | None:
        try:
            return await send(self._dice.choice(self._urls), ask, body)
        except TRANSIENT:
            self._outcome.dropped += 1
            return None

    # Over HTTP.

    def _headers(self, url: str, ask: Ask) -> dict[str, str]:
        return {"Origin": url, "X-CSRF-Token": self._csrf, "Idempotency-Key": ask.cmd_id, "Cookie": self._cookie}

    async def _by_request(self, url: str, ask: Ask, body: dict[str, Any]) -> bytes | None:
        answer = await self._client.post(
            f"{url}{self._path}/live/question.ask", json=body, headers=self._headers(url, ask)
        )
        return self._checked(answer.status_code, answer.content)

    async def _cut_request(self, url: str, ask: Ask, body: dict[str, Any]) -> None:
        """Write a whole request, and hang up before its answer."""
        host, port = url.removeprefix("http://").split(":")
        content = json.dumps(body).encode()
        headers = {"Host": f"{host}:{port}", "Content-Type": "application/json", "Content-Length": str(len(content))}
        lines = [f"{name}: {value}" for name, value in (headers | self._headers(url, ask)).items()]
        head = "\r\n".join([f"POST {self._path}/live/question.ask HTTP/1.1", *lines, "", ""])
        _, stream = await asyncio.open_connection(host, int(port))
        stream.write(head.encode() + content)
        await stream.drain()
        await asyncio.sleep(self._dice.uniform(0, CUT_AFTER_SECONDS))
        stream.transport.abort()

    # Over a socket.

    def _link(self, url: str) -> connect:
        address = f"ws{url.removeprefix('http')}{self._path}/live/socket"
        return connect(address, additional_headers={"Origin": url, "Cookie": self._cookie}, compression=None)

    async def _say(self, link: ClientConnection, ask: Ask, body: dict[str, Any]) -> None:
        frame = {"type": "command", "cmd_id": ask.cmd_id, "name": "question.ask", "body": body}
        await link.send(json.dumps(frame))

    async def _by_socket(self, url: str, ask: Ask, body: dict[str, Any]) -> bytes | None:
        self._outcome.by_socket += 1
        async with asyncio.timeout(15), self._link(url) as link:
            await self._say(link, ask, body)
            async for text in link:
                if '"type":"ack"' in text:
                    raw = str(text).partition('"body":')[2][:-1]
                    return self._checked(json.loads(text)["status"], raw.encode())
        return None

    async def _cut_socket(self, url: str, ask: Ask, body: dict[str, Any]) -> None:
        """Send a frame, and tear the connection before its ack."""
        self._outcome.by_socket += 1
        async with asyncio.timeout(15):
            link = await self._link(url)
            await self._say(link, ask, body)
            await asyncio.sleep(self._dice.uniform(0, CUT_AFTER_SECONDS))
            link.transport.abort()
            await link.wait_closed()

    def _checked(self, status: int, content: bytes) -> bytes | None:
        """An answer to keep; anything but 200 and the refusal of another body is counted, and sent again."""
        if status == 200 or (status == 422 and b'"cmd_conflict"' in content):
            return content
        if status == 503:
            self._outcome.unavailable += 1
        else:
            self._others[str(status)] += 1
        return None


async def measure(nodes: list[Node], database: str, commands: int, seed: int = 1) -> Outcome:
    """Run against nodes that are up."""
    outcome, dice = Outcome(database, len(nodes), commands), random.Random(seed)
    async with httpx.AsyncClient(base_url=nodes[0].url) as client:
        roadshow_id = await found_room(Person(client))
    urls = [node.url for node in nodes]
    writers = [Writer(urls, roadshow_id, outcome, random.Random(seed + n)) for n in range(min(WRITERS, commands))]
    for number, writer in enumerate(writers):
        await writer.join(f"听众{number}")
    asks = [Ask(str(uuid4()), f"command {number}") for number in range(commands)]
    dice.shuffle(asks)
    began = time.monotonic()
    await asyncio.gather(*(writer.write(asks[n :: len(writers)]) for n, writer in enumerate(writers)))
    outcome.seconds = round(time.monotonic() - began, 1)
    await _count(urls[0], roadshow_id, asks, outcome)
    return outcome


async def _count(url: str, roadshow_id: str, asks: list[Ask], outcome: Outcome) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.get(f"{url}/api/v1/roadshows/{roadshow_id}/live/snapshot")
    stored = Counter(question["text"] for question in answer.json()["state"]["questions"])
    outcome.effects = sum(stored[ask.text] == 1 for ask in asks)
    outcome.doubled = sum(stored.values()) - len(stored)


async def _prepared(url: str) -> str:
    database = Database(url)
    await upgrade(database)
    await database.close()
    return url


async def main(commands: int, seed: int) -> None:
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="once-")))
        directory.chmod(0o755)
        node = Node(directory, await _prepared(f"sqlite:///{directory / 'once.sqlite3'}"))
        await node.start()
        stack.callback(node.stop)
        print(json.dumps(asdict(await measure([node], "sqlite", commands, seed))), flush=True)
        node.stop()
        (directory / "pg").mkdir()
        url = await _prepared(stack.enter_context(postgres_server(directory / "pg")))
        redis_url, _ = stack.enter_context(redis_server(directory))
        nodes = [Node(directory, url, redis_url) for _ in range(2)]
        for node in nodes:
            await node.start()
            stack.callback(node.stop)
        print(json.dumps(asdict(await measure(nodes, "postgresql", commands, seed))), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.commands, arguments.seed))
