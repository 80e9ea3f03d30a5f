"""Strangers who knock on and on, reading and writing, and what each of them was answered and when."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx

from tests.faults.nodes import Node

BEAT_SECONDS = 0.25
PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Knock:
    """One request: which kind, when it began, how long it took, and its status; 0 when nobody answered."""

    kind: str
    began: float
    seconds: float
    status: int
    retry_after: bool


class Strangers:
    """A read and a write on each beat, at each node in turn."""

    def __init__(self, nodes: Sequence[Node], roadshow_id: str) -> None:
        self.knocks: list[Knock] = []
        self._nodes = nodes
        self._writing = f"/api/v1/roadshows/{roadshow_id}/guests"
        self._reading = f"/api/v1/roadshows/{roadshow_id}"

    @asynccontextmanager
    async def knocking(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            beating = asyncio.create_task(self._beat(client))
            try:
                yield
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)

    def between(self, begin: float, end: float) -> list[Knock]:
        """Those begun in this span."""
        return [knock for knock in self.knocks if begin <= knock.began <= end]

    def statuses(self, begin: float = 0, end: float = float("inf")) -> Counter[int]:
        return Counter(knock.status for knock in self.between(begin, end))

    async def _beat(self, client: httpx.AsyncClient) -> None:
        number = 0
        async with asyncio.TaskGroup() as group:
            while True:
                node = self._nodes[number % len(self._nodes)]
                group.create_task(self._knock(client, "read", "GET", node, self._reading))
                group.create_task(self._knock(client, "write", "POST", node, self._writing, {"name": "路人"}))
                number += 1
                await asyncio.sleep(BEAT_SECONDS)

    async def _knock(
        self, client: httpx.AsyncClient, kind: str, method: str, node: Node, path: str, body: object = None
    ) -> None:
        began, status, retry_after = time.monotonic(), 0, False
        try:
            headers = {"Idempotency-Key": str(uuid4())}
            answer = await client.request(method, f"{node.url}{path}", json=body, headers=headers)
            client.cookies.clear()
            status, retry_after = answer.status_code, "retry-after" in answer.headers
        except httpx.TransportError:
            pass
        self.knocks.append(Knock(kind, began, time.monotonic() - began, status, retry_after))


async def seconds_until_well(nodes: Sequence[Node], seconds: float = 30) -> float:
    """Until every node says that it is ready, five times in a row."""
    began, well = time.monotonic(), 0
    async with httpx.AsyncClient(timeout=5) as client:
        while well < 5 and time.monotonic() < began + seconds:
            answers = await asyncio.gather(
                *(client.get(f"{node.url}/readyz") for node in nodes), return_exceptions=True
            )
            fine = all(isinstance(answer, httpx.Response) and answer.status_code == 200 for answer in answers)
            well = well + 1 if fine else 0
            await asyncio.sleep(0.1)
    return time.monotonic() - began
