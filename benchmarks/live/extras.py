"""What is measured once: slow readers, the same app on a stock server, two processes."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.live.ours import ASK, GUESTS, STOCK, Room, Setting, shared_room, sqlite_room
from benchmarks.live.peers import Target
from benchmarks.live.rounds import Results, loaded, phases

READERS, DEAF, LONG = 50, 5, "🚀" * 460


def slow_readers(results: Results) -> dict[str, float]:
    """Five of fifty never read while long questions pour in: what that adds to the server's memory, and to the wait.

    Questions take memory by themselves: the same pour with everybody reading is taken away from it.
    """
    with sqlite_room() as room:
        target = room.target(votes=False, publishers=GUESTS)
        target = replace(target, options=(*target.options, "--message", ASK.replace("$M", f"$M{LONG}")))
        pour = phases([f"window:64:{results.pace.slow}"])
        runs = [loaded(target, READERS, *pour), loaded(target, READERS, *pour)]
        runs.append(loaded(target, READERS, *pour, "--deaf", str(DEAF)))
    for run in runs:
        results.lose("slow readers", run)
    first, before, after = (run["phases"][0] for run in runs)
    grown = (after["rss_kib"] - before["rss_kib"]) - (before["rss_kib"] - first["rss_kib"])
    return {
        "rss_mib": round(max(0, grown) / 1024, 1),
        "mib_sent_to_each": round(after["published"] * after["bytes_each"] / 2**20, 1),
        "healthy_p99_ms": after["p99_ms"],
        "healthy_p99_ms_before": before["p99_ms"],
    }


def stock_server(results: Results) -> float | None:
    """The same app behind stock uvicorn, one message at a time to a thousand: deliveries per CPU second."""
    with sqlite_room(Setting(command=STOCK)) as room:
        target = room.target(votes=True, publishers=GUESTS)
        seen = loaded(target, 1000, *phases([f"window:8:{results.pace.single}"]))
    results.lose("stock server", seen)
    return float(seen["phases"][0]["per_cpu_s"])


def two_processes(results: Results) -> dict[str, float]:
    """One process and two on PostgreSQL and Redis, five thousand subscribers and their askers spread over them.

    Two cores hold the servers, the database, Redis and the client, so the wall clock says little. What processes can
    carry is set by the busiest of them: deliveries for each of its CPU seconds, at the same ten questions a second
    (more at once would be written together, and by one process better than by two).
    """
    one, two = (_busiest(results, cores) for cores in ([0], [0, 1]))
    return {
        "one_per_busiest_cpu_s": round(one),
        "two_per_busiest_cpu_s": round(two),
        "speedup": round(two / one, 2),
    }


def _busiest(results: Results, cores: list[int]) -> float:
    with shared_room(Setting(cores=cores)) as (room, _):
        target = _spread(room)
        seen = loaded(target, 5000, *phases([f"paced:10:{results.pace.slow}"]), core=None)
    results.lose(f"{len(cores)} processes", seen)
    phase = seen["phases"][0]
    return float(phase["delivered"] / max(phase["cpu_each"]))


def _spread(room: Room) -> Target:
    """The room through every node in turn."""
    first, *others = (room.target(votes=False, publishers=8, node=node) for node in range(len(room.nodes)))
    urls = [option for other in others for option in ("--url", other.options[1])]
    return Target((*first.options, *urls), first.pids)
