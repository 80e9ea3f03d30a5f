"""Votes made durable: how many for each second of CPU, how many fsyncs they take, how long a voter waits.

A thousand voters, each on a socket and with a login of its own, vote as soon as they are answered. Each vote's row, the
stored answer, the question's counters, the tally and the trail are committed with synchronous=FULL (PostgreSQL: fsync
on) before its ack is sent.
"""

from __future__ import annotations

import struct
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.live.machine import BUILT, HERE, done, tree
from benchmarks.live.ours import Room, Setting, shared_room, sqlite_room
from benchmarks.live.rounds import Results, loaded, phases

VOTERS, PACED_VOTERS, QUESTIONS, RATE = 1000, 250, 16, 2000
SETTING = Setting(guests=VOTERS, questions=QUESTIONS)


def voting(results: Results) -> dict[str, float]:
    """As fast as they are answered on SQLite and on PostgreSQL; then 2,000 a second beside 750 who follow the room."""
    with tempfile.TemporaryDirectory() as name:
        count = Path(name) / "fsyncs"
        count.write_bytes(bytes(8))
        preload = {"LD_PRELOAD": str(_counter()), "FSYNCS_FILE": str(count)}
        with sqlite_room(replace(SETTING, environment=preload)) as room:
            before = _fsyncs(count)
            sqlite = _burst(results, room, room.pids)
            fsyncs = (_fsyncs(count) - before) / sqlite["acked"] * 1000
    with sqlite_room(replace(SETTING, guests=PACED_VOTERS)) as room:
        paced = _seen(results, room, room.pids, VOTERS - PACED_VOTERS, f"votes:{RATE}:{results.pace.paced}")
    with shared_room(SETTING, durable=True) as (room, postmaster):
        postgres = _burst(results, room, (*room.pids, *tree(postmaster)))
    app = postgres["cpu_each"][0]
    return {
        "votes_per_cpu_s_sqlite": round(sqlite["acked"] / sqlite["server_cpu"]),
        "votes_per_cpu_s_postgres": round(postgres["acked"] / postgres["server_cpu"]),
        "fsyncs_per_1000_votes": round(fsyncs, 1),
        "ack_p99_ms": paced["p99_ms"],
        "paced_votes_per_s": paced["acked_per_s"],
        "votes_per_cpu_s_postgres_app_alone": round(postgres["acked"] / app),
        "burst_votes_per_s_sqlite": sqlite["acked_per_s"],
        "burst_votes_per_s_postgres": postgres["acked_per_s"],
        "burst_ack_p99_ms_sqlite": sqlite["p99_ms"],
    }


def _burst(results: Results, room: Room, pids: tuple[int, ...]) -> dict[str, Any]:
    return _seen(results, room, pids, 10, f"closed:0:{results.pace.single}")


def _seen(results: Results, room: Room, pids: tuple[int, ...], watching: int, phase: str) -> dict[str, Any]:
    target = room.target(votes=True, publishers=room.guests)
    seen = loaded(type(target)(target.options, pids), watching, *phases([phase]))
    results.lose(f"{len(pids)} processes, {phase}", seen)
    first: dict[str, Any] = seen["phases"][0]
    return first


def _counter() -> Path:
    library = BUILT / "fsyncs.so"
    done(["cc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "fsyncs.c", "-ldl"], HERE, "a C compiler")
    return library


def _fsyncs(count: Path) -> int:
    calls: int = struct.unpack("Q", count.read_bytes())[0]
    return calls
