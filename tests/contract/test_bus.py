"""The doorbell: rings reach the other processes, delay nobody, and come back after the layer fell."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from realtime.bus import Bus, Layer, memory_layer, redis_layer
from realtime.frames import CloseCode
from realtime.hub import Hub
from tests.realtime.worlds import FakeLog, Follower, until
from tests.services import free_port, redis_server

ROOM = "room:1:public"


class Process:
    """What one process hears."""

    def __init__(self, layer: Layer, group: str) -> None:
        self.rings: list[tuple[str, int]] = []
        self.closes: list[tuple[str, CloseCode]] = []
        self.bus = Bus(self._rung, self._closed, layer=layer, group=group)

    def _rung(self, stream: str, seq: int) -> None:
        self.rings.append((stream, seq))

    def _closed(self, tag: str, code: CloseCode) -> None:
        self.closes.append((tag, code))


@pytest.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes that share a layer."""
    group = uuid4().hex
    layers: Callable[[], Layer]
    if request.param == "memory":
        shared = memory_layer()
        layers = lambda: shared  # noqa: E731
    else:
        url = request.getfixturevalue("redis_url")
        layers = lambda: redis_layer(url)  # noqa: E731
    here, there = Process(layers(), group), Process(layers(), group)
    for process in (here, there):
        await process.bus.start()
    await until(lambda: here.bus.healthy and there.bus.healthy)
    yield here, there
    for process in (here, there):
        await process.bus.stop()


async def test_ring_is_heard_here_at_once_and_there_soon(pair: tuple[Process, Process]) -> None:
    here, there = pair

    here.bus.ring(ROOM, 7)
    assert here.rings == [(ROOM, 7)]
    await until(lambda: there.rings)

    assert (here.rings, there.rings) == ([(ROOM, 7)], [(ROOM, 7)])


async def test_rings_of_one_turn_are_coalesced_to_the_highest(pair: tuple[Process, Process]) -> None:
    here, there = pair

    for seq in (1, 3, 2):
        here.bus.ring(ROOM, seq)
    here.bus.ring("room:2:public", 9)
    await until(lambda: len(there.rings) == 2)

    assert sorted(there.rings) == [(ROOM, 3), ("room:2:public", 9)]


async def test_a_thousand_rings_of_many_streams_all_arrive(pair: tuple[Process, Process]) -> None:
    here, there = pair

    for number in range(1000):
        here.bus.ring(f"room:{number}:public", number + 1)
    await until(lambda: len(there.rings) == 1000)

    assert set(there.rings) == {(f"room:{number}:public", number + 1) for number in range(1000)}


async def test_close_reaches_every_process(pair: tuple[Process, Process]) -> None:
    here, there = pair

    here.bus.close("login:a", CloseCode.AUTH)
    await until(lambda: there.closes)

    assert here.closes == there.closes == [("login:a", CloseCode.AUTH)]


async def test_two_hubs_share_a_room(pair: tuple[Process, Process]) -> None:
    here, there = pair
    log, follower = FakeLog(), Follower()
    hub = Hub(log)
    there.bus._on_ring = hub.ring
    hub.follow(ROOM, "public", follower, None, None)
    await until(lambda: follower.snapshots)

    here.bus.ring(ROOM, log.append(ROOM, "hello"))
    await until(lambda: follower.words == ["hello"])

    assert follower.faults == []


async def test_waiting_rings_are_bounded() -> None:
    bus = Bus(lambda stream, seq: None, lambda tag, code: None)

    for number in range(5000):
        bus.ring(f"room:{number}", 1)

    assert (len(bus._rings), bus.dropped) == (1024, 3976)


async def test_deaf_subscription_is_noticed_and_joined_anew(redis_url: str) -> None:
    group = uuid4().hex
    layer = redis_layer(redis_url)
    deaf, other = Process(layer, group), Process(redis_layer(redis_url), group)
    for process in (deaf, other):
        await process.bus.start()
    await until(lambda: deaf.bus.healthy and other.bus.healthy)
    joined = deaf.bus._channel

    def has_joined_anew() -> bool:
        if deaf.bus._channel == joined:
            layer.channels.pop(joined, None)  # type: ignore[attr-defined]  # again, should it have been subscribed anew
        return deaf.bus._channel != joined and deaf.bus.healthy

    await until(has_joined_anew, 20)
    other.bus.ring(ROOM, 1)
    await until(lambda: deaf.rings)

    assert deaf.rings == [(ROOM, 1)]
    for process in (deaf, other):
        await process.bus.stop()


@pytest.mark.parametrize("fault", ["killed", "stopped"])
async def test_redis_that_falls_delays_no_ring_loses_no_entry_and_comes_back(fault: str, tmp_path: Path) -> None:
    port, group, log = free_port(), uuid4().hex, FakeLog()
    with redis_server(tmp_path, port) as (url, redis):
        here, there = Process(redis_layer(url), group), Process(redis_layer(url), group)
        hub, follower = Hub(log), Follower()
        there.bus._on_ring = hub.ring
        for process in (here, there):
            await process.bus.start()
        await until(lambda: here.bus.healthy and there.bus.healthy)
        hub.follow(ROOM, "public", follower, None, None)
        await until(lambda: follower.snapshots)

        redis.send_signal(signal.SIGKILL if fault == "killed" else signal.SIGSTOP)
        waits = []
        for number in range(100):
            before = time.perf_counter()
            here.bus.ring(ROOM, log.append(ROOM, f"w{number}"))
            waits.append(time.perf_counter() - before)
            await asyncio.sleep(0.005)
        await hub.recheck()
        await until(lambda: follower.seq == 100)
        await until(lambda: not here.bus.healthy and not there.bus.healthy, 20)
        assert max(waits) < 0.1

        if fault == "stopped":
            redis.send_signal(signal.SIGCONT)
            await _hears_again(here, there, log, follower)
    if fault == "killed":
        with redis_server(tmp_path, port):
            await _hears_again(here, there, log, follower)
            for process in (here, there):
                await process.bus.stop()
    else:
        for process in (here, there):
            await process.bus.stop()

    assert follower.faults == []


async def _hears_again(here: Process, there: Process, log: FakeLog, follower: Follower) -> None:
    await until(lambda: here.bus.healthy and there.bus.healthy, 30)
    here.bus.ring(ROOM, log.append(ROOM, "again"))
    await until(lambda: follower.words[-1] == "again")
