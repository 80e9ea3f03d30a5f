"""A lean socket: what leaves together, what waits for a slow reader, and how it is shown out."""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from realtime import lean
from realtime.admission import Admission, Done, Seat
from realtime.backlog import PUSH_MAX_FRAMES
from realtime.engine import Engine
from realtime.frames import CloseCode, Frame
from realtime.lean import LeanSocket, frame_span
from tests.realtime.serving import LOOPS, PING, ROOM, SUBSCRIBE, command, frame, on, raw, served
from tests.realtime.worlds import AT, FakeLog, echo, settle, until


class Pipe(asyncio.Transport):
    """A transport that counts writes, and can be full."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.reading = True
        self.closed = self.aborted = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def is_reading(self) -> bool:
        return self.reading

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Every text frame written."""
        data, at, said = b"".join(self.writes), 0, []
        while at < len(data):
            begin, end = frame_span(data, at)
            if data[at] == 0x81:
                said.append(json.loads(data[begin:end]))
            at = end
        return said

    @property
    def close_code(self) -> int | None:
        last = self.writes[-1] if self.writes else b""
        at = last.rfind(b"\x88")
        return int.from_bytes(last[at + 2 : at + 4], "big") if at >= 0 else None


class House:
    """An engine without a server, and sockets on pipes."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.engine = Engine(self.log, lossy={"danmaku"})
        self.connections: set[object] = set()

    def enter(self, perform: Any = echo, rate: float = 1000.0) -> tuple[LeanSocket, Pipe]:
        streams = {"public": ROOM, "user": "room:1:user:7", "danmaku": "room:1:danmaku"}
        admission = Admission(streams, perform, frozenset({"login:a"}), frames_per_second=rate, seat=Seat("1", "7"))
        entrant, pipe = LeanSocket(self.engine.house, admission, self.connections), Pipe()
        entrant.connection_made(pipe)
        return entrant, pipe

    async def follow(self, *aliases: str, **options: Any) -> tuple[LeanSocket, Pipe]:
        entrant, pipe = self.enter(**options)
        for alias in aliases:
            entrant.data_received(frame(b'{"type":"subscribe","stream":"%b"}' % alias.encode()))
        await until(lambda: sum(said["type"] == "snapshot" for said in pipe.frames) == len(aliases))
        await settle()
        pipe.writes.clear()
        return entrant, pipe

    def offer(self, *words: str, stream: str = ROOM) -> None:
        for word in words:
            self.log.append(stream, word)
        self.engine.offer(stream, self.log.entries[stream][-len(words) :])


@pytest.fixture
def house() -> House:
    return House()


# What leaves together.


async def test_everything_of_one_turn_leaves_in_one_write(house: House) -> None:
    class AtOnce:
        async def __call__(self, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
            raise AssertionError

        def submit(self, name: str, cmd_id: str, body: bytes, done: Done) -> bool:
            done(200, body)
            return True

    entrant, pipe = await house.follow("public", "user", perform=AtOnce())

    entrant.data_received(command(1) + command(2))
    house.offer("a", "b")
    house.offer("c")
    house.offer("mine", stream="room:1:user:7")
    entrant.ephemeral("presence", Frame(b'{"type":"presence","count":1}'))
    await settle()

    assert len(pipe.writes) == 1
    words = [said["data"]["word"] for said in pipe.frames if said["type"] == "entry"]
    assert sorted(words) == ["a", "b", "c", "mine"]
    assert [said["cmd_id"] for said in pipe.frames if said["type"] == "ack"] == ["1", "2"]


async def test_entries_of_one_turn_are_one_write_and_the_same_bytes_for_all(house: House) -> None:
    sockets = [await house.follow("public") for _ in range(3)]

    for word in "abcde":
        house.offer(word)
    await settle()

    assert [len(pipe.writes) for _, pipe in sockets] == [1, 1, 1]
    first, *others = [pipe.writes[0] for _, pipe in sockets]
    assert all(other is first for other in others)


async def test_what_this_process_commits_is_encoded_once_and_never_read(house: House) -> None:
    for _ in range(5):
        await house.follow("public")
    metrics = house.engine.metrics

    house.offer("a", "b", "c")
    await settle()

    assert (metrics.log_reads, metrics.encodes, house.log.reads) == (0, 3, 0)
    assert metrics.frames_out == 15


async def test_rung_entries_are_read_once_and_encoded_once(house: House) -> None:
    pipes = [(await house.follow("public"))[1] for _ in range(5)]

    for word in "abc":
        seq = house.log.append(ROOM, word)
    house.engine.ring(ROOM, seq)
    await until(lambda: all(len(pipe.frames) == 3 for pipe in pipes))

    assert (house.log.reads, house.engine.metrics.encodes) == (1, 3)


async def test_offer_with_a_gap_before_it_is_read_instead(house: House) -> None:
    _, pipe = await house.follow("public")
    house.log.append(ROOM, "of another process")

    house.offer("mine")
    await until(lambda: len(pipe.frames) == 2)

    assert [said["seq"] for said in pipe.frames] == [1, 2]
    assert house.log.reads == 1


async def test_offer_that_overlaps_what_is_known_is_sent_once(house: House) -> None:
    _, pipe = await house.follow("public")
    house.offer("a", "b")
    house.log.append(ROOM, "c")

    house.engine.offer(ROOM, house.log.entries[ROOM])
    await settle()

    assert [said["seq"] for said in pipe.frames] == [1, 2, 3]


async def test_newcomer_between_offer_and_fan_out_hears_it_once(house: House) -> None:
    await house.follow("public")
    house.offer("a")
    late, pipe = house.enter()

    late.data_received(frame(SUBSCRIBE))
    house.offer("b")
    await until(lambda: any(said["type"] == "snapshot" for said in pipe.frames))
    house.offer("c")
    await settle()

    kinds = [(said["type"], said.get("seq")) for said in pipe.frames if said["type"] in {"snapshot", "entry"}]
    seen = kinds[0][1] or 0
    assert kinds == [("snapshot", seen), *(("entry", seq) for seq in range(seen + 1, 4))]


# Commands.


async def test_bulk_commands_are_answered_in_order_of_arrival(house: House) -> None:
    waiting: dict[str, Done] = {}
    ran: list[str] = []

    class Bulk:
        async def __call__(self, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
            ran.append(cmd_id)
            return 200, b'"one by one"'

        def submit(self, name: str, cmd_id: str, body: bytes, done: Done) -> bool:
            if name != "vote":
                return False
            waiting[cmd_id] = done
            return True

    entrant, pipe = await house.follow(perform=Bulk())
    entrant.data_received(command(1, "vote") + command(2, "vote") + command(3, "ask") + command(4, "vote"))
    await settle()
    begun = (sorted(waiting), ran[:])
    waiting["2"](200, b'"second"')
    await settle()
    early = [said for said in pipe.frames if said["type"] == "ack"]
    waiting["1"](200, b'"first"')
    await settle()
    waiting["4"](200, b'"last"')
    await settle()

    assert begun == (["1", "2"], [])
    assert early == []
    assert ran == ["3"]
    acks = [(said["cmd_id"], said["body"]) for said in pipe.frames if said["type"] == "ack"]
    assert acks == [("1", "first"), ("2", "second"), ("3", "one by one"), ("4", "last")]


async def test_client_with_many_commands_in_flight_is_held_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.orders.MAX_WAITING", 4)
    gate = asyncio.Event()

    async def perform(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        await gate.wait()
        return 200, b"{}"

    entrant, pipe = await house.follow(perform=perform)
    entrant.data_received(b"".join(command(number) for number in range(5)))
    held = not pipe.reading
    gate.set()
    await until(lambda: sum(said["type"] == "ack" for said in pipe.frames) == 5)

    assert (held, pipe.reading) == (True, True)


# Slow readers (P9).


async def test_slow_reader_gets_what_waited_in_order(house: House) -> None:
    entrant, pipe = await house.follow("public")
    entrant.pause_writing()

    for number in range(100):
        house.offer(f"w{number}")
        await settle(2)
    waited = (len(pipe.writes), entrant.waiting)
    entrant.resume_writing()
    await settle()
    house.offer("next")
    await settle()

    assert waited == (0, 100)
    assert [said["seq"] for said in pipe.frames] == list(range(1, 102))
    assert len(pipe.writes) == 2


async def test_reader_that_is_too_slow_is_closed_and_keeps_nothing(house: House) -> None:
    entrant, pipe = await house.follow("public")
    entrant.pause_writing()

    for number in range(PUSH_MAX_FRAMES + 1):
        house.offer(f"w{number}")
        await settle(2)

    assert (pipe.close_code, entrant.waiting, len(house.engine.registry)) == (4408, 0, 0)
    assert house.engine.metrics.slow_closes == 1


async def test_reader_that_stalls_is_closed_and_then_cut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "CLOSE_SECONDS", 0.05)
    entrant, pipe = await house.follow("public")
    entrant.pause_writing()
    now = asyncio.get_running_loop().time()

    await house.engine.registry.tick(now + lean.STALL_SECONDS - 1, AT)
    await settle()
    before = pipe.close_code
    await house.engine.registry.tick(now + lean.STALL_SECONDS + 1, AT)
    await until(lambda: pipe.aborted)

    assert (before, pipe.close_code) == (None, 4408)


async def test_lossy_stream_begins_at_its_top_and_drops_the_oldest(house: House) -> None:
    for number in range(3):
        house.log.append("room:1:danmaku", f"before {number}")
    entrant, pipe = house.enter()
    entrant.data_received(frame(b'{"type":"subscribe","stream":"danmaku","epoch":"e1","seq":0}'))
    await until(lambda: any(said["type"] == "snapshot" for said in pipe.frames))
    head = next(said for said in pipe.frames if said["type"] == "snapshot")
    pipe.writes.clear()

    house.offer("seen", stream="room:1:danmaku")
    await settle()
    entrant.pause_writing()
    for number in range(PUSH_MAX_FRAMES + 50):
        house.offer(f"w{number}", stream="room:1:danmaku")
        await settle(2)
    entrant.resume_writing()
    await settle()
    house.offer("last", stream="room:1:danmaku")
    await settle()

    words = [said["data"]["word"] for said in pipe.frames]
    assert (head["seq"], head["state"]) == (3, {})
    assert words == ["seen", *(f"w{number}" for number in range(50, PUSH_MAX_FRAMES + 50)), "last"]
    assert (pipe.close_code, house.log.snapshots, house.log.reads) == (None, 0, 0)


# The end.


async def test_revoked_socket_hears_nothing_more(house: House) -> None:
    _, pipe = await house.follow("public")

    house.engine.registry.close("login:a", CloseCode.AUTH)
    house.offer("secret")
    await settle()

    assert (pipe.close_code, pipe.frames) == (4401, [])
    assert len(house.engine.registry) == 0


async def test_nothing_of_a_lost_socket_stays(house: House) -> None:
    entrant, _ = await house.follow("public", "user")
    entrant.data_received(b"\x81\xfe")

    entrant.connection_lost(None)
    await settle()

    assert (len(house.engine.registry), house.connections) == (0, set())
    assert house.engine.presence.local_count("1") == 0
    assert house.engine.hub._feeds[ROOM]._live == {}


async def test_idle_socket_is_one_small_object(house: House) -> None:
    entrant, _ = await house.follow("public")
    await settle()
    gc.collect()

    assert not hasattr(entrant, "__dict__")
    assert (entrant._rare, entrant._rest, entrant._orders, entrant._talk._backlog) == (None, None, None, None)


# On real transports.


def test_handshake_leaves_nothing_to_collect() -> None:
    async def scenario() -> None:
        async with served("lean") as room:
            async with raw(room) as first:
                await first.until("welcome")
            gc.collect()
            gc.disable()
            try:
                async with AsyncExitStack() as stack:
                    for _ in range(20):
                        client = await stack.enter_async_context(raw(room))
                        await client.until("welcome")
                    assert gc.collect() < 20
            finally:
                gc.enable()

    on("uvloop", scenario())


@pytest.mark.parametrize("loop", LOOPS)
def test_slow_reader_on_a_real_socket_is_closed_4408_and_nobody_waits(loop: str) -> None:
    async def scenario() -> None:
        async with served("lean") as room, raw(room) as stuck, raw(room) as healthy:
            for client in (stuck, healthy):
                client.say(frame(SUBSCRIBE))
                await client.until("snapshot")
            stuck.reader._transport.pause_reading()  # type: ignore[attr-defined]
            big = "x" * 60000
            for number in range(400):
                room.offer(big)
                assert (await healthy.until("entry"))["seq"] == number + 1
                if room.engine.metrics.slow_closes:
                    break

            assert room.engine.metrics.slow_closes == 1
            stuck.reader._transport.resume_reading()  # type: ignore[attr-defined]
            assert await stuck.close_code() in {4408, 1006}

    on(loop, scenario())


@pytest.mark.parametrize("loop", LOOPS)
def test_server_that_stops_says_1012(loop: str) -> None:
    async def scenario() -> None:
        async with served("lean") as room, raw(room) as client:
            await client.until("welcome")
            room.server.should_exit = True

            assert await client.close_code() == 1012

    on(loop, scenario())


@pytest.mark.parametrize("loop", LOOPS)
def test_drain_staggers_the_closes(loop: str) -> None:
    async def scenario() -> None:
        async with served("lean") as room, raw(room) as one, raw(room) as two:
            for client in (one, two):
                await client.until("welcome")
            draining = asyncio.create_task(room.engine.drain(0.4))
            codes = await asyncio.gather(one.close_code(), two.close_code())
            for client in (one, two):
                client.say(frame((1012).to_bytes(2, "big"), opcode=8))
            await draining

            assert list(codes) == [1012, 1012]
            assert any(b'"drain"' in payload for _, payload in one.heard)
            await until(lambda: not room.server.server_state.connections)

    on(loop, scenario())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    directory: Path = tmp_path_factory.mktemp("tls")
    key, crt = str(directory / "key.pem"), str(directory / "crt.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", crt],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context, crt


@pytest.mark.parametrize("loop", LOOPS)
def test_tls_carries_the_same(loop: str, certificate: tuple[ssl.SSLContext, str]) -> None:
    async def scenario() -> None:
        async with served("lean", tls=certificate) as room, raw(room) as client:
            client.say(frame(SUBSCRIBE) + command(1) + frame(b"hi", opcode=9))
            await client.until("snapshot")
            for number in range(20):
                room.offer("x" * 60000)
                assert (await client.until("entry"))["seq"] == number + 1
            client.say(frame(PING, masked=False))

            assert await client.close_code() == 1002

    on(loop, scenario())
