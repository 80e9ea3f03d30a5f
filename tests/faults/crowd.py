"""Writers and readers of one room who survive every fault, and the checker of what they saw."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.faults.nodes import Node
from tests.world import PASSWORD, Person, soon, wire

Fault = Callable[[], Awaitable[None]]
TRANSIENT = (httpx.TransportError, OSError, WebSocketException, TimeoutError, json.JSONDecodeError)


@dataclass(frozen=True, slots=True)
class Toll:
    """What a fault cost. Everything but `acked` must be zero."""

    acked: int
    lost: int
    duplicated: int
    gaps: int
    reordered: int
    refused: int = 0
    readers_apart: int = 0

    @property
    def is_clean(self) -> bool:
        return self.acked > 0 and not any(value for name, value in asdict(self).items() if name != "acked")


@dataclass
class Reader:
    """Follows the public stream from any node, resuming after every drop."""

    epoch: str | None = None
    seq: int | None = None
    texts: dict[str, str] = field(default_factory=dict)
    gaps: int = 0
    reordered: int = 0

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot" and frame["stream"] == "public":
            self.epoch, self.seq = frame["epoch"], frame["seq"]
            self.texts = {q["id"]: q["text"] for q in frame["state"]["questions"]}
        elif frame["type"] == "entry" and frame["stream"] == "public":
            self._follow(frame)

    def _follow(self, entry: dict[str, Any]) -> None:
        assert self.seq is not None
        if entry["seq"] <= self.seq:
            self.reordered += 1
            return
        self.gaps += entry["seq"] - self.seq - 1
        self.seq = entry["seq"]
        if entry["kind"] == "question.changed":
            question = entry["data"]["question"]
            self.texts[question["id"]] = question["text"]


class Crowd:
    """People who write and read in one room while nodes come and go."""

    def __init__(self, nodes: list[Node], *, writers: int = 10, readers: int = 4, per_second: float = 50) -> None:
        self.nodes = nodes
        self.acked: dict[str, str] = {}
        self.refused = 0
        self.readers = [Reader() for _ in range(readers)]
        self._writers = writers
        self._pause = writers / per_second
        self._writing = True
        self._reading = True
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self.roadshow_id = ""

    async def found(self) -> None:
        """Open a room through the first node and remember one attendee's credentials."""
        async with httpx.AsyncClient(base_url=self.nodes[0].url) as client:
            person = Person(client)
            self.roadshow_id = await found_room(person)
            self._cookies, self._csrf = dict(client.cookies), person.csrf

    async def endure(self, faults: list[Fault], *, every_seconds: float) -> Toll:
        """Write and read while the faults happen one after another; then let everybody catch up and count."""
        writers = [asyncio.create_task(self._write(number)) for number in range(self._writers)]
        readers = [asyncio.create_task(self._read(reader)) for reader in self.readers]
        for fault in faults:
            await asyncio.sleep(every_seconds)
            await fault()
        await asyncio.sleep(every_seconds)
        self._writing = False
        await asyncio.wait_for(asyncio.gather(*writers), 60)
        truth = await self._truth()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_have(truth["seq"]), 30)
        self._reading = False
        for task in readers:
            task.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        return self._count(truth)

    def _count(self, truth: dict[str, Any]) -> Toll:
        stored = Counter(question["text"] for question in truth["state"]["questions"])
        final = {question["id"]: question["text"] for question in truth["state"]["questions"]}
        return Toll(
            acked=len(self.acked),
            lost=sum(text not in stored for text in self.acked.values()),
            duplicated=sum(count - 1 for count in stored.values()),
            gaps=sum(reader.gaps for reader in self.readers),
            reordered=sum(reader.reordered for reader in self.readers),
            refused=self.refused,
            readers_apart=sum(reader.texts != final or reader.seq != truth["seq"] for reader in self.readers),
        )

    async def _all_have(self, seq: int) -> None:
        while any(reader.seq is None or reader.seq < seq for reader in self.readers):
            await asyncio.sleep(0.05)

    async def _truth(self) -> dict[str, Any]:
        async with self._client() as client:
            while True:
                with suppress(*TRANSIENT):
                    url = f"{self._node().url}/api/v1/roadshows/{self.roadshow_id}/live/snapshot?stream=public"
                    answer = await client.get(url)
                    if answer.status_code == 200:
                        truth: dict[str, Any] = answer.json()
                        return truth
                await asyncio.sleep(0.1)

    def _node(self) -> Node:
        return random.choice([node for node in self.nodes if node.is_up] or self.nodes)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(cookies=self._cookies, timeout=10)

    async def _write(self, number: int) -> None:
        count = 0
        async with self._client() as client:
            while self._writing:
                count += 1
                await self._ask(client, f"writer {number} question {count}")
                await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))

    async def _ask(self, client: httpx.AsyncClient, text: str) -> None:
        """Send one question under one key until somebody answers for it."""
        key, body = str(uuid4()), {"text": text, "anonymous": False}
        while True:
            node = self._node()
            headers = {"Idempotency-Key": key, "X-CSRF-Token": self._csrf, "Origin": node.url}
            with suppress(*TRANSIENT):
                url = f"{node.url}/api/v1/roadshows/{self.roadshow_id}/live/question.ask"
                answer = await client.post(url, json=body, headers=headers)
                if answer.is_success:
                    self.acked[key] = text
                    return
                if answer.status_code < 500:
                    self.refused += 1
                    return
            await asyncio.sleep(0.05)

    async def _read(self, reader: Reader) -> None:
        while self._reading:
            with suppress(*TRANSIENT):
                await self._follow(reader, self._node())
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _follow(self, reader: Reader, node: Node) -> None:
        url = f"ws{node.url.removeprefix('http')}/api/v1/roadshows/{self.roadshow_id}/live/socket"
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        async with connect(url, origin=node.url, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
            subscribe: dict[str, Any] = {"type": "subscribe", "stream": "public"}
            if reader.epoch is not None:
                subscribe |= {"epoch": reader.epoch, "seq": reader.seq}
            await socket.send(json.dumps(subscribe))
            async for message in socket:
                reader.take(json.loads(message))


async def found_room(host: Person) -> str:
    """Sign up, plan an online roadshow, publish it and open its room. Returns its id; the host stays signed in."""
    await host.made("/accounts", {"email": f"{uuid4().hex[:12]}@example.com", "password": PASSWORD, "name": "主持人"})
    await host.refresh()
    organizer = (await host.made("/organizers", {"slug": f"o-{uuid4().hex[:8]}", "name": "故障演练中心"}))["id"]
    series = await host.made(f"/organizers/{organizer}/series", {"name": "演练"})
    channel = {"kind": "online", "name": "直播间", "capacity": 500, "stream_url": "https://live.example.org/1"}
    venue = await host.made(f"/organizers/{organizer}/venues", channel)
    plan = {
        "title": "故障演练", "series_id": series["id"], "channel_id": venue["id"],
        "starts_at": wire(soon(1)), "ends_at": wire(soon(1, 10)),
    }  # fmt: skip
    roadshow: str = (await host.made(f"/organizers/{organizer}/roadshows", plan))["id"]
    await host.made(f"/roadshows/{roadshow}/publish")
    await host.made(f"/roadshows/{roadshow}/live/room.open", {})
    return roadshow
