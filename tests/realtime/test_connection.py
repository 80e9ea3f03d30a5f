"""One socket: greeted, served, held to its deadlines, and shown out without delaying anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from realtime import connection, participant
from realtime.connection import Admission, Connection
from realtime.frames import MAX_FRAME_BYTES, CloseCode, Frame
from realtime.hub import Hub
from realtime.presence import MemoryLeases, Presence
from realtime.protocol import BURST_SECONDS, RATE_PER_SECOND
from realtime.registry import OWNER_MAX_SOCKETS, Registry
from tests.realtime.worlds import AT, FakeLog, Perform, Wire, echo, settle, until

ROOM = "room:1:public"
SUBSCRIBE = {"type": "subscribe", "stream": "public"}


@dataclass
class House:
    """A process with a hub, a registry, and sockets."""

    log: FakeLog = field(default_factory=FakeLog)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = Hub(self.log)
        self.registry = Registry(metrics=self.hub.metrics, revoked=self._revoked)
        self.shared = participant.House(self.hub, self.registry, Presence(MemoryLeases()))
        self.revoked: dict[str, CloseCode] = {}

    async def _revoked(self, tags: object) -> dict[str, CloseCode]:
        return self.revoked

    def enter(self, *, perform: Perform = echo, tags: tuple[str, ...] = (), owner: str | None = None) -> Wire:
        wire = Wire()
        admission = Admission(
            streams={"public": ROOM, "user": "room:1:user:7"},
            perform=perform,
            tags=frozenset(tags),
            owner=owner,
        )
        entrant = Connection(wire.receive, wire.send, admission, self.shared)
        self.tasks.append(asyncio.create_task(entrant.run()))
        return wire

    def say(self, *words: str) -> None:
        for word in words:
            self.hub.ring(ROOM, self.log.append(ROOM, word))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await house.hub.close()


async def test_socket_is_greeted_and_fed(house: House) -> None:
    house.say("a")
    wire = house.enter()

    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))
    house.say("b")
    await until(lambda: wire.of("entry"))

    welcome, snapshot, entry = wire.sent
    assert {**welcome, "server_at": "…"} == {
        "type": "welcome",
        "server_at": "…",
        "heartbeat_seconds": 20,
        "deadman_seconds": 45,
        "streams": ["public", "user"],
    }
    assert snapshot == {
        "type": "snapshot",
        "stream": "public",
        "epoch": "e1",
        "seq": 1,
        "state": {"words": ["a"]},
    }
    assert entry == {
        "type": "entry",
        "stream": "public",
        "seq": 2,
        "kind": "said",
        "at": "2026-03-02T01:00:00Z",
        "data": {"word": "b"},
    }


async def test_ack_carries_the_bytes_of_the_answer(house: House) -> None:
    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        return 201, b'{"name":"%b","got":%b}' % (name.encode(), body)

    wire = house.enter(perform=perform)
    wire.say({"type": "command", "cmd_id": "c1", "name": "question.ask", "body": {"text": "多少?"}})
    await until(lambda: wire.of("ack"))

    assert wire.of("ack") == [
        {
            "type": "ack",
            "cmd_id": "c1",
            "status": 201,
            "body": {"name": "question.ask", "got": {"text": "多少?"}},
        }
    ]


async def test_commands_of_a_socket_keep_their_order(house: House) -> None:
    begun: list[str] = []

    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        begun.append(cmd_id)
        await asyncio.sleep(0.01 if cmd_id == "0" else 0)
        return 200, b"{}"

    wire = house.enter(perform=perform)
    for number in range(5):
        wire.say({"type": "command", "cmd_id": str(number), "name": "x", "body": {}})
    await until(lambda: len(wire.of("ack")) == 5)

    assert [ack["cmd_id"] for ack in wire.of("ack")] == begun == ["0", "1", "2", "3", "4"]


async def test_command_that_fails_is_answered_500_and_the_socket_stays(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        raise LookupError("broken")

    wire = house.enter(perform=perform)
    wire.say({"type": "command", "cmd_id": "c1", "name": "x", "body": {}})
    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))

    assert [(ack["status"], ack["body"]["code"]) for ack in wire.of("ack")] == [(500, "internal")]
    assert "command x failed" in caplog.text


async def test_command_is_finished_when_its_socket_goes(house: House) -> None:
    gate, done = asyncio.Event(), []

    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        await gate.wait()
        done.append(cmd_id)
        return 200, b"{}"

    wire = house.enter(perform=perform)
    wire.say({"type": "command", "cmd_id": "c1", "name": "x", "body": {}})
    await until(lambda: wire.of("welcome"))
    await settle()
    house.tasks[0].cancel()
    await settle()
    gate.set()
    await house.registry.finished()

    assert (done, len(house.registry)) == (["c1"], 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", 1007), ("x" * (MAX_FRAME_BYTES + 1), 1009), ('"' + "值" * (MAX_FRAME_BYTES // 3) + '"', 1009)],
)
async def test_bad_frames_close_with_their_code(house: House, text: str, code: int) -> None:
    wire = house.enter()

    wire.say(text)
    await until(lambda: wire.close)

    assert wire.close is not None
    assert wire.close[0] == code


async def test_binary_frame_is_read_like_text(house: House) -> None:
    wire = house.enter()

    wire.say_bytes(b"\x00\xff")
    await until(lambda: wire.close)

    assert wire.close is not None
    assert wire.close[0] == 1007


async def test_flood_closes_with_4429(house: House) -> None:
    wire = house.enter()

    for _ in range(int(BURST_SECONDS * RATE_PER_SECOND) + 20):
        wire.say({"type": "ping"})
    await until(lambda: wire.close)

    assert wire.close is not None
    assert wire.close[0] == 4429


async def test_hang_up_leaves_nothing_behind(house: House) -> None:
    wire = house.enter()
    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))

    wire.hang_up()
    await asyncio.wait(house.tasks, timeout=10)
    house.say("a")
    await settle()

    assert (len(house.registry), house.hub._feeds[ROOM]._live, wire.of("entry")) == (0, {}, [])
    assert house.tasks[0].exception() is None


async def test_slow_reader_is_closed_and_delays_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.5)
    stuck, healthy = house.enter(), house.enter()
    for wire in (stuck, healthy):
        wire.say(SUBSCRIBE)
    await until(lambda: stuck.of("snapshot") and healthy.of("snapshot"))

    stuck.flowing.clear()
    for number in range(300):
        house.say(f"w{number}")
        await settle()
    await until(lambda: len(healthy.of("entry")) == 300)
    reader_task = house.tasks[0]
    await asyncio.wait([reader_task], timeout=10)

    assert reader_task.done()
    assert house.hub.metrics.slow_closes == 1
    assert healthy.close is None


async def test_slow_reader_that_reads_again_hears_4408_and_resumes_whole(house: House) -> None:
    stuck = house.enter()
    stuck.say(SUBSCRIBE)
    await until(lambda: stuck.of("snapshot"))
    stuck.flowing.clear()
    for number in range(299):
        house.say(f"w{number}")
        await settle()

    stuck.flowing.set()
    await until(lambda: stuck.close)
    got = len(stuck.of("entry"))
    back = house.enter()
    back.say({**SUBSCRIBE, "epoch": "e1", "seq": got})
    await until(lambda: len(back.of("entry")) == 299 - got)

    assert stuck.close is not None
    assert stuck.close[0] == 4408
    assert back.of("resumed") == [
        {"type": "resumed", "stream": "public", "epoch": "e1", "seq": 299, "count": 299 - got}
    ]
    assert back.of("entry")[0]["seq"] == got + 1


async def test_ephemeral_frames_reach_a_slow_reader_conflated(house: House) -> None:
    wire = house.enter()
    await until(lambda: wire.of("welcome"))
    (socket,) = house.registry._sockets
    assert isinstance(socket, Connection)
    wire.flowing.clear()

    for count in range(1000):
        socket.ephemeral("presence", Frame(b'{"type":"presence","count":%d}' % count))
        await asyncio.sleep(0)
    wire.flowing.set()
    await until(lambda: wire.of("presence") and wire.of("presence")[-1]["count"] == 999)

    assert (len(wire.of("presence")), wire.close) == (2, None)


async def test_socket_that_was_passed_over_resumes_by_itself(house: House) -> None:
    wire = house.enter()
    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))
    (socket,) = house.registry._sockets
    assert isinstance(socket, Connection)
    del house.hub._feeds[ROOM]._live[socket]

    house.say("unseen")
    await settle()
    house.hub._feeds[ROOM]._live[socket] = None
    house.say("seen")
    await until(lambda: len(wire.of("entry")) == 2)

    assert [entry["seq"] for entry in wire.of("entry")] == [1, 2]
    assert wire.of("resumed")[0]["count"] == 2


# Showing out.


@pytest.mark.parametrize(("tag", "code"), [("login:a", CloseCode.AUTH), ("seat:1:7", CloseCode.ROOM)])
async def test_revoked_tag_closes_its_sockets_only(house: House, tag: str, code: CloseCode) -> None:
    revoked = [house.enter(tags=("login:a", "seat:1:7")) for _ in range(3)]
    other = house.enter(tags=("login:b",))
    await until(lambda: all(wire.sent for wire in [*revoked, other]))

    closed = house.registry.close(tag, code)
    await until(lambda: all(wire.close for wire in revoked))

    assert closed == 3
    assert [wire.close[0] for wire in revoked if wire.close] == [code] * 3
    assert other.close is None


async def test_revocation_the_bus_lost_is_found_by_asking(house: House) -> None:
    wire, other = house.enter(tags=("login:a",)), house.enter(tags=("login:b",))
    await until(lambda: wire.sent and other.sent)
    house.revoked = {"login:a": CloseCode.AUTH}

    await house.registry.recheck_tags()
    await until(lambda: wire.close)

    assert (wire.close is not None and wire.close[0], other.close) == (4401, None)


async def test_revoked_socket_hears_nothing_more(house: House) -> None:
    wire = house.enter(tags=("login:a",))
    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))

    house.registry.close("login:a", CloseCode.AUTH)
    house.say("secret")
    await until(lambda: wire.close)

    assert wire.of("entry") == []


async def test_owner_with_too_many_sockets_loses_the_oldest(house: House) -> None:
    wires = [house.enter(owner="login:a") for _ in range(OWNER_MAX_SOCKETS + 1)]
    stranger = house.enter(owner="login:b")

    await until(lambda: wires[0].close and stranger.sent)

    assert [wire.close[0] if wire.close else None for wire in wires] == [4409] + [None] * OWNER_MAX_SOCKETS


async def test_drain_announces_then_staggers_the_closes(house: House) -> None:
    wires = [house.enter() for _ in range(20)]
    await until(lambda: all(wire.sent for wire in wires))
    closed_at: dict[int, float] = {}

    draining = asyncio.create_task(house.registry.drain(1.0))
    while not draining.done():
        closed_at.update(
            {n: asyncio.get_running_loop().time() for n, w in enumerate(wires) if w.close and n not in closed_at}
        )
        await asyncio.sleep(0.01)
    late = house.enter()
    await until(lambda: late.close)

    assert [wire.of("drain") for wire in wires] == [[{"type": "drain", "jitter_seconds": 1.0}]] * 20
    assert {wire.close[0] for wire in [*wires, late] if wire.close} == {1012}
    assert max(closed_at.values()) - min(closed_at.values()) > 0.5
    assert len(house.registry) <= 1


async def test_ticks_beat_with_the_tops_of_live_streams(house: House) -> None:
    wire = house.enter()
    house.say("a", "b")
    wire.say(SUBSCRIBE)
    await until(lambda: wire.of("snapshot"))

    await house.registry.tick(asyncio.get_running_loop().time() + 30, AT)
    await until(lambda: wire.of("heartbeat"))

    assert wire.of("heartbeat") == [{"type": "heartbeat", "at": "2026-03-02T01:00:00Z", "tops": {"public": 2}}]
