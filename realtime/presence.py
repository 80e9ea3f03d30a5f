"""Who is here, as leases that expire: a member that is not renewed is gone (P16: right within 60 s).

A `Leases` store counts the members of a room, in memory or in Redis. `Presence` holds the sockets of
this process: it renews their leases, and tells each room its count, at most every 2 s and only when it
changed. With Redis away it tells what this process alone can see.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from realtime.frames import Frame, encode
from realtime.frames import Presence as Count

LEASE_SECONDS: Final = 60.0
RENEW_SECONDS: Final = 20.0
COUNT_SECONDS: Final = 2.0
REDIS_SECONDS: Final = 0.25

log = logging.getLogger(__name__)


class Leases(Protocol):
    """Members of rooms, each until its lease ends."""

    async def touch(self, room: str, members: Iterable[str], ttl: float) -> None:
        """Let `members` be in `room` for `ttl` seconds from now."""

    async def leave(self, room: str, members: Iterable[str]) -> None:
        """End leases now."""

    async def counts(self, rooms: Sequence[str]) -> Mapping[str, int]:
        """How many members each room has."""

    async def members(self, room: str) -> set[str]:
        """Who is in the room."""

    async def close(self) -> None:
        """Let go of connections."""


class MemoryLeases:
    """The leases of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rooms: dict[str, dict[str, float]] = {}

    async def touch(self, room: str, members: Iterable[str], ttl: float) -> None:
        until = self._clock() + ttl
        self._rooms.setdefault(room, {}).update((member, until) for member in members)

    async def leave(self, room: str, members: Iterable[str]) -> None:
        leases = self._rooms.get(room, {})
        for member in members:
            leases.pop(member, None)

    async def counts(self, rooms: Sequence[str]) -> Mapping[str, int]:
        return {room: self._count(room) for room in rooms}

    async def members(self, room: str) -> set[str]:
        self._count(room)
        return set(self._rooms.get(room, ()))

    async def close(self) -> None:
        self._rooms.clear()

    def _count(self, room: str) -> int:
        now = self._clock()
        alive = {member: until for member, until in self._rooms.pop(room, {}).items() if until > now}
        if alive:
            self._rooms[room] = alive
        return len(alive)


# Times are the Redis server's own, so that a node with a wrong clock evicts nobody.
_TOUCH: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
"""
_COUNT: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local counts = {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  counts[i] = redis.call('ZCARD', key)
end
return counts
"""


class RedisLeases:
    """The leases of all processes: a sorted set per room, scored by when each lease ends."""

    def __init__(self, url: str, namespace: str = "realtime") -> None:
        self._prefix = f"{namespace}:here:"
        self._redis: Any = Redis.from_url(
            url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    async def touch(self, room: str, members: Iterable[str], ttl: float) -> None:
        await self._redis.eval(_TOUCH, 1, self._prefix + room, int(ttl * 1000), *members)

    async def leave(self, room: str, members: Iterable[str]) -> None:
        await self._redis.zrem(self._prefix + room, *members)

    async def counts(self, rooms: Sequence[str]) -> Mapping[str, int]:
        keys = [self._prefix + room for room in rooms]
        return dict(zip(rooms, await self._redis.eval(_COUNT, len(keys), *keys), strict=True))

    async def members(self, room: str) -> set[str]:
        await self.counts([room])
        return {member.decode() for member in await self._redis.zrange(self._prefix + room, 0, -1)}

    async def close(self) -> None:
        await self._redis.aclose()


class Listener(Protocol):
    """A socket that is told the count of its room."""

    def ephemeral(self, key: str, frame: Frame) -> None:
        """Queue a frame that may be lost."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Who came to a room and who left it, by the sockets of this process, in one sweep."""

    joined: Collection[str] = ()
    left: Collection[str] = ()


class _Room:
    """The sockets of one room in this process, and what its store has yet to hear of them."""

    __slots__ = ("left", "listeners", "new", "sockets", "told")

    def __init__(self) -> None:
        self.listeners: dict[Listener, str] = {}
        self.sockets: dict[str, int] = {}
        self.new: set[str] = set()
        self.left: set[str] = set()
        self.told: int | None = None

    def join(self, member: str, listener: Listener) -> None:
        self.leave(listener)
        self.listeners[listener] = member
        self.sockets[member] = self.sockets.get(member, 0) + 1
        if member in self.left:
            self.left.discard(member)
        elif self.sockets[member] == 1:
            self.new.add(member)

    def leave(self, listener: Listener) -> None:
        member = self.listeners.pop(listener, None)
        if member is None:
            return
        self.sockets[member] -= 1
        if self.sockets[member] == 0:
            del self.sockets[member]
            if member in self.new:
                self.new.discard(member)
            else:
                self.left.add(member)

    def take(self) -> Diff:
        """Who came and who left since the last sweep."""
        joined, self.new = self.new, set()
        left, self.left = self.left, set()
        return Diff(joined, left)

    def tell(self, count: int) -> None:
        """Say the count to everyone, if it is news."""
        if count == self.told:
            return
        self.told = count
        frame = encode(Count(count=count))
        for listener in tuple(self.listeners):
            listener.ephemeral("presence", frame)


class Presence:
    """The sockets of this process by room and member; several sockets of a member count once."""

    def __init__(self, leases: Leases, clock: Callable[[], float] = time.monotonic) -> None:
        self._leases = leases
        self._clock = clock
        self._rooms: dict[str, _Room] = {}
        self._renew_at = 0.0
        self.healthy = True

    def join(self, room: str, member: str, listener: Listener) -> None:
        """`member` is in `room` as long as `listener` is; it hears the count now and when it changes."""
        here = self._rooms.setdefault(room, _Room())
        here.join(member, listener)
        if here.told is not None:
            listener.ephemeral("presence", encode(Count(count=here.told)))

    def leave(self, room: str, listener: Listener) -> None:
        """The socket is gone; so is its member, if it was the last one here."""
        if room in self._rooms:
            self._rooms[room].leave(listener)

    def local_count(self, room: str) -> int:
        """How many members this process sees."""
        return len(self._rooms[room].sockets) if room in self._rooms else 0

    def rooms(self) -> list[str]:
        """The rooms that have a socket in this process."""
        return list(self._rooms)

    async def members(self, room: str) -> set[str]:
        """Who is in the room, or, with the store away, who of them is in this process."""
        try:
            return await self._leases.members(room)
        except Exception as error:
            self._note(error)
            return set(self._rooms[room].sockets) if room in self._rooms else set()

    async def count(self, room: str) -> int:
        """How many members are in the room, or, with the store away, how many this process sees."""
        return (await self._counts([room]))[room]

    async def watch(self) -> None:
        """Renew and tell, every 2 s, until cancelled."""
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            await self.refresh()

    async def refresh(self) -> None:
        """Renew the leases that are due, and tell each room whose count changed."""
        await self._renew()
        for room, count in (await self._counts(list(self._rooms))).items():
            if room in self._rooms:
                self._rooms[room].tell(count)
        self._forget_empty_rooms()

    def _forget_empty_rooms(self) -> None:
        for room in [room for room, here in self._rooms.items() if not here.listeners and not here.left]:
            del self._rooms[room]

    async def _renew(self) -> None:
        """Tell the store who came, left and, when the leases are due, who stays."""
        due = self._clock() >= self._renew_at
        diffs = {room: here.take() for room, here in self._rooms.items()}
        try:
            for room, diff in diffs.items():
                await self._lease(room, diff, due=due)
        except Exception as error:
            self._note(error)
            self._renew_at = 0.0
            return
        if due:
            self._renew_at = self._clock() + RENEW_SECONDS

    async def _lease(self, room: str, diff: Diff, *, due: bool) -> None:
        if diff.left:
            await self._leases.leave(room, sorted(diff.left))
        stays = self._rooms[room].sockets if due and room in self._rooms else diff.joined
        if stays:
            await self._leases.touch(room, sorted(stays), LEASE_SECONDS)

    async def _counts(self, rooms: list[str]) -> Mapping[str, int]:
        if not rooms:
            return {}
        try:
            counts = await self._leases.counts(rooms)
        except Exception as error:
            self._note(error)
            return {room: self.local_count(room) for room in rooms}
        self.healthy = True
        return counts

    def _note(self, error: Exception) -> None:
        if self.healthy:
            log.warning("presence is counted per process until its store is back: %r", error)
        self.healthy = False

    async def close(self) -> None:
        """End the leases of this process, if the store is there, and let go of it."""
        for here in self._rooms.values():
            for listener in list(here.listeners):
                here.leave(listener)
        await self._renew()
        await self._leases.close()
