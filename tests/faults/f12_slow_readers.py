"""F12: one in ten stops reading; the others notice nothing, memory stays, the slow are shown out and catch up later."""

from __future__ import annotations

import asyncio
import time

from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.readers import lags_between

KIBIBYTE = "，量产良率与交付" * 42
ROOM_FOR_NOISE_S = 0.05


async def run(profile: Profile) -> Toll:
    size, slow = profile.pick((60, 6), (500, 50))
    async with lone_node(profile) as (node, url):
        crowd = Crowd(
            profile, [node], url, voters=0, askers=profile.pick(10, 25), readers=size, ask_every=0.5, tail=KIBIBYTE,
            ramp=profile.pick(0, 5),
        )  # fmt: skip
        await crowd.found()
        for reader in crowd.readers[-slow:]:
            reader.receive_buffer = 4096
        async with crowd.at_work():
            await asyncio.sleep(profile.pick(2, 15))
            before, began = node.rss_kib, time.monotonic()
            for reader in crowd.readers[-slow:]:
                reader.stall()
            closed, took = await _closed(node, slow, profile.pick(5, 60))
            grown = node.rss_kib - before
            await asyncio.sleep(profile.pick(0, 15))
            ended = time.monotonic()
            for reader in crowd.readers[-slow:]:
                reader.wake()
            await asyncio.sleep(2)
        toll = await crowd.reckon()
    base = quantile(lags_between(crowd.readers, 0, began), 0.99)
    healthy = quantile(lags_between(crowd.readers, began, ended), 0.99)
    toll.note("healthy_p99_before_s", base)
    toll.note("healthy_p99_s", healthy, at_most=1.2 * base + ROOM_FOR_NOISE_S)
    toll.note("rss_grown_mib", grown / 1024, at_most=64)
    toll.note("closed_slow", closed, at_least=profile.pick(0, slow))
    toll.note("all_closed_s", took, at_most=15)
    return toll


async def _closed(node: Node, slow: int, seconds: float) -> tuple[float, float]:
    """How many were closed for being slow, and when the last of them was."""
    began, closed = time.monotonic(), 0.0
    while closed < slow and time.monotonic() < began + seconds:
        await asyncio.sleep(0.5)
        closed = (await node.metrics())["roadshow_live_slow_closes_total"]
    return closed, time.monotonic() - began
