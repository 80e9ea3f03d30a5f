"""What stands outside the engine in its tests: a log, a follower, the two ends of a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any

from realtime.frames import Frame, LogEntry
from realtime.stream import Batch

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class FakeLog:
    """Committed entries of any stream: each appends one word to the state."""

    def __init__(self) -> None:
        self.epoch = "e1"
        self.entries: dict[str, list[LogEntry]] = {}
        self.reads = self.tops = self.snapshots = 0
        self.down = self.retired = False
        self.gate: asyncio.Event | None = None

    def append(self, stream: str, word: str) -> int:
        entries = self.entries.setdefault(stream, [])
        entries.append(LogEntry(seq=len(entries) + 1, kind="said", at=AT, data={"word": word}))
        return len(entries)

    async def read(self, stream: str, after_seq: int, limit: int) -> Sequence[LogEntry]:
        self.reads += 1
        await self._pass()
        if self.retired:
            return []
        return [entry for entry in self.entries.get(stream, []) if entry.seq > after_seq][:limit]

    async def top(self, streams: Sequence[str]) -> dict[str, tuple[str, int]]:
        self.tops += 1
        await self._pass()
        return {stream: (self.epoch, self._top(stream)) for stream in streams}

    async def snapshot(self, stream: str) -> tuple[str, int, object]:
        self.snapshots += 1
        seq, words = self._top(stream), [entry.data["word"] for entry in self.entries.get(stream, [])]  # type: ignore[index]
        epoch = self.epoch
        await self._pass()
        return epoch, seq, {"words": words}

    def open_gate(self) -> None:
        gate, self.gate = self.gate, None
        if gate is not None:
            gate.set()

    def _top(self, stream: str) -> int:
        entries = self.entries.get(stream, [])
        return entries[-1].seq if entries else 0

    async def _pass(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise ConnectionError("the log is away")


class Client:
    """A reader that folds what it is told, and notices anything out of order."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.seq = 0
        self.words: list[str] = []
        self.snapshots = self.resumes = 0
        self.faults: list[str] = []
        self.frames: list[dict[str, Any]] = []

    def apply(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        match frame["type"]:
            case "snapshot":
                self.snapshots += 1
                self.epoch, self.seq = frame["epoch"], frame["seq"]
                self.words = list(frame["state"]["words"])
            case "resumed":
                self.resumes += 1
                if frame["seq"] - frame["count"] != self.seq or frame["epoch"] != self.epoch:
                    self.faults.append(f"resumed {frame} at {self.epoch}:{self.seq}")
            case "entry":
                if frame["seq"] != self.seq + 1:
                    self.faults.append(f"{frame['seq']} after {self.seq}")
                self.seq = frame["seq"]
                self.words.append(frame["data"]["word"])


class Follower(Client):
    """A client that hangs directly on a hub."""

    def begin_snapshot(self, stream: str, epoch: str, snapshot: Frame, missed: Batch) -> None:
        self.apply(json.loads(snapshot.data))
        self._apply_all(missed)

    def begin_resumed(self, stream: str, epoch: str, missed: Batch) -> None:
        head = {"type": "resumed", "epoch": epoch, "seq": missed.last, "count": len(missed.frames)}
        self.apply(head)
        self._apply_all(missed)

    def deliver(self, stream: str, batch: Batch) -> None:
        self._apply_all(batch)

    def ephemeral(self, key: str, frame: Frame) -> None:
        """A frame that may be lost."""

    def deliver_lossy(self, stream: str, batch: Batch) -> None:
        self._apply_all(batch)

    def restart(self, stream: str) -> None:
        self.epoch = None

    def _apply_all(self, batch: Batch) -> None:
        for frame in batch.frames:
            self.apply(json.loads(frame.data))


class Wire:
    """Both ends of an ASGI websocket: the test is the client."""

    def __init__(self) -> None:
        self._inbound: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.close: tuple[int, str] | None = None
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def receive(self) -> MutableMapping[str, Any]:
        return await self._inbound.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.flowing.wait()
        if message["type"] == "websocket.close":
            self.close = (message["code"], message["reason"])
        else:
            self.sent.append(json.loads(message["text"]))

    def say(self, frame: object) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self._inbound.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        self._inbound.put_nowait({"type": "websocket.receive", "bytes": data})

    def hang_up(self) -> None:
        self._inbound.put_nowait({"type": "websocket.disconnect", "code": 1001})

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["type"] == kind]


async def until(claim: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a claim to come true; a generous deadline, not a measurement."""
    async with asyncio.timeout(seconds):
        while not claim():
            await asyncio.sleep(0.005)


async def settle(turns: int = 20) -> None:
    """Let everything that can run without the outside world run."""
    for _ in range(turns):
        await asyncio.sleep(0)


Perform = Callable[[str, str, bytes], Awaitable[tuple[int, bytes]]]


async def echo(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
    """A domain that agrees to everything."""
    return 200, body
