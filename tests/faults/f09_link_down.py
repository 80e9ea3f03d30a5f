"""F9: the link of 100 phones is down for 90 s, without a word to either end: both notice, nobody misses a thing."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from realtime.frames import DEADMAN_SECONDS
from tests.faults.crowd import Crowd
from tests.faults.link import Link
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll
from tests.faults.readers import TIMED, Reader
from tests.faults.relay import Relay
from tests.faults.writers import Writer

COMMAND = (sys.executable, "-m", "tests.faults.hasty")
DOWN_SECONDS = 90.0
PRESENT_SECONDS = 60.0
SLACK = 2.5
"""The server looks once a second, presence is told every two."""


class Phone(Reader):
    """Signed in, and wise to silence: after 45 s without a frame it hangs up and comes back, as browsers here do."""

    headers: Mapping[str, str] = {}
    patience = float(DEADMAN_SECONDS)
    heard_at = 0.0
    noticed_at = 0.0

    async def _once(self) -> None:
        self._gone.clear()
        self.link = await Link.dial(
            self._node().port, self.path, self.headers, self.hear, self._left, seconds=self.patience
        )
        self.heard_at = time.monotonic()
        try:
            self._subscribe()
            await self._silence()
        finally:
            link, self.link = self.link, None
            link.transport.abort()

    async def _silence(self) -> None:
        """Until nothing was heard for too long, or the link said that it is over."""
        while (left := self.heard_at + self.patience - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._gone.wait()
            except TimeoutError:
                continue
            return
        self.noticed_at = self.noticed_at or time.monotonic()

    def hear(self, text: bytes) -> None:
        self.heard_at = time.monotonic()
        super().hear(text)


class Watcher(Phone):
    """Hears how many are said to be here."""

    count = 0

    def hear(self, text: bytes) -> None:
        if text.startswith(b'{"type":"presence"'):
            self.count = json.loads(text)["count"]
        super().hear(text)


@dataclass
class Scene:
    """A node, the same node behind a link that can be cut, and who is at the far end of it."""

    crowd: Crowd
    near: Node
    far: Node
    haste: float
    phones: list[Phone] = field(default_factory=list)

    async def person(self, kind: type[Phone], node: Node, number: int) -> Phone:
        """Somebody signed in: a guest's cookie, and a device."""
        guest = Writer([self.near], self.crowd.roadshow_id, self.crowd._client, random.Random(number))
        await guest.join(f"手机{number}")
        phone = kind(TIMED + number, [node], self.crowd.roadshow_id, self.crowd._said, random.Random(number))
        phone.headers = {**guest._headers, "Origin": f"http://127.0.0.1:{node.port}"}
        phone.patience = DEADMAN_SECONDS / self.haste
        return phone

    async def connections(self) -> float:
        return (await self.near.metrics())["roadshow_live_connections"]


async def run(profile: Profile) -> Toll:
    haste, size = profile.pick((8.0, 20), (1.0, 100))
    more = {"ROADSHOW_TEST_HASTE": str(haste)}
    near = Node(profile.directory, await profile.sqlite(), more=more, command=COMMAND)
    far, relay = Node(profile.directory, near.database_url), Relay()
    far.url, far.port = relay.to(near.url), relay.port
    try:
        await near.start()
        await relay.open()
        ask_every = profile.pick(0.4, 1.0)
        crowd = Crowd(profile, [near], near.database_url, voters=6, askers=3, readers=2, ask_every=ask_every)
        await crowd.found()
        scene = Scene(crowd, near, far, haste)
        watcher = await scene.person(Watcher, near, 0)
        assert isinstance(watcher, Watcher)
        scene.phones = [await scene.person(Phone, far, number) for number in range(1, size + 1)]
        return await _endure(scene, watcher, relay)
    finally:
        await relay.close()
        near.kill()


async def _endure(scene: Scene, watcher: Watcher, relay: Relay) -> Toll:
    toll, size = Toll(), len(scene.phones)
    following = [asyncio.create_task(phone.follow()) for phone in [watcher, *scene.phones]]
    try:
        async with scene.crowd.at_work():
            await _until(lambda: watcher.count >= size + 1, 60)
            await asyncio.sleep(2)
            cut_at = await _down(scene, watcher, relay, toll)
            await _up(scene, watcher, relay, toll)
            scene.crowd.readers += [watcher, *scene.phones]
        toll.add(await scene.crowd.reckon())
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    noticed = [phone.noticed_at - cut_at for phone in scene.phones]
    toll.note("phones", size)
    toll.note("phones_that_never_noticed", sum(after <= 0 for after in noticed), at_most=0)
    toll.note("phones_noticed_after_s", max(noticed), at_most=DEADMAN_SECONDS / scene.haste + SLACK)
    return toll


async def _down(scene: Scene, watcher: Watcher, relay: Relay, toll: Toll) -> float:
    """Cut the link for 90 s; when the server and those in the room know of it. Returns when it was cut."""
    size, here, open_before = len(scene.phones), watcher.count, await scene.connections()
    for phone in scene.phones:
        phone.noticed_at = 0.0
    relay.cut()
    cut_at, ends_at = time.monotonic(), time.monotonic() + DOWN_SECONDS / scene.haste
    reaped = right = 0.0
    while time.monotonic() < ends_at:
        await asyncio.sleep(0.1)
        if not reaped and await scene.connections() <= open_before - size:
            reaped = time.monotonic()
        if not right and watcher.count <= here - size:
            right = time.monotonic()
    toll.note("never_reaped", not reaped, at_most=0)
    toll.note("never_said_to_have_left", not right, at_most=0)
    toll.note("server_reaped_after_s", reaped - cut_at, at_most=DEADMAN_SECONDS / scene.haste + SLACK)
    toll.note("presence_right_after_s", right - cut_at, at_most=PRESENT_SECONDS / scene.haste + SLACK)
    return cut_at


async def _up(scene: Scene, watcher: Watcher, relay: Relay, toll: Toll) -> None:
    """Heal the link; when everybody is back and knows what was missed."""
    missed_from = min(phone.seq or 0 for phone in scene.phones)
    relay.heal()
    healed_at, top = time.monotonic(), (await scene.crowd.truth(scene.near))["seq"]
    await _until(lambda: all((phone.seq or 0) >= top for phone in scene.phones), 90)
    toll.note("all_back_after_s", time.monotonic() - healed_at, at_most=PRESENT_SECONDS)
    toll.note("entries_missed", top - missed_from, at_least=1)
    await _until(lambda: watcher.count >= len(scene.phones) + 1, 60)


async def _until(claim: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not claim():
            await asyncio.sleep(0.05)
