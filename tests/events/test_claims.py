"""P12: a resource has each 5-minute cell once. The primary key decides, and a model of intervals agrees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from events.claims import CELL, CELL_SECONDS, EPOCH, Claim, Need, Taken, blockers, claim, once, release
from server.database import Database

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAYLIGHT_SAVING = datetime(2027, 3, 28, 1, tzinfo=UTC)
FAR = datetime(2099, 12, 31, 23, tzinfo=UTC)
CELL_OF = st.integers(0, 24)


def need(first: int, last: int, resource: str = "venue:A", origin: datetime = NOON) -> Need:
    """Cells counted from the origin."""
    return Need(resource, origin + first * CELL, origin + last * CELL)


async def takes(session: AsyncSession, owner: str, *needs: Need) -> bool:
    try:
        await claim(session, owner, needs)
    except Taken:
        return False
    return True


async def test_second_claim_on_a_cell_is_refused_and_names_the_first(database: Database) -> None:
    async with database.write() as session:
        await claim(session, "roadshow:1", [need(0, 6)])

        with pytest.raises(Taken) as refusal:
            await claim(session, "roadshow:2", [need(5, 8)])

    assert refusal.value.details == {"blocked_by": [{"owner": "roadshow:1", "resource": "venue:A"}]}


async def test_adjacent_times_and_other_resources_do_not_touch(database: Database) -> None:
    async with database.write() as session:
        taken = [
            await takes(session, "a", need(0, 6)),
            await takes(session, "b", need(6, 12)),
            await takes(session, "c", need(0, 12, "venue:B")),
        ]

    assert taken == [True, True, True]


async def test_all_needs_or_none(database: Database) -> None:
    async with database.write() as session:
        await claim(session, "a", [need(0, 6, "venue:B")])

        got = await takes(session, "b", need(0, 6, "venue:A"), need(5, 9, "venue:B"))

        held = list(await session.scalars(select(Claim.resource).where(Claim.owner == "b")))
    assert (got, held) == (False, [])


async def test_release_gives_back_everything_of_one_owner(database: Database) -> None:
    async with database.write() as session:
        await claim(session, "a", [need(0, 6), need(0, 6, "venue:B")])
        await claim(session, "b", [need(6, 9)])

        await release(session, "a")

        left = set(await session.scalars(select(Claim.owner)))
    assert left == {"b"}


async def test_once_is_had_once_whenever(database: Database) -> None:
    async with database.write() as session:
        got = [await takes(session, "a", once("entry:1")), await takes(session, "b", once("entry:1"))]

    assert got == [True, False]


async def test_nobody_blocks_an_empty_need(database: Database) -> None:
    async with database.write() as session:
        await claim(session, "a", [need(0, 6)])

        assert await blockers(session, [need(3, 3)]) == []
        assert await takes(session, "b", need(3, 3))


async def test_of_many_at_once_one_wins(fresh_postgres_url: str) -> None:
    """Real concurrency: each in a transaction of its own, all begun before any ends."""
    database = Database(fresh_postgres_url)

    async def contend(n: int) -> bool:
        async with database.write() as session:
            return await takes(session, f"roadshow:{n}", need(n % 3, 6 + n % 3), need(0, 2, "venue:B"))

    won = await asyncio.gather(*(contend(n) for n in range(9)))

    async with database.read() as session:
        owners = set(await session.scalars(select(Claim.owner)))
    await database.close()
    assert (sum(won), len(owners)) == (1, 1)


async def test_without_the_primary_key_two_would_have_it(database: Database) -> None:
    """The guard is the key and nothing else: off, the same claim succeeds twice."""
    async with _without_key(database) as session:
        got = [await takes(session, "a", need(0, 6)), await takes(session, "b", need(3, 9))]

    assert got == [True, True]


@asynccontextmanager
async def _without_key(database: Database) -> AsyncIterator[AsyncSession]:
    """The claims table as it would be without its key, undone afterwards."""
    async with AsyncSession(database.writer) as session:
        await session.execute(text("DROP TABLE claims"))
        bare = "CREATE TABLE claims (resource VARCHAR(60), cell BIGINT, owner VARCHAR(60))"
        await session.execute(text(bare))
        yield session
        await session.rollback()


@given(st.integers(0, 4 * 10**9), st.integers(-10_000, 100_000), st.integers(-10_000, 100_000))
@example(0, 0, 0)
@example(299, 0, 1)
@example(300, 0, 300)
def test_cells_cover_exactly_the_interval(second: int, before: int, after: int) -> None:
    """Pure: a moment is inside some claimed cell whenever it is inside the interval, and cells touch it."""
    moment = EPOCH + timedelta(seconds=second)
    wanted = Need("venue:A", moment - timedelta(seconds=before), moment + timedelta(seconds=after))

    covered = {*wanted.cells}

    if wanted.ends_at <= wanted.starts_at:
        assert covered == set()
        return
    first, last = wanted.starts_at.timestamp(), wanted.ends_at.timestamp()
    assert min(covered) * CELL_SECONDS <= first < (min(covered) + 1) * CELL_SECONDS
    assert max(covered) * CELL_SECONDS < last <= (max(covered) + 1) * CELL_SECONDS
    assert len(covered) == max(covered) - min(covered) + 1


Interval = tuple[int, int, int, int]
INTERVALS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), CELL_OF, CELL_OF), min_size=2, max_size=12)
ORIGINS = (NOON, DAYLIGHT_SAVING, FAR)


def model(intervals: list[Interval]) -> list[bool]:
    """Who is accepted when intervals are compared directly, without cells; empty ones ask for nothing."""
    accepted: list[Interval] = []
    answers: list[bool] = []
    for origin, resource, first, last in intervals:
        clash = first < last and any(
            (origin, resource) == other[:2] and first < other[3] and other[2] < last for other in accepted
        )
        answers.append(not clash)
        if not clash and first < last:
            accepted.append((origin, resource, first, last))
    return answers


async def _agree(database: Database, intervals: list[Interval]) -> None:
    """The database accepts exactly what the model does, and no cell is held twice."""
    async with AsyncSession(database.writer) as session:
        answers = [
            await takes(session, f"o:{n}", need(first, last, f"venue:{resource}", ORIGINS[origin]))
            for n, (origin, resource, first, last) in enumerate(intervals)
        ]
        held = select(func.count()).select_from(Claim).group_by(Claim.resource, Claim.cell)
        most = max(await session.scalars(held), default=0)
        await session.rollback()
    assert answers == model(intervals)
    assert most <= 1


async def _many(database: Database, examples: int) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(INTERVALS)
    @example([(0, 0, 0, 6), (0, 0, 6, 12), (0, 0, 5, 7)])
    @example([(1, 0, 0, 24), (1, 0, 12, 12), (1, 1, 0, 24), (1, 0, 11, 13)])
    def agrees(intervals: list[Interval]) -> None:
        asyncio.run_coroutine_threadsafe(_agree(database, intervals), loop).result(30)

    await asyncio.to_thread(agrees)


async def test_claims_accept_what_a_model_of_intervals_accepts(database: Database) -> None:
    await _many(database, 200)


@pytest.mark.full
async def test_claims_agree_with_the_model_in_full(database: Database) -> None:
    await _many(database, 2_000)
