"""F20: a worker's loop stands still for 3 s, then its whole interpreter for 8 s: nobody kills it, nobody is cut off."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys

import httpx
import psutil  # type: ignore[import-untyped]

from tests.faults.crowd import Crowd
from tests.faults.ground import Redis
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.stallable import LOCK_SECONDS, LOOP_SECONDS

CONNECTIONS = 12
SEEN = LOOP_SECONDS - 1.5
LOOKS = 10
LAG = re.compile(r"^roadshow_live_loop_lag_sum (\S+)", re.MULTILINE)
COMMAND = (sys.executable, "-m", "tests.faults.stallable")


async def run(profile: Profile) -> Toll:
    redis = Redis(profile.directory)
    redis.start()
    node = Node(profile.directory, await profile.postgres(), redis.url, command=COMMAND)
    try:
        await node.start()
        return await _run(profile, node)
    finally:
        for pid in [*_workers(node), node.pid]:
            os.kill(pid, signal.SIGKILL)
        node.kill()
        redis.kill()


def _workers(node: Node) -> list[int]:
    return sorted(
        child.pid for child in psutil.Process(node.pid).children() if "spawn_main" in " ".join(child.cmdline())
    )


async def _run(profile: Profile, node: Node) -> Toll:
    lag = 0.0
    crowd = Crowd(profile, [node], node.database_url, voters=profile.pick(10, 60), readers=profile.pick(30, 200))
    await crowd.found()
    workers, gauge = _workers(node), Gauge(node)
    async with crowd.at_work():
        for _ in range(profile.pick(1, 4)):
            before = await gauge.read()
            os.kill(workers[0], signal.SIGUSR1)
            await asyncio.sleep(LOOP_SECONDS + 0.5)
            lag = max(lag, await _noticed(gauge, before))
            os.kill(workers[0], signal.SIGUSR2)
            await asyncio.sleep(LOCK_SECONDS + 1)
        await gauge.close()
    toll = await crowd.reckon()
    worst = [max((late for _, late in reader.lags), default=0.0) for reader in crowd.readers if reader.lags]
    toll.note("workers_killed", len(set(workers) - set(_workers(node))), at_most=0)
    toll.note("sockets_dropped", sum(reader.drops for reader in crowd.readers), at_most=0)
    toll.note("loop_lag_seen", lag, at_least=SEEN)
    toll.note("worst_lag_of_the_best_half_s", quantile(worst, 0.3))
    return toll


async def _noticed(gauge: Gauge, before: list[float]) -> float:
    """By how much the slower worker was late: it may answer before it has looked at its own clock again."""
    lag = 0.0
    for _ in range(LOOKS):
        lag = max(now - then for now, then in zip(await gauge.read(), before, strict=True))
        if lag >= SEEN:
            break
        await asyncio.sleep(0.2)
    return lag


class Gauge:
    """What each worker's loop was late by, all in all: read over many kept connections, some of them with each."""

    def __init__(self, node: Node) -> None:
        self._clients = [httpx.AsyncClient(base_url=node.url, timeout=30) for _ in range(CONNECTIONS)]

    async def read(self) -> list[float]:
        """The sum of all lags, by connection."""
        answers = await asyncio.gather(*(client.get("/metrics") for client in self._clients))
        return [float(LAG.findall(answer.text)[0]) for answer in answers]

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
