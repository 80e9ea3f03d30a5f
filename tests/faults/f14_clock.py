"""F14: one node's wall clock jumps by minutes and by a day; order stays that of the numbers, both show one room."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll

MINUTES, DAY = 300, 86400
NEAR, TRIES = 5, 20
JUMPS = (MINUTES, -MINUTES, DAY, -DAY, 0)


class Clock:
    """The wall clock of a process, by a preloaded library."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "skew"
        self._library = directory / "skew.so"
        source = Path(__file__).parent / "skew.c"
        build = ["cc", "-O2", "-shared", "-fPIC", "-o", str(self._library), str(source), "-ldl"]
        subprocess.run(build, check=True, capture_output=True)
        self.set(0)

    def set(self, seconds: int) -> None:
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("q", seconds))

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "SKEW_FILE": str(self._file)}


async def run(profile: Profile) -> Toll:
    clock = Clock(profile.directory)
    differences, skews = 0, []
    async with two_nodes(profile, more=({}, clock.environment)) as (nodes, url, _):
        crowd = Crowd(profile, nodes, url, voters=profile.pick(20, 140), readers=profile.pick(20, 200))
        await crowd.found()
        async with crowd.at_work():
            for jump in JUMPS:
                clock.set(jump)
                await asyncio.sleep(profile.pick(0.8, 12))
                skews.append(await _off_by(nodes[1], jump))
        differences += (await crowd.truth(nodes[0]))["state"] != (await crowd.truth(nodes[1]))["state"]
        toll = await crowd.reckon()
    toll.note("jumps", len(JUMPS))
    toll.note("clock_really_off_by", max(skews), at_most=NEAR)
    toll.note("nodes_differ", differences, at_most=0)
    crowd.note_waits(toll, at_most=3)
    return toll


async def _off_by(node: Node, jump: int) -> float:
    """How far the node's clock, by its own account, is from where it was set; the account is renewed each second."""
    off = [abs(await _skew(node) - jump)]
    while off[-1] > NEAR and len(off) < TRIES:
        await asyncio.sleep(0.5)
        off.append(abs(await _skew(node) - jump))
    return off[-1]


async def _skew(node: Node) -> float:
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{node.url}/healthz")
    return parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
