"""Votes made durable: a thousand sockets vote on a real server process; only acks of committed votes count.

    python -m benchmarks.votes                      # fresh SQLite and fresh PostgreSQL, one after the other
    python -m benchmarks.votes --url sqlite:////tmp/votes.sqlite3

One JSON line: votes per server-CPU-second (user and system time of the server process; PostgreSQL's processes apart
and together), fsyncs per 1,000 votes while everybody votes at once (counted by strace, in a run of their own), and how
long acks take at 2,000 votes a second. Every vote is a new one: its row, its command row, the question's counters, the
tally and the trail are committed with synchronous=FULL, or fsync on, before the ack is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.live.machine import CLIENT_CORE, PRIORITY, SERVER_CORE, pinned
from events import many
from events.accounts.keys import hashed, new_secret
from events.accounts.models import Login, User
from events.base import new_id
from events.live.models import Question
from server.database import Database
from server.migrate import upgrade
from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.services import postgres_server
from tests.world import Person

VOTERS = 1000
QUESTIONS = 200
RUNS = 3
PACE = 2000.0
PACED_SECONDS = 8.0
SOURCE = Path(__file__).parent / "voters.c"


@dataclass(frozen=True, slots=True)
class Hall:
    """A room full of voters, and the process that serves it."""

    node: Node
    pid: int
    roadshow_id: str
    cookies: tuple[str, ...]
    questions: tuple[str, ...]
    postmaster: int | None


async def figures(votes: int = 40_000) -> dict[str, Any]:
    """What `make bench-live` shows of votes."""
    rounds = max(5, votes // VOTERS)
    sqlite, postgres = await on_sqlite(rounds), await on_postgres(rounds)
    return {
        "votes_per_cpu_s_sqlite": sqlite["votes_per_cpu_s"],
        "votes_per_cpu_s_postgres": postgres["votes_per_cpu_s"],
        "fsyncs_per_1000_votes": sqlite["fsyncs_per_1000_votes"],
        "ack_p99_ms": sqlite["ack_p99_ms"],
        "votes": {"sqlite": sqlite, "postgres": postgres},
    }


async def on_sqlite(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="votes-", ignore_cleanup_errors=True) as name:
        return await measure(f"sqlite:///{name}/votes.sqlite3", rounds)


async def on_postgres(rounds: int) -> dict[str, Any]:
    """On a PostgreSQL of our own that waits for its disk."""
    with tempfile.TemporaryDirectory(prefix="votes-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        (Path(name) / "pg").mkdir()
        with postgres_server(Path(name) / "pg") as url:
            for setting in ("fsync", "full_page_writes"):
                await _ask(url, f"ALTER SYSTEM SET {setting} = on")
            await _ask(url, "SELECT pg_reload_conf()")
            return await measure(url, rounds)


async def measure(database_url: str, rounds: int = 40) -> dict[str, Any]:
    """The figures of one database, which must be empty: the median of three runs of `rounds` votes of each voter."""
    paced = int(PACE * PACED_SECONDS / VOTERS) + 1
    rounds = min(rounds, (QUESTIONS - paced - 5) // (RUNS + 1))
    async with _hall(database_url) as hall:
        await _votes(hall, first=0, count=3)
        runs = [await _votes(hall, first=3 + number * rounds, count=rounds) for number in range(RUNS)]
        followed = await _votes(hall, first=3 + RUNS * rounds, count=rounds, follow=True)
        last = 3 + (RUNS + 1) * rounds
        slow = await _votes(hall, first=last, count=paced, rate=PACE, seconds=PACED_SECONDS, follow=True)
        traced = await _votes(hall, first=QUESTIONS - 2, count=2, traced=True)
    free = sorted(runs, key=lambda run: run["server_s"])[RUNS // 2]
    return {
        "database": make_url(database_url).get_backend_name(),
        "voters": VOTERS,
        "votes": free["acked"],
        "votes_per_cpu_s": round(free["acked"] / free["server_s"]),
        "votes_per_cpu_s_each": [round(run["acked"] / run["server_s"]) for run in runs],
        "votes_per_cpu_s_with_database": round(free["acked"] / (free["server_s"] + free["database_s"])),
        "votes_per_s": round(free["acked"] / free["seconds"]),
        "votes_per_cpu_s_followed": round(followed["acked"] / followed["server_s"]),
        "fsyncs_per_1000_votes": round(1000 * traced["fsyncs"] / traced["acked"], 1),
        "paced_votes_per_s": round(slow["acked_in_time"] / slow["seconds"]),
        "ack_p50_ms": slow["ack_p50_ms"],
        "ack_p99_ms": slow["ack_p99_ms"],
        "paced_server_cpu_share": round(slow["server_s"] / slow["seconds"], 2),
        "refused": sum(run["refused"] for run in (*runs, followed, slow, traced)),
    }


@asynccontextmanager
async def _hall(database_url: str) -> AsyncIterator[Hall]:
    """A migrated database with an open room, voters who are signed in, and questions; served by one process."""
    with tempfile.TemporaryDirectory(prefix="hall-", ignore_cleanup_errors=True) as name:
        database = Database(database_url)
        await upgrade(database)
        await database.close()
        node = Node(Path(name), database_url, settle=pinned(SERVER_CORE))
        await node.start()
        async with httpx.AsyncClient(base_url=node.url, timeout=30) as client:
            roadshow_id = await found_room(Person(client))
        node.stop()
        cookies, questions = await _fill(database_url, roadshow_id)
        await node.start()
        try:
            postmaster = await _postmaster(database_url)
            yield Hall(node, node.pid, roadshow_id, cookies, questions, postmaster)
        finally:
            node.stop()


async def _fill(database_url: str, roadshow_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    now = datetime.now(UTC)
    secrets = tuple(new_secret() for _ in range(VOTERS))
    people = [new_id() for _ in range(VOTERS)]
    users = [(id_, f"{id_.lower()}@example.com", f"听众{n}", "zh-CN", now) for n, id_ in enumerate(people)]
    until = now + timedelta(days=1)
    logins = [
        (new_id(), hashed(secret), "x", id_, now, until) for secret, id_ in zip(secrets, people, strict=True)
    ]  # fmt: skip
    questions = tuple(new_id() for _ in range(QUESTIONS))
    database = Database(database_url)
    async with database.write() as session:
        await many.add(session, User, "id email name locale created_at", users)
        await many.add(session, Login, "id secret_hash csrf_token user_id created_at expires_at", logins)
        for n, id_ in enumerate(questions):
            session.add(
                Question(
                    id=id_, roadshow_id=roadshow_id, author_id=people[0], author_name="听众", text=f"第 {n} 个问题",
                    state="published", asked_at=now, published_at=now,
                )
            )  # fmt: skip
    await database.close()
    return tuple(f"roadshow={secret}" for secret in secrets), questions


async def _votes(
    hall: Hall, *, first: int, count: int, rate: float = 0, seconds: float = 60, follow: bool = False,
    traced: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One run of the voters; what it cost the server and its database besides."""
    path = f"/api/v1/roadshows/{hall.roadshow_id}/live/socket"
    command = [_voters(), hall.node.port, path, VOTERS, QUESTIONS, rate, seconds, int(follow), first, count]
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=pinned(CLIENT_CORE),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("".join(f"{line}\n" for line in (*hall.cookies, *hall.questions)).encode())
    if (await process.stdout.readline()).strip() != b"ready":
        raise RuntimeError(f"the voters did not get in: {hall.node.log[-2000:]}")
    with _strace((hall.pid, *_family(hall.postmaster)) if traced else ()) as fsyncs:
        before = _cpu((hall.pid,)), _cpu(_family(hall.postmaster))
        process.stdin.write(b"go\n")
        found: dict[str, Any] = json.loads(await process.stdout.readline())
        after = _cpu((hall.pid,)), _cpu(_family(hall.postmaster))
    await process.wait()
    found["server_s"], found["database_s"] = (end - begin for begin, end in zip(before, after, strict=True))
    return found | {"fsyncs": sum(fsyncs)}


def _voters() -> Path:
    """The client, built when its source is newer."""
    program = Path(tempfile.gettempdir()) / f"voters-{SOURCE.stat().st_mtime_ns}"
    if not program.exists():
        subprocess.run(["cc", "-O2", "-o", program, SOURCE], check=True)
    return program


def _cpu(pids: tuple[int, ...]) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in pids if psutil.pid_exists(pid)]
    return float(sum(each.user + each.system for each in times))


@contextmanager
def _strace(pids: tuple[int, ...]) -> Iterator[list[int]]:
    """How often these processes called fsync or fdatasync meanwhile."""
    calls: list[int] = []
    if not pids:
        yield calls
        return
    with tempfile.NamedTemporaryFile("r", prefix="strace-") as log:
        wanted = [word for pid in pids for word in ("-p", str(pid))]
        command = ["strace", "-f", "-q", "-e", "trace=fsync,fdatasync", "-o", log.name, *wanted]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(1)
        try:
            yield calls
        finally:
            tracer.terminate()
            tracer.wait(10)
            calls.append(sum("sync(" in line for line in log))


async def _postmaster(database_url: str) -> int | None:
    """PostgreSQL's first process, if that is the database: one of this machine."""
    if database_url.startswith("sqlite"):
        return None
    place = Path(await _ask(database_url, "SHOW data_directory")) / "postmaster.pid"
    return int(place.read_text().split()[0])


def _family(master: int | None) -> tuple[int, ...]:
    """PostgreSQL's processes as they are now, given the right of way the server has."""
    if master is None:
        return ()
    pids = (master, *(each.pid for each in psutil.Process(master).children()))
    for pid in pids:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, PRIORITY)
            Path(f"/proc/{pid}/autogroup").write_text(str(PRIORITY))
    return pids


async def _ask(database_url: str, statement: str) -> Any:
    engine = create_async_engine(
        make_url(database_url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        result = await connection.execute(text(statement))
        answer = result.scalar() if result.returns_rows else None
    await engine.dispose()
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description="Votes made durable, per server-CPU-second.")
    parser.add_argument("--url", help="an empty database; without it, a fresh SQLite and a fresh PostgreSQL")
    parser.add_argument("--rounds", type=int, default=40, help="votes of each voter that are timed")
    arguments = parser.parse_args()
    if arguments.url:
        print(json.dumps(asyncio.run(measure(arguments.url, arguments.rounds)), ensure_ascii=False))
    else:
        print(json.dumps(asyncio.run(figures(arguments.rounds * VOTERS)), ensure_ascii=False))


if __name__ == "__main__":
    main()
