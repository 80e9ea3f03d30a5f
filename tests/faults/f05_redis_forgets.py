"""F5: Redis loses all it knew, by FLUSHALL and by an empty successor; rooms, sessions and limits outlive it."""

from __future__ import annotations

import asyncio
import random

import httpx

from tests.faults.crowd import Crowd
from tests.faults.f04_redis_silent import LIMITED
from tests.faults.ground import Redis, two_nodes
from tests.faults.profile import Profile, Toll
from tests.faults.writers import Writer

TRIES = 14


async def run(profile: Profile) -> Toll:
    async with two_nodes(profile, more=(LIMITED, LIMITED)) as (nodes, url, redis):
        crowd = Crowd(
            profile, nodes, url, voters=profile.pick(20, 80), readers=profile.pick(20, 200), beat=0.7, ask_every=8
        )
        await crowd.found()
        async with crowd.at_work():
            for turn in range(profile.pick(2, 8)):
                await asyncio.sleep(profile.pick(1.0, 4.0))
                await (_fail_over(redis) if turn % 2 else asyncio.to_thread(redis.flush))
            redis.kill()
            limited = await _limited(crowd)
            redis.start()
            await asyncio.sleep(profile.pick(2, 6))
            lost = sum([not await writer.is_signed_in() for writer in crowd.writers])
        toll = await crowd.reckon()
    toll.note("sessions_lost", lost, at_most=0)
    toll.note("limited_without_redis", limited, at_least=1)
    return toll


async def _fail_over(redis: Redis) -> None:
    redis.kill()
    redis.start()


async def _limited(crowd: Crowd) -> int:
    """How many of a guest's questions in a row one process refuses on its own: ten a minute are allowed."""
    async with httpx.AsyncClient(timeout=10) as client:
        pest = Writer(crowd.nodes[:1], crowd.roadshow_id, client, random.Random(1))
        await pest.join("刷屏的人")
        pest.by_socket = False
        for number in range(TRIES):
            text = f"刷屏 {number}"
            if answer := await pest.act("question.ask", {"text": text, "anonymous": False}):
                crowd.ledger.note("ask", answer["id"], text)
    return sum(times for code, times in pest.refused.items() if code.startswith("429"))
