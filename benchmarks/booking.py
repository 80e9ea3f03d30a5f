"""Many contend for one slot through real HTTP; one gets it, all others are told so, round after round.

    python -m benchmarks.booking --rounds 20 --contenders 200

One JSON line for each database: SQLite with one server process, PostgreSQL with two.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.keys import hashed
from events.accounts.models import Login, MemberOf, Membership, User
from events.base import new_id
from events.directory.models import Company, Organizer, Project
from events.programme.hours import ALWAYS
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Series, Slot, Venue, VenueKind
from server.database import Database
from server.migrate import upgrade
from tests.faults.nodes import Node
from tests.services import postgres_server


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody signed in who wants the slot for a project."""

    secret: str
    csrf: str
    project_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all rounds together came to; `stored` counts bookings found in the database afterwards."""

    database: str
    processes: int
    rounds: int
    contenders: int
    winners: int
    conflicts: int
    other: int
    others: dict[str, int]
    fair_rounds: int
    stored: int
    slowest_round_seconds: float


async def contend(database_url: str, directory: Path, *, processes: int, rounds: int, contenders: int) -> Outcome:
    """Start the servers, let everybody loose on one slot a round, and count."""
    slots, people = await _prepare(database_url, rounds, contenders)
    counts: list[Counter[str]] = []
    slowest = 0.0
    with ExitStack() as stack:
        urls = [await _started(stack, directory, database_url) for _ in range(processes)]
        for slot_id in slots:
            began = time.perf_counter()
            counts.append(await _round(urls, slot_id, people))
            slowest = max(slowest, time.perf_counter() - began)
    total = sum(counts, Counter())
    winners, conflicts = total.pop("201", 0), total.pop("409 slot_taken", 0)
    return Outcome(
        database=database_url.partition(":")[0],
        processes=processes,
        rounds=rounds,
        contenders=contenders,
        winners=winners,
        conflicts=conflicts,
        other=sum(total.values()),
        others=dict(total),
        fair_rounds=sum(one["201"] == 1 and one["409 slot_taken"] == contenders - 1 for one in counts),
        stored=await _stored(database_url),
        slowest_round_seconds=round(slowest, 2),
    )


async def _started(stack: ExitStack, directory: Path, database_url: str) -> str:
    node = Node(directory, database_url)
    stack.callback(node.kill)
    await node.start()
    return node.url


async def _round(urls: list[str], slot_id: str, people: list[Contender]) -> Counter[str]:
    """Everybody at once, spread over the processes, each on a connection of its own."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=120, trust_env=False) as client:
        tasks = [_hold(client, urls[n % len(urls)], slot_id, person) for n, person in enumerate(people)]
        return Counter(await asyncio.gather(*tasks))


async def _hold(client: httpx.AsyncClient, url: str, slot_id: str, person: Contender) -> str:
    headers = {
        "Cookie": f"roadshow={person.secret}",
        "X-CSRF-Token": person.csrf,
        "Idempotency-Key": new_id(),
        "Origin": url,
    }
    try:
        answer = await client.post(
            f"{url}/api/v1/slots/{slot_id}/bookings", json={"project_id": person.project_id}, headers=headers
        )
    except httpx.TransportError as error:
        return type(error).__name__
    return "201" if answer.status_code == 201 else f"{answer.status_code} {answer.json()['code']}"


async def _prepare(database_url: str, rounds: int, contenders: int) -> tuple[list[str], list[Contender]]:
    """A migrated database with a published roadshow of four slots for each round, and the contenders."""
    database = Database(database_url)
    await upgrade(database)
    async with database.write() as session:
        people = [await _contender(session) for _ in range(contenders)]
        slots = await _programme(session, rounds)
    await database.close()
    return slots, people


async def _contender(session: AsyncSession) -> Contender:
    now = datetime.now(UTC)
    user = User(id=new_id(), email=f"{new_id().lower()}@example.com", name="创始人", created_at=now)
    company = Company(id=new_id(), name="示例科技有限公司", created_at=now)
    session.add_all([user, company])
    await session.flush()
    secret, csrf = new_id(), new_id()
    login = Login(
        id=new_id(), secret_hash=hashed(secret), csrf_token=csrf, user_id=user.id, created_at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    project = Project(
        id=new_id(), company_id=company.id, name="示例项目", industries=[], labels=[], instruments=[], created_at=now,
        updated_at=now,
    )  # fmt: skip
    session.add_all([login, project, _member(user.id, company.id, now)])
    await session.flush()
    return Contender(secret, csrf, project.id)


def _member(user_id: str, company_id: str, now: datetime) -> Membership:
    return Membership(
        id=new_id(), user_id=user_id, kind=MemberOf.COMPANY, subject_id=company_id, role="owner", created_at=now
    )


async def _programme(session: AsyncSession, rounds: int) -> list[str]:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    organizer = Organizer(id=new_id(), slug="bench", name="示例主办方", created_at=now)
    session.add(organizer)
    await session.flush()
    series = Series(id=new_id(), organizer_id=organizer.id, slug="bench", name="示例系列", created_at=now)
    hall = Venue(
        id=new_id(), organizer_id=organizer.id, kind=VenueKind.HALL, name="示例厅", capacity=60, hours=ALWAYS,
        created_at=now,
    )  # fmt: skip
    session.add_all([series, hall])
    await session.flush()
    return [await _roadshow(session, series, hall, n, now + timedelta(days=n + 1)) for n in range(rounds)]


async def _roadshow(session: AsyncSession, series: Series, hall: Venue, n: int, starts_at: datetime) -> str:
    """A published roadshow with four slots; the id of its second."""
    roadshow = Roadshow(
        id=new_id(), organizer_id=series.organizer_id, series_id=series.id, title=f"第 {n + 1} 轮", hall_id=hall.id,
        state=RoadshowState.PUBLISHED, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=60,
        join_code=f"{n:06d}", created_at=starts_at, updated_at=starts_at,
    )  # fmt: skip
    session.add(roadshow)
    await session.flush()
    step = timedelta(minutes=20)
    slots = [
        Slot(id=new_id(), roadshow_id=roadshow.id, starts_at=starts_at + k * step, ends_at=starts_at + (k + 1) * step)
        for k in range(4)
    ]
    session.add_all(slots)
    await session.flush()
    return slots[1].id


async def _stored(database_url: str) -> int:
    database = Database(database_url)
    async with database.read() as session:
        active = (BookingState.HELD, BookingState.CONFIRMED)
        count = await session.scalar(select(func.count(Booking.id)).where(Booking.state.in_(active)))
    await database.close()
    return count or 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--contenders", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    size = {"rounds": options.rounds, "contenders": options.contenders}
    with tempfile.TemporaryDirectory(prefix="rs-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        if options.database in {"sqlite", "both"}:
            url = f"sqlite:///{directory / 'booking.sqlite3'}"
            print(json.dumps(asdict(asyncio.run(contend(url, directory, processes=1, **size)))), flush=True)
        if options.database in {"postgresql", "both"}:
            (directory / "pg").mkdir()
            with postgres_server(directory / "pg") as url:
                print(json.dumps(asdict(asyncio.run(contend(url, directory, processes=2, **size)))), flush=True)


if __name__ == "__main__":
    main()
