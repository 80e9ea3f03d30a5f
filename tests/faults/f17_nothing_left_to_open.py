"""F17: no file descriptor is left, and a disk that may only be read; neither ends the process or loses anything.

The second part wants a disk of its own (a small tmpfs, mounted as root), and fails plainly where it cannot have one.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx

from tests.faults.crowd import Crowd
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll
from tests.faults.tight import small_disk

DESCRIPTORS = 256
CALLERS = 500


async def run(profile: Profile) -> Toll:
    toll = await _no_descriptors(profile)
    toll.add(await _read_only(profile))
    return toll


async def _no_descriptors(profile: Profile) -> Toll:
    """More callers than descriptors, who stay for a while and say nothing."""
    url = await profile.sqlite()
    node = Node(profile.directory, url, settle=_few_descriptors)
    try:
        await node.start()
        crowd = Crowd(profile, [node], url, voters=profile.pick(8, 40), askers=2, readers=profile.pick(6, 30))
        await crowd.found()
        async with crowd.at_work():
            await asyncio.sleep(1)
            seen = await _called_by_many(node, profile.pick(4, 20))
            normal = await _until_normal(node)
            await asyncio.sleep(1)
        toll = await crowd.reckon()
        toll.note("crashes", not node.is_up, at_most=0)
    finally:
        node.kill()
    toll.note(
        "answered_wrongly", sum(count for status, count in seen.items() if status not in {0, 200, 503}), at_most=0
    )
    toll.note("turned_away", seen[0] + seen[503])
    toll.note("normal_s", normal, at_most=5)
    return toll


def _few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


async def _called_by_many(node: Node, seconds: float) -> Counter[int]:
    """What those are answered who come while 500 others hold the line; 0 where nobody answers."""
    seen: Counter[int] = Counter()
    callers = []
    try:
        for _ in range(CALLERS):
            caller = socket.socket()
            caller.setblocking(False)
            callers.append(caller)
            with suppress(BlockingIOError):
                caller.connect(("127.0.0.1", node.port))
            await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            seen[await _status(node)] += 1
            await asyncio.sleep(0.1)
    finally:
        for caller in callers:
            caller.close()
    return seen


async def _status(node: Node) -> int:
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(base_url=node.url, timeout=2) as client:
            return (await client.get("/api/v1/calendar?from=2026-11-01&to=2026-11-30")).status_code
    return 0


async def _until_normal(node: Node) -> float:
    """How long until three in a row are answered, in seconds."""
    loop = asyncio.get_running_loop()
    began, in_a_row = loop.time(), 0
    while in_a_row < 3 and loop.time() < began + 60:
        in_a_row = in_a_row + 1 if await _status(node) == 200 else 0
    return loop.time() - began


async def _read_only(profile: Profile) -> Toll:
    """On a disk that may only be read: refused in words, backed up all the same, and served when it is mended."""
    toll = Toll()
    with small_disk(profile.directory / "ro", 16) as disk:
        shutil.copy((await profile.sqlite()).removeprefix("sqlite:///"), disk / "roadshow.sqlite3")
        files = {"ROADSHOW_FILES_DIR": str(disk / "files")}
        node = Node(profile.directory, f"sqlite:///{disk / 'roadshow.sqlite3'}", more=files)
        _remount(disk, "ro")
        for words in (["serve"], ["worker"], ["migrate"]):
            code, said = await node.run(*words)
            toll.refused += code != 2 or "ROADSHOW_" not in said or "Traceback" in said
        code, said = await node.run("backup", str(profile.directory / "ro.backup"))
        toll.lost += code != 0
        _remount(disk, "rw")
        try:
            toll.note("ready_after_ro_s", await node.start(), at_most=5)
        finally:
            node.kill()
    return toll


def _remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
