"""F20: a worker's loop stands still for 3 s, then its whole interpreter for 8 s: nobody kills it, nobody is cut off."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from contextlib import suppress

import httpx
import psutil  # type: ignore[import-untyped]

from tests.faults.crowd import Crowd
from tests.faults.ground import Redis
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.stallable import LOCK_SECONDS, LOOP_SECONDS

CONNECTIONS = 12
LAG = re.compile(r"^roadshow_live_loop_lag_seconds (\S+)", re.MULTILINE)
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
        await gauge.highest(1)
        for _ in range(profile.pick(1, 4)):
            os.kill(workers[0], signal.SIGUSR1)
            lag = max(lag, await gauge.highest(LOOP_SECONDS + 1.5))
            os.kill(workers[0], signal.SIGUSR2)
            await asyncio.sleep(LOCK_SECONDS + 1)
        await gauge.close()
    toll = await crowd.reckon()
    worst = [max((late for _, late in reader.lags), default=0.0) for reader in crowd.readers if reader.lags]
    toll.note("workers_killed", len(set(workers) - set(_workers(node))), at_most=0)
    toll.note("sockets_dropped", sum(reader.drops for reader in crowd.readers), at_most=0)
    toll.note("loop_lag_seen", lag, at_least=LOOP_SECONDS - 1.5)
    toll.note("worst_lag_of_the_best_half_s", quantile(worst, 0.3))
    return toll


class Gauge:
    """Reads the loop's lag over many kept connections, so that some of them are with each worker."""

    def __init__(self, node: Node) -> None:
        self._clients = [httpx.AsyncClient(base_url=node.url, timeout=20) for _ in range(CONNECTIONS)]

    async def highest(self, seconds: float) -> float:
        """The highest lag any worker tells within this time."""
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(self._watch(client, time.monotonic() + seconds)) for client in self._clients]
        return max(task.result() for task in reading)

    async def _watch(self, client: httpx.AsyncClient, until: float) -> float:
        highest = 0.0
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                highest = max([highest, *(float(lag) for lag in LAG.findall((await client.get("/metrics")).text))])
            await asyncio.sleep(0.3)
        return highest

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
