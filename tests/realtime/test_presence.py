"""A room is told its count when it changes, and what this process sees when the store is away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from realtime.frames import Frame
from realtime.presence import LEASE_SECONDS, MemoryLeases, Presence


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Listener:
    def __init__(self) -> None:
        self.counts: list[int] = []

    def ephemeral(self, key: str, frame: Frame) -> None:
        self.counts.append(json.loads(frame.data)["count"])


class BrokenLeases:
    async def touch(self, room: str, members: Iterable[str], ttl: float) -> None:
        raise ConnectionError

    async def leave(self, room: str, members: Iterable[str]) -> None:
        raise ConnectionError

    async def counts(self, rooms: Sequence[str]) -> Mapping[str, int]:
        raise ConnectionError

    async def members(self, room: str) -> set[str]:
        raise ConnectionError

    async def close(self) -> None:
        pass


async def test_room_hears_its_count_only_when_it_changes() -> None:
    presence, first, second = Presence(MemoryLeases()), Listener(), Listener()

    presence.join("r", "ann", first)
    await presence.refresh()
    await presence.refresh()
    presence.join("r", "bo", second)
    await presence.refresh()

    assert (first.counts, second.counts) == ([1, 2], [1, 2])


async def test_member_with_two_sockets_counts_once_until_both_are_gone() -> None:
    presence, phone, laptop, other = Presence(MemoryLeases()), Listener(), Listener(), Listener()
    presence.join("r", "ann", phone)
    presence.join("r", "ann", laptop)
    presence.join("r", "bo", other)
    await presence.refresh()

    presence.leave("r", phone)
    await presence.refresh()
    presence.leave("r", laptop)
    await presence.refresh()

    assert other.counts == [2, 1]


async def test_two_processes_count_together_and_a_dead_one_expires() -> None:
    clock = Clock()
    leases = MemoryLeases(clock)
    alive, dead = Presence(leases, clock), Presence(leases, clock)
    listener = Listener()
    alive.join("r", "ann", listener)
    dead.join("r", "bo", Listener())
    await dead.refresh()
    await alive.refresh()

    for _ in range(4):
        clock.now += LEASE_SECONDS / 3
        await alive.refresh()

    assert listener.counts == [2, 1]


async def test_store_that_is_away_degrades_to_the_local_count() -> None:
    presence, listener = Presence(BrokenLeases()), Listener()

    presence.join("r", "ann", listener)
    await presence.refresh()

    assert (listener.counts, await presence.count("r"), presence.healthy) == ([1], 1, False)


async def test_empty_room_is_forgotten() -> None:
    presence, listener = Presence(MemoryLeases()), Listener()
    presence.join("r", "ann", listener)
    await presence.refresh()

    presence.leave("r", listener)
    await presence.refresh()

    assert (presence._rooms, await presence.count("r")) == ({}, 0)


class Told(MemoryLeases):
    """A store that writes down what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, list[str]]] = []

    async def touch(self, room: str, members: Iterable[str], ttl: float) -> None:
        self.told.append(("here", list(members)))
        await super().touch(room, members, ttl)

    async def leave(self, room: str, members: Iterable[str]) -> None:
        self.told.append(("left", list(members)))
        await super().leave(room, members)


async def test_store_is_told_who_came_and_who_left_and_nothing_else() -> None:
    leases = Told()
    presence = Presence(leases)
    ann, bo, cy, twin = Listener(), Listener(), Listener(), Listener()

    presence.join("r", "ann", ann)
    presence.join("r", "bo", bo)
    await presence.refresh()
    await presence.refresh()
    presence.leave("r", ann)
    presence.join("r", "cy", cy)
    presence.join("r", "bo", twin)
    presence.leave("r", bo)
    await presence.refresh()
    presence.leave("r", cy)
    presence.join("r", "cy", cy)
    presence.join("r", "dee", ann)
    presence.leave("r", ann)
    await presence.refresh()
    presence.leave("r", cy)
    presence.leave("r", twin)
    await presence.refresh()

    assert leases.told == [("here", ["ann", "bo"]), ("left", ["ann"]), ("here", ["cy"]), ("left", ["bo", "cy"])]


async def test_members_are_everybody_here_or_with_the_store_away_whoever_this_process_sees() -> None:
    for leases in (MemoryLeases(), BrokenLeases()):
        presence = Presence(leases)
        presence.join("r", "ann", Listener())
        await presence.refresh()

        assert (presence.rooms(), await presence.members("r"), await presence.members("empty")) == (
            ["r"], {"ann"}, set(),
        )  # fmt: skip
