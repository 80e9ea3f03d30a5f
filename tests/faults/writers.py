"""Those who act in the room: each command is sent under one id until somebody answers for it, over either door."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.link import Link
from tests.faults.nodes import Node

PATIENCE = 8.0


class Ledger:
    """What was acknowledged, line by line, on disk before it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a")
        self._dirty = False

    def note(self, *words: str) -> None:
        self._file.write("\t".join(words) + "\n")
        self._dirty = True

    async def sync(self) -> None:
        """Flush and fsync, ten times a second, until cancelled."""
        while True:
            await asyncio.sleep(0.1)
            if self._dirty:
                self._dirty = False
                self._file.flush()
                await asyncio.to_thread(os.fsync, self._file.fileno())

    def lines(self) -> list[list[str]]:
        self._file.flush()
        os.fsync(self._file.fileno())
        return [line.split("\t") for line in self.path.read_text().splitlines()]


class Writer:
    """A guest of the room. `waits` are (when, how long until the ack) of each command."""

    def __init__(self, nodes: Sequence[Node], roadshow_id: str, client: httpx.AsyncClient, dice: random.Random) -> None:
        self.user_id = ""
        self.refused: dict[str, int] = {}
        self.waits: list[tuple[float, float]] = []
        self.errors: list[tuple[float, int]] = []
        self.failures = 0
        self.by_socket = True
        self._nodes = nodes
        self._path = f"/api/v1/roadshows/{roadshow_id}/live"
        self._client = client
        self._dice = dice
        self._headers: dict[str, str] = {}
        self._csrf = ""
        self._link: Link | None = None
        self._node = nodes[0]
        self._acks: dict[str, asyncio.Future[tuple[int, Any]]] = {}

    async def join(self, name: str) -> None:
        """Come in as a guest."""
        node = self._nodes[0]
        async with httpx.AsyncClient(base_url=node.url, timeout=30) as client:
            headers = {"Origin": node.url, "Idempotency-Key": str(uuid4())}
            answer = await client.post(f"{self._path[:-5]}/guests", json={"name": name}, headers=headers)
            answer.raise_for_status()
            self._headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in client.cookies.items())}
            me = (await client.get("/api/v1/me")).json()
        self._csrf, self.user_id = me["csrf_token"], me["user"]["id"]

    async def is_signed_in(self) -> bool:
        """Whether the cookie still says who this is."""
        answer = await self._client.get(f"{self._pick().url}/api/v1/me", headers=self._headers)
        return bool(answer.json()["user"])

    async def act(self, name: str, body: dict[str, Any], cmd_id: str | None = None) -> dict[str, Any] | None:
        """Do it once, however often it must be said. Returns None when it was refused."""
        cmd_id, began = cmd_id or str(uuid4()), time.monotonic()
        while True:
            status, answer = await self._try(name, body, cmd_id)
            if status in {200, 201}:
                self.waits.append((began, time.monotonic() - began))
                result: dict[str, Any] = answer
                return result
            if 400 <= status <= 500:
                code = answer.get("code", "") if isinstance(answer, dict) else ""
                self.refused[f"{status} {code}"] = self.refused.get(f"{status} {code}", 0) + 1
                return None
            await asyncio.sleep(self._dice.uniform(0.05, 0.2))

    async def _try(self, name: str, body: dict[str, Any], cmd_id: str) -> tuple[int, Any]:
        """Status and answer; 0 when nobody answered."""
        try:
            if self.by_socket:
                return await self._by_socket(name, body, cmd_id)
            return await self._by_request(name, body, cmd_id)
        except (OSError, TimeoutError, httpx.TransportError, ValueError):
            self.failures += 1
            return 0, None

    def _pick(self) -> Node:
        return self._dice.choice([node for node in self._nodes if node.takes_more] or list(self._nodes))

    # Over HTTP.

    async def _by_request(self, name: str, body: dict[str, Any], cmd_id: str) -> tuple[int, Any]:
        node = self._pick()
        headers = {"Idempotency-Key": cmd_id, "X-CSRF-Token": self._csrf, "Origin": node.url, **self._headers}
        answer = await self._client.post(f"{node.url}{self._path}/{name}", json=body, headers=headers)
        if answer.status_code >= 500:
            self.errors.append((time.monotonic(), answer.status_code))
        body_of: Any = answer.json()
        return answer.status_code, body_of

    def request(self, node: Node, name: str, body: dict[str, Any], cmd_id: str) -> bytes:
        """The bytes of such a request, for those who would tear it."""
        content = json.dumps(body).encode()
        headers = {
            "Host": f"127.0.0.1:{node.port}", "Content-Type": "application/json", "Content-Length": str(len(content)),
            "Idempotency-Key": cmd_id, "X-CSRF-Token": self._csrf, "Origin": node.url, **self._headers,
        }  # fmt: skip
        lines = [f"POST {self._path}/{name} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + content

    # Over a socket.

    async def _by_socket(self, name: str, body: dict[str, Any], cmd_id: str) -> tuple[int, Any]:
        link = await self._linked()
        ack = self._acks[cmd_id] = asyncio.get_running_loop().create_future()
        link.say(json.dumps({"type": "command", "cmd_id": cmd_id, "name": name, "body": body}))
        try:
            async with asyncio.timeout(PATIENCE):
                status, answer = await ack
                return status, answer
        except TimeoutError:
            self.hang_up()
            raise
        finally:
            self._acks.pop(cmd_id, None)

    async def _linked(self) -> Link:
        if self._link is None:
            self._node = node = self._pick()
            headers = {"Origin": node.url, **self._headers}
            self._link = await Link.dial(node.port, f"{self._path}/socket", headers, self._hear, self._left)
        return self._link

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"type":"ack"'):
            ack = json.loads(text)
            if (waiting := self._acks.get(ack["cmd_id"])) and not waiting.done():
                waiting.set_result((ack["status"], ack["body"]))
        elif text.startswith(b'{"type":"heartbeat"') and self._link is not None:
            self._link.say('{"type":"ping"}')

    def _left(self, _code: int | None) -> None:
        self._link = None
        for waiting in self._acks.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the socket went"))

    def hang_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.cut()

    async def leave(self) -> None:
        self.hang_up()
        with suppress(Exception):
            await asyncio.sleep(0)
