"""How often one may try: sign-in, sign-up, questions, votes; shared over Redis, and kept in memory without it.

Votes are counted in each process alone, without a question to Redis: a person whose sockets lie in two processes may
vote twice as often, and still has one vote a question.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from functools import lru_cache

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from starlette.requests import HTTPConnection

from events.errors import TooMany
from server.settings import Settings

REDIS_SECONDS = 0.25
REDIS_REST_SECONDS = 5.0
LIMITS: dict[str, RateLimitItem] = {
    "sign_in": RateLimitItemPerMinute(10, 15, namespace="sign_in"),  # an account from one address
    "sign_in_address": RateLimitItemPerMinute(300, 15, namespace="sign_in_address"),  # every account from one address
    "sign_up": RateLimitItemPerHour(60, namespace="sign_up"),  # an address
    "sign_up_letter": RateLimitItemPerHour(10, namespace="sign_up_letter"),  # an address that is written to
    "reset_letter": RateLimitItemPerHour(5, namespace="reset_letter"),  # an address that is written to
    "confirm_letter": RateLimitItemPerHour(5, namespace="confirm_letter"),  # a person who wants another letter
    "letter_link": RateLimitItemPerMinute(30, namespace="letter_link"),  # an address that tries links
    "guest": RateLimitItemPerMinute(600, namespace="guest"),  # an address: a hall shares one
    "feed_miss": RateLimitItemPerMinute(20, namespace="feed_miss"),  # an address that guesses feeds
    "password": RateLimitItemPerMinute(10, 15, namespace="password"),  # a person proving its current password
    "invitation": RateLimitItemPerHour(60, namespace="invitation"),  # a person who sends letters
    "question": RateLimitItemPerMinute(10, namespace="question"),  # a person
    "reply": RateLimitItemPerMinute(20, namespace="reply"),  # a person
    "page": RateLimitItemPerMinute(240, namespace="page"),  # a person turning pages
    "deck": RateLimitItemPerHour(30, namespace="deck"),  # a person uploading slides
    "evidence": RateLimitItemPerHour(20, namespace="evidence"),  # a person uploading documents
    "recognition_letter": RateLimitItemPerHour(5, namespace="recognition_letter"),  # a company
    "recognition_code": RateLimitItemPerHour(30, namespace="recognition_code"),  # a company giving codes back
    "import": RateLimitItemPerHour(60, namespace="import"),  # a person uploading lists
    "reading": RateLimitItemPerHour(240, namespace="reading"),  # a person choosing how a list is read
    "screen_miss": RateLimitItemPerMinute(30, namespace="screen_miss"),  # an address that guesses screens
    "vote": RateLimitItemPerMinute(120, namespace="vote"),  # a person
    "danmaku": RateLimitItemPerMinute(30, namespace="danmaku"),  # a person
    "reaction": RateLimitItemPerMinute(70, namespace="reaction"),  # a person: one a second, and a repeat now and then
    "ballot": RateLimitItemPerMinute(60, namespace="ballot"),  # a person
    "score": RateLimitItemPerMinute(240, namespace="score"),  # a judge: every change is kept at once
}

LOCAL = frozenset({"vote"})
"""Counted here only."""

logger = structlog.get_logger()


class Limits:
    """Counts tries over a sliding window. Redis makes the count common to all processes; its absence never refuses."""

    def __init__(self, settings: Settings) -> None:
        self._on = settings.rate_limits
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = _pool(settings.redis_url) if settings.redis_url else None
        self._shared = _shared(settings.redis_url, self._pool) if settings.redis_url and self._pool else None
        self._resting_until = 0.0
        self._windows = {name: Window(LIMITS[name].amount, LIMITS[name].get_expiry()) for name in LOCAL}

    def take(self, name: str, who: str) -> int | None:
        """Count one try at something counted here only. Seconds to wait when it is one too many."""
        return self._windows[name].take(who, time.monotonic()) if self._on else None

    async def hit(self, name: str, *who: str) -> None:
        """Count one try of `who`. Refuses: too_many, saying after how many seconds to come back."""
        if not self._on:
            return
        if name in LOCAL:
            retry_after = self.take(name, "/".join(who))
        else:
            retry_after = await self._ask(LIMITS[name], who)
        if retry_after is not None:
            raise TooMany(retry_after=retry_after)

    async def clear(self, name: str, *who: str) -> None:
        """Forget the tries of `who`, such as after the right password."""
        await self._memory.clear(LIMITS[name], *who)
        if self._shared is not None and not self._is_resting:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    await self._shared.clear(LIMITS[name], *who)
            except (StorageError, TimeoutError) as error:
                self._rest(error)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    @property
    def _is_resting(self) -> bool:
        return time.monotonic() < self._resting_until

    async def _ask(self, item: RateLimitItem, who: tuple[str, ...]) -> int | None:
        if self._shared is not None and not self._is_resting:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    return await _count(self._shared, item, who)
            except (StorageError, TimeoutError) as error:
                self._rest(error)
        return await _count(self._memory, item, who)

    def _rest(self, error: Exception) -> None:
        """Ask Redis again in a few seconds only, so that nobody waits for it at every try."""
        self._resting_until = time.monotonic() + REDIS_REST_SECONDS
        logger.warning("limits_without_redis", error=type(error).__name__)


class Window:
    """At most `most` tries in `seconds`: those of this window, and as many of the last as still lie within reach."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._number = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def take(self, who: str, now: float) -> int | None:
        """Count one try. Seconds to wait, and nothing counted, when it is one too many."""
        number, passed = divmod(now / self._seconds, 1.0)
        if number != self._number:
            self._before = self._now if number == self._number + 1 else {}
            self._now, self._number = {}, int(number)
        count = self._now.get(who, 0)
        if count + self._before.get(who, 0) * (1 - passed) + 1 > self._most:
            return max(1, math.ceil((1 - passed) * self._seconds))
        self._now[who] = count + 1
        return None


async def _count(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, who: tuple[str, ...]) -> int | None:
    """Seconds to wait, or None when the try is within the limit."""
    if await limiter.hit(item, *who):
        return None
    window = await limiter.get_window_stats(item, *who)
    return max(1, math.ceil(window.reset_time - time.time()))


def _pool(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)


def _shared(url: str, pool: ConnectionPool) -> SlidingWindowCounterRateLimiter:
    storage = RedisStorage(
        f"async+{url}", implementation="redispy", wrap_exceptions=True, key_prefix="roadshow:limits",
        connection_pool=pool,  # type: ignore[arg-type]
    )  # fmt: skip
    return SlidingWindowCounterRateLimiter(storage)


def client_address(connection: HTTPConnection, settings: Settings) -> str:
    """The address tries are counted for: IPv4 whole, IPv6 by its /64.

    `X-Forwarded-For` is read from the right and only past addresses in `trusted_proxies`: what a client writes
    there itself stands to the left of what the first trusted proxy saw.
    """
    peer = connection.client.host if connection.client else ""
    trusted = _networks(settings.trusted_proxies)
    hops = [hop.strip() for line in connection.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while hops and _is_in(peer, trusted):
        nearest = _address(hops.pop())
        if nearest is None:
            break
        peer = str(nearest)
    address = _address(peer)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return peer


@lru_cache
def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_among(peer: str, networks: str) -> bool:
    """Whether an address belongs to one of these networks, which are separated by commas."""
    return _is_in(peer, _networks(networks))


def _is_in(peer: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
