"""An hour of coming and going: does the server's memory grow, do its descriptors?

    python -m benchmarks.soak --minutes 60

500 sockets on one room, 10 of them replaced every second, 5 questions and 10 votes a second. One JSON line: the
resident memory at each tenth, its slope in MiB an hour and that of open descriptors, fitted after a warm-up, which is a
fifth of the run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from server.database import Database
from server.migrate import upgrade
from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.world import Person

SAMPLE_SECONDS = 10.0
PAGES_TO_MIB = 4096 / 2**20
QUESTIONS_A_SECOND = 5
KEPT_QUESTIONS = 30


@dataclass(slots=True)
class Visitor:
    """One socket that follows the public stream and answers heartbeats."""

    line: ClientConnection
    reading: asyncio.Task[None]


@dataclass(slots=True)
class Soak:
    """The room, who is in it, and what was measured: (seconds, RSS in MiB, descriptors)."""

    node: Node
    roadshow_id: str
    sockets: int
    joins: float
    visitors: list[Visitor] = field(default_factory=list)
    samples: list[tuple[float, float, int]] = field(default_factory=list)
    joined: int = 0
    entries: int = 0
    broken: int = 0
    refused: int = 0

    async def enter(self) -> None:
        url = f"ws{self.node.url.removeprefix('http')}/api/v1/roadshows/{self.roadshow_id}/live/socket"
        line = await connect(url, compression=None)
        await line.send(json.dumps({"type": "subscribe", "stream": "public"}))
        self.visitors.append(Visitor(line, asyncio.create_task(self._follow(line))))
        self.joined += 1

    async def come_in(self) -> bool:
        """Whether the door was opened in time."""
        try:
            await self.enter()
        except (OSError, TimeoutError, WebSocketException):
            return False
        return True

    async def _follow(self, line: ClientConnection) -> None:
        try:
            async for frame in line:
                self.entries += '"type":"entry"' in str(frame)
                if '"type":"heartbeat"' in str(frame):
                    await line.send('{"type":"ping"}')
        except WebSocketException:
            self.broken += 1

    async def churn(self) -> None:
        """Somebody leaves, somebody comes."""
        while True:
            await asyncio.sleep(1 / self.joins)
            leaving = self.visitors.pop(random.randrange(len(self.visitors)))
            await leaving.line.close()
            await leaving.reading
            while not await self.come_in():
                self.refused += 1

    async def sample(self, began: float) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            proc = Path(f"/proc/{self.node.pid}")
            rss = int((proc / "statm").read_text().split()[1]) * PAGES_TO_MIB
            self.samples.append((time.monotonic() - began, rss, len(list((proc / "fd").iterdir()))))


async def talk(soak: Soak, host: Person) -> None:
    """Questions come, older ones are hidden: the room's own size stays what it is."""
    path, asked = f"/roadshows/{soak.roadshow_id}/live", list[str]()
    while True:
        await asyncio.sleep(1 / QUESTIONS_A_SECOND)
        question = await said(host, f"{path}/question.ask", {"text": f"现金流 {uuid4().hex}"})
        asked.append(question["id"])
        await said(host, f"{path}/question.vote", {"question_id": random.choice(asked)})
        if len(asked) > KEPT_QUESTIONS:
            await said(host, f"{path}/question.hide", {"question_id": asked.pop(0), "reason": "已过"})


async def said(host: Person, path: str, body: dict[str, str]) -> dict[str, Any]:
    """Once, however often the connection is gone: a kept one may close just as it is used again."""
    key = str(uuid4())
    while True:
        try:
            return await host.made(path, body, key=key)
        except httpx.TransportError:
            await asyncio.sleep(0.1)


async def measure(minutes: float, sockets: int, joins: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(url := f"sqlite:///{scratch}/soak.sqlite3")
        await upgrade(database)
        await database.close()
        node = Node(Path(scratch), url)
        await node.start()
        try:
            async with httpx.AsyncClient(base_url=node.url, timeout=30) as client:
                return await run(node, Person(client), minutes, sockets, joins)
        finally:
            node.stop()


async def run(node: Node, host: Person, minutes: float, sockets: int, joins: float) -> dict[str, Any]:
    soak = Soak(node, await found_room(host), sockets, joins)
    for _ in range(sockets):
        await soak.enter()
    work = [soak.churn(), soak.sample(time.monotonic()), talk(soak, host)]
    tasks = [asyncio.create_task(each) for each in work]
    done, _ = await asyncio.wait(tasks, timeout=minutes * 60, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for visitor in soak.visitors:
        with contextlib.suppress(WebSocketException):
            await visitor.line.close()
    return report(soak, minutes)


def report(soak: Soak, minutes: float) -> dict[str, Any]:
    warm = [sample for sample in soak.samples if sample[0] > minutes * 60 / 5]
    return {
        "minutes": minutes,
        "sockets": soak.sockets,
        "joined": soak.joined,
        "entries_delivered": soak.entries,
        "broken": soak.broken,
        "refused": soak.refused,
        "rss_mib": [round(warm[len(warm) * tenth // 10][1], 1) for tenth in range(10)] + [round(warm[-1][1], 1)],
        "rss_mib_an_hour": slope([(at, rss) for at, rss, _ in warm]),
        "descriptors_first": warm[0][2],
        "descriptors_last": warm[-1][2],
        "descriptors_an_hour": slope([(at, float(count)) for at, _, count in warm]),
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much more of it there is after an hour, by least squares."""
    return round(linear_regression([at for at, _ in points], [value for _, value in points]).slope * 3600, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--joins", type=float, default=10, help="a second")
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(measure(arguments.minutes, arguments.sockets, arguments.joins))))


if __name__ == "__main__":
    main()
