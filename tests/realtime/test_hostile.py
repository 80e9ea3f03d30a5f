"""Frames no honest client sends, and some it may: each ends as RFC 6455 says, by either kind of connection."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

import pytest

from realtime.frames import MAX_FRAME_BYTES
from tests.realtime.serving import KINDS, LOOPS, PING, SUBSCRIBE, Raw, command, frame, on, raw, served

TEXT, BINARY, CONT, CLOSE, PING_FRAME, PONG = 1, 2, 0, 8, 9, 10
CHINESE = '{"type":"command","cmd_id":"1","name":"x","body":{"text":"良率多少？"}}'.encode()


@dataclass(frozen=True)
class Case:
    """Bytes after the handshake, and what they are answered: a close code, or none."""

    name: str
    data: bytes
    code: int | None = None


WRONG = [
    Case("not masked", frame(PING, masked=False), 1002),
    Case("reserved bit 1, as deflate would set it", frame(PING, rsv=4), 1002),
    Case("reserved bit 2", frame(PING, rsv=2), 1002),
    Case("reserved bit 3", frame(PING, rsv=1), 1002),
    *(Case(f"reserved opcode {opcode}", frame(PING, opcode=opcode), 1002) for opcode in (3, 7, 11, 15)),
    Case("continuation of nothing", frame(b"x", opcode=CONT), 1002),
    Case("text inside a fragmented text", frame(b'{"ty', fin=False) + frame(PING), 1002),
    Case("fragmented ping", frame(b"x", opcode=PING_FRAME, fin=False), 1002),
    Case("ping of 126 bytes", frame(b"x" * 126, opcode=PING_FRAME), 1002),
    Case("close with half a code", frame(b"\x03", opcode=CLOSE), 1002),
    Case("close with a code nobody may send", frame((1005).to_bytes(2, "big"), opcode=CLOSE), 1002),
    Case("close with a reason that is not UTF-8", frame(b"\x03\xe8\xff", opcode=CLOSE), 1007),
    Case("text that is not UTF-8", frame(b'{"type":"\xff"}'), 1007),
    Case("text that is not UTF-8 where nobody looks", frame(CHINESE.replace("良".encode(), b"\xe8\x89")), 1007),
    Case("text that is not UTF-8 once put together", frame(b"\xe8\x89", fin=False) + frame(b"x", opcode=CONT), 1007),
    Case("surrogates", frame(b'"\xed\xa0\x80"'), 1007),
    Case("not JSON", frame(b"{"), 1007),
    Case("an unknown type", frame(b'{"type":"explode"}'), 1007),
    Case("binary that is not JSON", frame(b"\x00\xff", opcode=BINARY), 1007),
    Case("too large", frame(b"x" * (MAX_FRAME_BYTES + 1)), 1009),
    Case("said to be 2^62 bytes", b"\x81\xff" + (2**62).to_bytes(8, "big") + b"mask", 1009),
    Case("too large in fragments", frame(b"x" * 60000, fin=False) + frame(b"x" * 6000, opcode=CONT), 1009),
]
RIGHT = [
    Case("text", command(1)),
    Case("text in another tongue", frame(CHINESE)),
    Case("binary with JSON in it", frame(CHINESE, opcode=BINARY)),
    Case("two fragments", frame(CHINESE[:70], fin=False) + frame(CHINESE[70:], opcode=CONT)),
    Case("fragments that cut a character", frame(CHINESE[:62], fin=False) + frame(CHINESE[62:], opcode=CONT)),
    Case("an empty first fragment", frame(b"", fin=False) + frame(CHINESE, opcode=CONT)),
    Case(
        "control frames between fragments",
        frame(CHINESE[:9], fin=False) + frame(b"hi", opcode=PING_FRAME) + frame(b"", opcode=PONG)
        + frame(CHINESE[9:], opcode=CONT),
    ),
    Case("16-bit length for a large one", command(1, body={"text": "x" * 60000})),
    Case("pong nobody asked for", frame(b"x", opcode=PONG) + command(1)),
]  # fmt: skip
TABLE = pytest.mark.parametrize("case", WRONG + RIGHT, ids=lambda case: case.name)


@pytest.mark.parametrize("kind", KINDS)
@TABLE
async def test_each_frame_ends_as_it_must(kind: str, case: Case) -> None:
    async with served(kind) as room, raw(room) as client:
        await client.until("welcome")

        client.say(case.data)

        assert await outcome(client) == case.code


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("case", [case for case in WRONG + RIGHT if len(case.data) < 200], ids=lambda case: case.name)
def test_frames_that_come_byte_by_byte_end_alike(loop: str, case: Case) -> None:
    async def scenario() -> None:
        async with served("lean") as room, raw(room) as client:
            await client.until("welcome")
            for byte in case.data:
                client.say(bytes((byte,)))
                await asyncio.sleep(0)

            assert await outcome(client) == case.code

    on(loop, scenario())


async def outcome(client: Raw) -> int | None:
    """The code it ends with, or None once a command is acknowledged."""
    while True:
        opcode, payload = await client.next()
        if opcode == CLOSE:
            return int.from_bytes(payload[:2], "big")
        if opcode == -1:
            return 1006
        if opcode == TEXT and json.loads(payload)["type"] == "ack":
            return None


@pytest.mark.parametrize("kind", KINDS)
async def test_ping_is_answered_with_its_own_words(kind: str) -> None:
    async with served(kind) as room, raw(room) as client:
        await client.until("welcome")
        client.say(frame(b"are you there", opcode=PING_FRAME))

        while (heard := await client.next())[0] == TEXT:
            pass

        assert heard == (PONG, b"are you there")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("payload", [b"", (1000).to_bytes(2, "big") + "再见".encode(), (4999).to_bytes(2, "big")])
async def test_close_is_echoed_and_the_connection_ends(kind: str, payload: bytes) -> None:
    async with served(kind) as room, raw(room) as client:
        await client.until("welcome")
        client.say(frame(payload, opcode=CLOSE))

        while (heard := await client.next())[0] == TEXT:
            pass
        gone = await client.next()

        assert (heard, gone) == ((CLOSE, payload), (-1, b""))
        assert len(room.engine.registry) == 0


async def test_pings_and_crumbs_are_counted_like_frames() -> None:
    async with served("lean") as room:
        for flood in (frame(b"x", opcode=PING_FRAME), frame(b"", opcode=PONG)):
            async with raw(room) as client:
                await client.until("welcome")
                client.say(flood * 100)

                assert await client.close_code() == 4429
        async with raw(room) as client:
            await client.until("welcome")
            client.say(frame(b'"', fin=False) + frame(b"x", opcode=CONT, fin=False) * 100)

            assert await client.close_code() == 4429


@pytest.mark.parametrize("kind", KINDS)
async def test_deflate_is_offered_and_not_taken(kind: str) -> None:
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    async with served(kind) as room, raw(room, extra=offer) as client:
        client.say(command(1))

        assert await outcome(client) is None
        assert b"sec-websocket-extensions" not in client.head.lower()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", KINDS)
def test_commands_in_one_segment_are_answered_in_order(loop: str, kind: str) -> None:
    async def scenario() -> None:
        async with served(kind, rate=1000) as room, raw(room) as client:
            client.say(b"".join(command(number) for number in range(50)))

            acks = [(await client.until("ack"))["cmd_id"] for _ in range(50)]

            assert acks == [str(number) for number in range(50)]

    on(loop, scenario())


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_before_the_answer_is_not_lost(loop: str, kind: str) -> None:
    async def scenario() -> None:
        cut = len(frame(SUBSCRIBE)) // 2
        first = frame(SUBSCRIBE)
        async with served(kind, wait=0.2) as room, raw(room, later=first[:cut]) as client:
            client.say(first[cut:])

            assert (await client.until("snapshot"))["seq"] == 0

    on(loop, scenario())


async def test_half_a_handshake_and_a_reset_leave_nothing_behind() -> None:
    async with served("lean", wait=0.1) as room:
        for linger in (0.0, 0.02, 0.15):
            async with asyncio.timeout(5):
                async with raw(room) as client:
                    await asyncio.sleep(linger)
                    client.writer.transport.abort()
        await asyncio.sleep(0.2)

        assert len(room.engine.registry) == 0
        assert not room.server.server_state.connections
