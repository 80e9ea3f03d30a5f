"""Requests as short sockets: what they ask, when they are answered, how often, and who counts as here."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from realtime import connection, fallback
from realtime.admission import Admission, Seat
from realtime.engine import Engine
from realtime.fallback import Lines, Place
from tests.realtime.worlds import FakeLog, echo

ROOM = "room:1:public"
HERE = [Place("public", 1, "e1")]


class Room:
    """An engine with one stream of one entry, and the requests of one member."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.log.append(ROOM, "一")
        self.engine = Engine(self.log)
        self.lines = Lines(self.engine)
        self.admission = Admission({"public": ROOM}, echo, owner="login 1", seat=Seat("1", "member 1"))

    def say(self, word: str) -> None:
        self.engine.ring(ROOM, self.log.append(ROOM, word))

    async def poll(self, places: list[Place], *, greets: bool = False, seconds: float = 5) -> list[dict[str, Any]]:
        frames: list[dict[str, Any]] = json.loads(
            await self.lines.poll(self.admission, places, greets=greets, seconds=seconds)
        )
        return [frame for frame in frames if frame["type"] != "presence"]

    async def exchange(self, *frames: object) -> list[dict[str, Any]]:
        answer = await self.lines.exchange(self.admission, [json.dumps(frame).encode() for frame in frames])
        answers: list[dict[str, Any]] = json.loads(answer)
        return answers


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    await room.engine.start()
    yield room
    await room.engine.stop()


def types(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


def command(cmd_id: str) -> dict[str, object]:
    return {"type": "command", "cmd_id": cmd_id, "name": "say", "body": {"word": cmd_id}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("public", Place("public")),
        ("public:7:e1", Place("public", 7, "e1")),
        ("public:0:", Place("public", 0, "")),
    ],
)
def test_place_is_read_as_it_was_written(text: str, place: Place) -> None:
    assert Place.parse(text) == place


@pytest.mark.parametrize("text", ["public:7", "public:x:e1", "public::e1"])
def test_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid"):
        Place.parse(text)


async def test_first_poll_greets_and_brings_the_state_at_once(room: Room) -> None:
    frames = await room.poll([Place("public")], greets=True)

    assert types(frames) == ["welcome", "snapshot"]
    assert frames[1]["state"] == {"words": ["一"]}


async def test_poll_that_goes_on_waits_for_an_entry_and_tells_nothing_twice(room: Room) -> None:
    polling = asyncio.create_task(room.poll(HERE))
    await asyncio.sleep(0.4)
    assert not polling.done()

    room.say("二")

    assert types(await polling) == ["resumed", "entry"]


async def test_entries_of_a_burst_share_an_answer(room: Room) -> None:
    """A room that speaks fast does not make its pollers ask as fast."""
    began, place, heard, polls = time.monotonic(), HERE[0], 0, 0
    talking = asyncio.create_task(_talk(room, 60))
    while heard < 60:
        entries = [frame for frame in await room.poll([place]) if frame["type"] == "entry"]
        heard, polls = heard + len(entries), polls + 1
        place = Place("public", entries[-1]["seq"], "e1")
    await talking

    assert polls <= (time.monotonic() - began) / fallback.POLL_LEAST_SECONDS + 1


async def _talk(room: Room, count: int) -> None:
    for number in range(count):
        room.say(str(number))
        await asyncio.sleep(0.01)


async def test_new_epoch_brings_a_snapshot(room: Room) -> None:
    frames = await room.poll([Place("public", 1, "of another life")])

    assert types(frames) == ["snapshot"]


async def test_nobody_is_left_following_after_an_answer(room: Room) -> None:
    await room.poll([Place("public")], greets=True)

    assert len(room.engine.registry) == 0


async def test_commands_are_answered_in_their_order(room: Room) -> None:
    answers = await room.exchange({"type": "ping"}, *(command(str(n)) for n in range(5)))

    assert [(answer["type"], answer["cmd_id"], answer["body"]["word"]) for answer in answers] == [
        ("ack", str(n), str(n)) for n in range(5)
    ]


async def test_frames_beyond_the_rate_close_with_4429_and_what_came_before_is_answered(room: Room) -> None:
    answers = await room.exchange(*(command(str(n)) for n in range(70)))

    assert types(answers) == ["ack"] * 60 + ["closed"]
    assert answers[-1]["code"] == 4429


async def test_the_rate_is_the_logins_over_all_its_requests(room: Room) -> None:
    for _ in range(3):
        await room.exchange(*[{"type": "ping"}] * 20)

    assert [frame["code"] for frame in await room.exchange(command("1"))] == [4429]
    assert [frame["code"] for frame in await room.poll([Place("public")], greets=True)] == [4429]
    assert types(await room.poll(HERE, seconds=0.1)) == ["resumed"], "going on is not counted"


async def test_a_reader_that_takes_nothing_is_closed(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.2)
    written: list[bytes] = []

    async def write(data: bytes) -> None:
        written.append(data)
        if len(written) > 1:
            await asyncio.sleep(60)

    async with asyncio.timeout(5):
        await room.lines.events(
            room.admission, [Place("public")], greets=True, gone=asyncio.Event().wait(), write=write
        )

    assert len(room.engine.registry) == 0


async def test_events_end_when_the_client_is_gone(room: Room) -> None:
    gone = asyncio.Event()
    written: list[bytes] = []

    async def write(data: bytes) -> None:
        written.append(data)
        if b"snapshot" in data:
            gone.set()

    async with asyncio.timeout(5):
        await room.lines.events(room.admission, [Place("public")], greets=True, gone=gone.wait(), write=write)

    assert written[0].startswith(b"retry: ")
    assert written[2].startswith(b"id: public:1:e1\ndata: ")


async def test_member_stays_present_between_requests_and_no_longer(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    monkeypatch.setattr(fallback, "STAY_SECONDS", 0.3)
    presence = room.engine.presence

    await room.poll([Place("public")], greets=True)
    between = presence.local_count("1")
    await room.poll(HERE, seconds=0.1)
    await asyncio.sleep(0.2)
    still = presence.local_count("1")
    await asyncio.sleep(0.3)

    assert (between, still, presence.local_count("1")) == (1, 1, 0)
