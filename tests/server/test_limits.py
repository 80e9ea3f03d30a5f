"""Tries are counted for the right somebody, over Redis when it answers and in memory when not."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

from events.errors import TooMany
from server.limits import Limits, client_address
from server.settings import Settings
from tests.services import redis_server
from tests.world import PASSWORD, World


@asynccontextmanager
async def limits(redis_url: str | None = None) -> AsyncIterator[Limits]:
    found = Limits(Settings(redis_url=redis_url))
    yield found
    await found.close()


async def let_in(found: Limits, tries: int, *who: str) -> int:
    """How many of so many tries were let in."""
    count, waits = 0, []
    for _ in range(tries):
        try:
            await found.hit("sign_in", *who)
            count += 1
        except TooMany as refusal:
            waits.append(refusal.details["retry_after"])
    assert all(1 <= seconds <= 900 for seconds in waits)
    return count


async def test_eleventh_try_in_the_window_is_refused() -> None:
    async with limits() as found:
        assert await let_in(found, 12, "a@example.com", "10.0.0.1") == 10


async def test_others_are_not_locked_out() -> None:
    async with limits() as found:
        await let_in(found, 12, "a@example.com", "10.0.0.1")

        assert await let_in(found, 1, "a@example.com", "10.0.0.2") == 1
        assert await let_in(found, 1, "b@example.com", "10.0.0.1") == 1


async def test_right_password_forgets_the_tries() -> None:
    async with limits() as found:
        await let_in(found, 9, "a@example.com", "10.0.0.1")
        await found.clear("sign_in", "a@example.com", "10.0.0.1")

        assert await let_in(found, 10, "a@example.com", "10.0.0.1") == 10


async def test_two_processes_share_the_count_over_redis(redis_url: str) -> None:
    who = str(time.time_ns())
    async with limits(redis_url) as one, limits(redis_url) as two:
        assert await let_in(one, 6, who) + await let_in(two, 6, who) == 10
        await two.clear("sign_in", who)
        assert await let_in(one, 1, who) == 1


async def test_without_redis_the_count_goes_on_in_memory() -> None:
    async with limits("redis://127.0.0.1:1/0") as found:
        assert await let_in(found, 12, "a") == 10


async def test_frozen_redis_delays_one_try_and_no_more(scratch: Path, tmp_path: Path) -> None:
    with redis_server(tmp_path) as (url, process):
        async with limits(url) as found:
            await let_in(found, 1, "a")
            process.send_signal(signal.SIGSTOP)

            started = time.monotonic()
            allowed = await let_in(found, 12, "a")
            elapsed = time.monotonic() - started

            process.send_signal(signal.SIGCONT)

    assert allowed == 10
    assert elapsed < 1


async def test_switch_turns_them_off() -> None:
    found = Limits(Settings(rate_limits=False))

    assert await let_in(found, 50, "a") == 50


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "10.0.0.0/8, 192.0.2.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, garbage", "10.0.0.0/8", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.0/8", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "", "", "2001:db8:1:2::/64"),
    ],
)
def test_forwarded_address_is_believed_only_from_trusted_proxies(
    peer: str, forwarded: str, trusted: str, address: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    connection = HTTPConnection({"type": "http", "client": (peer, 1), "headers": headers})

    assert client_address(connection, Settings(trusted_proxies=trusted)) == address


async def test_sign_in_is_limited_without_a_lock_out_of_others(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path, trusted_proxies="127.0.0.1")
    async with World.open(settings) as world:
        person = await world.person()
        email = (await person.read("/me"))["user"]["email"]
        thief, owner = await world.stranger(), await world.stranger()
        guess = {"email": email, "password": "not the password"}

        tries = [await thief.post("/session", guess, headers={"X-Forwarded-For": "6.6.6.6"}) for _ in range(11)]
        right = await owner.post(
            "/session", {"email": email, "password": PASSWORD}, headers={"X-Forwarded-For": "198.51.100.1"}
        )

    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert tries[-1].headers["retry-after"] == str(tries[-1].json()["details"]["retry_after"])
    assert right.status_code == 200


async def test_parallel_tries_are_all_counted(sqlite_url: str, tmp_path: Path) -> None:
    async with World.open(Settings(database_url=sqlite_url, files_dir=tmp_path)) as world:
        email = (await (await world.person()).read("/me"))["user"]["email"]
        thief = await world.stranger()
        guess = {"email": email, "password": "not the password"}

        answers = await asyncio.gather(*(thief.post("/session", guess) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10
