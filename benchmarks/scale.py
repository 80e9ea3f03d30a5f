"""What a library ten times a city's costs: `python -m benchmarks.scale --times 10`, or `make bench-scale`.

Every GET a screen issues, in the demo and in the city, on SQLite and on PostgreSQL: medians of several in milliseconds,
and how many statements each sends. Then 100,000 intents as XLSX from a real server. Ends with one JSON line.
`--keep DIR` leaves the databases there and uses them again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks import city
from benchmarks.screens import SCREENS, Screen, entered, names
from benchmarks.sheets_out import sheet_of
from events.live.models import Question
from server.app import create_app
from server.database import Database
from server.demo.story import load
from server.migrate import upgrade
from server.settings import Settings
from tests.queries import sent_by_this_task
from tests.services import postgres_server


class Measured:
    """A screen in one database."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.statements = 0

    @property
    def ms(self) -> float:
        return statistics.median(self.times) * 1000


@asynccontextmanager
async def visited(url: str, files: Path) -> AsyncIterator[tuple[dict[str, httpx.AsyncClient], dict[str, str]]]:
    """The application over this database, everybody signed in, and what their paths name."""
    settings = Settings(database_url=url, demo=True, rate_limits=False, files_dir=files, log_level="error")
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        roles = sorted({screen.role for screen in SCREENS} | {"nobody", "investor", "startup"})
        clients = {role: await entered(transport, role) for role in roles}
        yield clients, await names(clients, _dates(), await _large(url))
        for client in clients.values():
            await client.aclose()


def _dates() -> dict[str, str]:
    now = datetime.now(UTC)
    first = now.date().replace(day=1)
    return {
        "month": first.isoformat(), "month_end": (first + timedelta(days=34)).isoformat(),
        "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip


async def _large(url: str) -> str:
    """The room with the most questions."""
    database = Database(url)
    async with database.read() as session:
        query = select(Question.roadshow_id).group_by(Question.roadshow_id).order_by(func.count().desc()).limit(1)
        found = await session.scalar(query)
    await database.close()
    return found or ""


async def measure(small: str, large: str, files: Path, rounds: int) -> dict[str, tuple[Measured, Measured]]:
    """Each screen in both databases, by turns, so that a busy machine slows both alike."""
    found = {screen.name: (Measured(), Measured()) for screen in SCREENS}
    async with visited(small, files) as demo, visited(large, files) as whole:
        for number in range(rounds + 1):
            for screen in SCREENS:
                for (clients, named), measured in zip((demo, whole), found[screen.name], strict=True):
                    await _ask(clients, named, screen, measured, counts=number > 0)
    return found


async def _ask(
    clients: dict[str, httpx.AsyncClient], named: dict[str, str], screen: Screen, measured: Measured, *, counts: bool
) -> None:
    with sent_by_this_task() as sent:
        started = time.perf_counter()
        answer = await clients[screen.role].get(screen.path.format(**named))
        seconds = time.perf_counter() - started
    assert answer.status_code == 200, (screen.name, answer.status_code, answer.text[:300])
    measured.statements = len(sent)
    if counts:
        measured.times.append(seconds)


async def _demo(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await load(database, datetime.now(UTC), lambda *_: None)
    await database.close()


async def prepared(url: str, times: int) -> None:
    """Fill the database unless it is filled: the demo with `times` 0, else a city on top of it."""
    if await _is_filled(url):
        database = Database(url)
        await upgrade(database)
        return await database.close()
    started = time.perf_counter()
    await (city.build(url, times) if times else _demo(url))
    print(f"# {make_url(url).database}: filled in {time.perf_counter() - started:.0f} s", flush=True)


async def _is_filled(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database or "").exists()
    engine = create_async_engine(parsed.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT to_regclass('projects')")) is not None
    finally:
        await engine.dispose()


async def _create(admin: str, name: str) -> str:
    """A PostgreSQL database of this name; its address."""
    parsed = make_url(admin)
    engine = create_async_engine(parsed.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        known = await connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if not known:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await engine.dispose()
    return parsed.set(database=name).render_as_string(hide_password=False)


@contextmanager
def _postgres(given: str | None, folder: Path) -> Iterator[str]:
    if given:
        yield given
        return
    (folder / "pg").mkdir(exist_ok=True)
    with postgres_server(folder / "pg") as url:
        yield url


def _table(found: dict[str, dict[str, tuple[Measured, Measured]]]) -> dict[str, Any]:
    """A line for each screen; the worst of all."""
    kinds = list(found)
    head = "".join(f"{kind:>11} demo   city  × st." for kind in kinds)
    print(f"{'':64}{head}")
    worst: dict[str, Any] = {f"worst_ms_{kind}": 0.0 for kind in kinds} | {"worst_growth": 0.0}
    for screen in SCREENS:
        line = ""
        for kind in kinds:
            small, large = found[kind][screen.name]
            growth = large.ms / small.ms
            line += f"{small.ms:15.1f} {large.ms:7.1f} {growth:4.1f} {small.statements:2}/{large.statements:<2}"
            worst[f"worst_ms_{kind}"] = max(worst[f"worst_ms_{kind}"], round(large.ms, 1))
            worst["worst_growth"] = max(worst["worst_growth"], round(growth, 2))
        print(f"{screen.name:64}{line}")
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--no-sheet", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rs-")))
        folder.mkdir(parents=True, exist_ok=True)
        urls: dict[str, tuple[str, str]] = {}
        if given.only != "postgres":
            urls["sqlite"] = (f"sqlite:///{folder / 'demo.db'}", f"sqlite:///{folder / f'city{given.times}.db'}")
        if given.only != "sqlite":
            admin = stack.enter_context(_postgres(os.environ.get("TEST_POSTGRES_URL"), folder))
            small = asyncio.run(_create(admin, "scale_demo"))
            urls["postgres"] = (small, asyncio.run(_create(admin, f"scale_city{given.times}")))
        found = {}
        for kind, (small, large) in urls.items():
            asyncio.run(prepared(small, 0))
            asyncio.run(prepared(large, given.times))
            found[kind] = asyncio.run(measure(small, large, folder / "files", given.rounds))
        worst = _table(found) | {"endpoints": len(SCREENS), "times": given.times}
        if not given.no_sheet:
            worst |= sheet_of(next(iter(urls.values()))[1], folder / "files")
        print(json.dumps(worst))


if __name__ == "__main__":
    main()
