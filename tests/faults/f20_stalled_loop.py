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
from tests.faults.stallable import LOCK_SECONDS, LOOP_SECONDS, WORKER

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
    workers = _workers(node)
    async with crowd.at_work():
        for _ in range(profile.pick(1, 4)):
            async with httpx.AsyncClient(base_url=node.url, timeout=30) as client:
                worker, before = await _lag(client)
                os.kill(worker, signal.SIGUSR1)
                lag = max(lag, await _noticed(client, worker, before))
            os.kill(worker, signal.SIGUSR2)
            await asyncio.sleep(LOCK_SECONDS + 1)
    toll = await crowd.reckon()
    worst = [max((late for _, late in reader.lags), default=0.0) for reader in crowd.readers if reader.lags]
    toll.note("workers_killed", len(set(workers) - set(_workers(node))), at_most=0)
    toll.note("sockets_dropped", sum(reader.drops for reader in crowd.readers), at_most=0)
    toll.note("loop_lag_seen", lag, at_least=SEEN)
    toll.note("worst_lag_of_the_best_half_s", quantile(worst, 0.3))
    return toll


async def _noticed(client: httpx.AsyncClient, stalled: int, before: float) -> float:
    """By how much the stalled worker was late: it may answer before it has looked at its own clock again."""
    late = 0.0
    for _ in range(LOOKS):
        worker, now = await _lag(client)
        assert worker == stalled, "a kept connection stays with its worker"
        late = now - before
        if late >= SEEN:
            break
        await asyncio.sleep(0.2)
    return late


async def _lag(client: httpx.AsyncClient) -> tuple[int, float]:
    """The worker at the other end of this kept connection, and what its loop was late by, all in all."""
    answer = await client.get("/metrics")
    return int(answer.headers[WORKER]), float(LAG.findall(answer.text)[0])
