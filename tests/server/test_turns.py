"""Requests sent ahead begin one at a time, in turn, and only once everything answered before is on its way."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from server import turns
from server.turns import Turns
from tests.attacks.wire import get, line
from tests.server.test_connections import PATIENCE, serving, until


@dataclass(eq=False)
class Ahead:
    """A connection that has sent `left` requests ahead."""

    queue: Turns
    begun: list[str]
    address: str
    left: int = 1
    name: str = field(default="")

    def take_turn(self) -> bool:
        if not self.left:
            return False
        self.left -= 1
        self.begun.append(self.name or self.address)
        return True


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_SECONDS", 3600.0)


async def test_addresses_take_turns_and_one_begins_at_a_time(unhurried: None) -> None:
    queue, begun = Turns(), list[str]()
    greedy = [Ahead(queue, begun, "a", name=f"a{n}") for n in range(3)]
    modest = Ahead(queue, begun, "b")
    for each in [*greedy, modest]:
        queue.ask(each)
    at_once = list(begun)
    for expected, each in enumerate([greedy[0], greedy[1], modest, greedy[2]], start=2):
        queue.done(each)
        await until(lambda expected=expected: len(begun) >= min(expected, 4))

    assert at_once == ["a0"]
    assert begun == ["a0", "a1", "b", "a2"]


async def test_turn_goes_on_when_a_connection_has_gone_or_asks_for_nothing(unhurried: None) -> None:
    queue, begun = Turns(), list[str]()
    first, gone, empty, last = (Ahead(queue, begun, "a", left, name) for name, left in
                                (("first", 1), ("gone", 1), ("empty", 0), ("last", 1)))  # fmt: skip
    for each in (first, gone, empty, last):
        queue.ask(each)
    queue.forget(gone)
    queue.forget(first)

    await until(lambda: begun == ["first", "last"])


async def test_answer_that_waits_for_something_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_SECONDS", 0.05)
    queue, begun = Turns(), list[str]()
    for name in "ab":
        queue.ask(Ahead(queue, begun, name))

    await until(lambda: begun == ["a", "b"])


async def test_of_all_requests_sent_ahead_one_is_answered_at_a_time_and_others_do_not_wait(unhurried: None) -> None:
    async with serving() as place, AsyncExitStack() as stack:
        ahead = [await stack.enter_async_context(line(place.address)) for _ in range(3)]
        for each in ahead:
            await each.say(get("/quick") + get("/held"))
        await until(lambda: place.started.count("held") == 1 and place.ended.count("quick") == 3)
        modest = await stack.enter_async_context(line(place.address))
        await modest.say(get("/quick"))
        status = await modest.status()
        await asyncio.sleep(0.3)
        begun = place.started.count("held")
        place.hold.set()
        await until(lambda: place.ended.count("held") == 3)

        assert (status, begun) == (200, 1)


async def test_nothing_more_is_begun_while_a_byte_is_unsent() -> None:
    async with serving() as place, line(place.address, reads_little=True) as each:
        await each.say(get("/middle") + get("/quick"))
        await until(lambda: place.ended == ["middle"])
        await asyncio.sleep(0.3)
        begun = list(place.started)
        while place.ended != ["middle", "quick"]:
            assert await asyncio.wait_for(each.reader.read(65536), PATIENCE)

        assert begun == ["middle"]
