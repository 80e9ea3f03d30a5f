"""One person's devices in a room over each transport: WebSocket, server-sent events, long polls."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from events.live.fold import fold
from tests.world import Person

Frame = dict[str, Any]
TRANSIENT = (httpx.TransportError, OSError, TimeoutError, websockets.exceptions.WebSocketException)
CODES = {401: 4401, 403: 4403, 404: 4403, 410: 4410}


def cookie_of(person: Person | None) -> dict[str, str]:
    """The person's cookie as a header."""
    cookies = person.client.cookies.jar if person else ()
    text = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
    return {"Cookie": text} if text else {}


def _answers(frame: Frame, cmd_id: str) -> bool:
    """Whether it is the answer to this command; that it was ours is told to our other devices, and to us as well."""
    return frame.get("cmd_id") == cmd_id and frame["type"] != "moved"


class Line(ABC):
    """A device that follows streams, folds what it hears, and goes on from where it stood after every drop."""

    transport = ""

    def __init__(self, address: str, roadshow_id: str, person: Person | None, streams: Sequence[str]) -> None:
        self.address = address
        self.streams = streams
        self.path = f"/api/v1/roadshows/{roadshow_id}/live" if roadshow_id else ""
        self.headers = {"Origin": f"http://{address}"} | cookie_of(person)
        self.csrf = person.csrf if person else ""
        self.states: dict[str, dict[str, Any]] = {}
        self.at: dict[str, tuple[str, int]] = {}
        self.frames: list[Frame] = []
        self.entries: list[tuple[str, int, str, Any]] = []
        self.faults: list[str] = []
        self.code: int | None = None
        self.drops = 0
        self._heard = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # A life of sessions.

    async def __aenter__(self) -> Line:
        self.come()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.drop()

    def come(self) -> None:
        """Connect, for the first time or again."""
        self._task = asyncio.create_task(self._live())

    async def drop(self) -> None:
        """The connection breaks without a goodbye, and stays broken."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _live(self) -> None:
        while self.code is None:
            try:
                async for frame in self.session():
                    self._take(frame)
            except TRANSIENT:
                self.drops += 1
                await asyncio.sleep(0.2)

    @abstractmethod
    def session(self) -> AsyncIterator[Frame]:
        """Frames of one connection, from where the streams stand."""

    @abstractmethod
    async def say(self, *frames: Frame) -> None:
        """Send frames; what they are answered is heard like everything else."""

    async def act(self, name: str, body: dict[str, Any] | None = None, cmd_id: str | None = None) -> Frame:
        """A command; its ack."""
        cmd_id = cmd_id or str(uuid4())
        await self.say({"type": "command", "cmd_id": cmd_id, "name": name, "body": body or {}})
        return await self.until(lambda: next((f for f in self.frames if _answers(f, cmd_id)), None))

    async def until(self, claim: Callable[[], Any], seconds: float = 15) -> Any:
        """Listen until a claim is true; what it gave."""
        async with asyncio.timeout(seconds):
            while not (found := claim()):
                self._heard.clear()
                await self._heard.wait()
        return found

    async def reach(self, stream: str, seq: int, seconds: float = 15) -> dict[str, Any]:
        """Listen until a stream stands at `seq`; its state."""
        await self.until(lambda: stream in self.at and self.at[stream][1] >= seq, seconds)
        return self.states[stream]

    async def ended(self, seconds: float = 15) -> int:
        """Listen until the line is closed for good; the code."""
        code: int = await self.until(lambda: self.code, seconds)
        return code

    def _take(self, frame: Frame) -> None:
        self.frames.append(frame)
        self._fold(frame)
        self._heard.set()

    def _close(self, code: int) -> None:
        self.code = code
        self._heard.set()

    def _fold(self, frame: Frame) -> None:
        stream = frame.get("stream", "")
        match frame["type"]:
            case "snapshot":
                self.states[stream], self.at[stream] = frame["state"], (frame["epoch"], frame["seq"])
            case "resumed" if (frame["epoch"], frame["seq"] - frame["count"]) != self.at[stream]:
                self.faults.append(f"{frame} at {self.at[stream]}")
            case "entry":
                self._enter(stream, frame)

    def _enter(self, stream: str, frame: Frame) -> None:
        epoch, seq = self.at[stream]
        if frame["seq"] != seq + 1:
            self.faults.append(f"{stream} {frame['seq']} after {seq}")
        self.states[stream] = fold(self.states[stream], frame["kind"], frame["data"])
        self.at[stream] = (epoch, frame["seq"])
        self.entries.append((stream, frame["seq"], frame["kind"], frame["data"]))


class SocketLine(Line):
    """Over a WebSocket."""

    transport = "websocket"
    _link: websockets.ClientConnection | None = None

    async def session(self) -> AsyncIterator[Frame]:
        url = f"ws://{self.address}{self.path}/socket"
        try:
            async with websockets.connect(url, additional_headers=self.headers, compression=None) as link:
                self._link = link
                async for frame in self._frames(link):
                    yield frame
        except InvalidStatus as refused:
            self._close(CODES.get(refused.response.status_code, refused.response.status_code))
        finally:
            self._link = None

    async def _frames(self, link: websockets.ClientConnection) -> AsyncIterator[Frame]:
        try:
            while True:
                frame: Frame = json.loads(await link.recv())
                yield frame
                if frame["type"] == "welcome":
                    for stream in self.streams:
                        epoch, seq = self.at.get(stream, (None, None))
                        await self.say({"type": "subscribe", "stream": stream, "epoch": epoch, "seq": seq})
                if frame["type"] == "heartbeat":
                    await self.say({"type": "ping"})
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise
            self._close(closed.rcvd.code)

    async def say(self, *frames: Frame) -> None:
        await self.until(lambda: self._link)
        assert self._link is not None
        with suppress(ConnectionClosed):
            for frame in frames:
                await self._link.send(json.dumps(frame))


class HttpLine(Line):
    """What both ways over plain HTTP share: positions in the address, frames by post."""

    _continued = False

    def _query(self) -> dict[str, Any]:
        places = [
            f"{stream}:{self.at[stream][1]}:{self.at[stream][0]}" if stream in self.at else stream
            for stream in self.streams
        ]
        return {"follow": places, "continued": self._continued}

    def _client(self, seconds: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://{self.address}", headers=self.headers, timeout=seconds)

    def _hear(self, frame: Frame) -> bool:
        """Whether the frame says that this line is closed."""
        if frame["type"] == "closed":
            self._close(frame["code"])
        return bool(frame["type"] == "closed")

    def _refused(self, response: httpx.Response) -> bool:
        if response.status_code >= 500:
            raise TimeoutError
        if response.status_code >= 400:
            self._close(CODES.get(response.status_code, response.status_code))
        return response.status_code >= 400

    async def say(self, *frames: Frame) -> None:
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": str(uuid4())}
        async with self._client(30) as client:
            answer = await client.post(f"{self.path}/frames", json=frames, headers=headers)
        for frame in answer.raise_for_status().json():
            if not self._hear(frame):
                self._take(frame)

    async def session(self) -> AsyncIterator[Frame]:
        self._continued = False
        async with self._client(30) as client:
            while self.code is None:
                async for frame in self.request(client):
                    if not self._hear(frame):
                        yield frame
                self._continued = True

    @abstractmethod
    def request(self, client: httpx.AsyncClient) -> AsyncIterator[Frame]:
        """Frames of one request."""


class EventLine(HttpLine):
    """Over server-sent events."""

    transport = "events"

    async def request(self, client: httpx.AsyncClient) -> AsyncIterator[Frame]:
        async with client.stream("GET", f"{self.path}/events", params=self._query()) as response:
            if self._refused(response):
                return
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


class PollLine(HttpLine):
    """Over long polls."""

    transport = "poll"

    async def request(self, client: httpx.AsyncClient) -> AsyncIterator[Frame]:
        response = await client.get(f"{self.path}/poll", params=self._query())
        if self._refused(response):
            return
        for frame in response.json():
            yield frame


class WanderingPoll(PollLine):
    """Over long polls that reach another process every time."""

    transport = "wandering poll"
    addresses: list[str]

    async def request(self, client: httpx.AsyncClient) -> AsyncIterator[Frame]:
        self._move()
        async with self._client(30) as fresh:
            async for frame in super().request(fresh):
                yield frame

    async def say(self, *frames: Frame) -> None:
        self._move()
        await super().say(*frames)

    def _move(self) -> None:
        self.addresses.append(self.addresses.pop(0))
        self.address = self.addresses[0]
        self.headers["Origin"] = f"http://{self.address}"


TRANSPORTS: tuple[type[Line], ...] = (SocketLine, EventLine, PollLine)
