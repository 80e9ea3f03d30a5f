"""What was seen, as one line of figures and as a table for people."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.live.rounds import Results

SIZES = (1000, 5000)
COLUMNS = ("window8", "window64", "window1")
NAMES = {
    "c": "C, one send() each", "nchan": "nginx + nchan", "nats": "nats-server", "node_ws": "Node ws",
    "socketio": "socket.io", "channels": "Django Channels", "ours": "ours, votes", "ours asks": "ours, questions",
}  # fmt: skip
Extras = dict[str, Any]


def figures(results: Results, extras: Extras) -> dict[str, Any]:
    """The figures by their agreed names; what could not be measured is null."""
    line: dict[str, Any] = {}
    for kind, name, peers in (
        ("window8", "single", ("c", "nchan", "nats", "node_ws", "socketio")),
        ("window64", "burst", ("c",)),
    ):
        line |= {f"{name}_vs_{peer}_{n}": results.ratio(n, kind, peer) for peer in peers for n in SIZES}
    line["single_vs_channels_1000"] = _to_channels(results)
    line |= _connections(results)
    line |= {name: (extras.get("votes") or {}).get(name) for name in VOTES}
    line["paced_p99_ms_5000"] = results.middle("ours asks", 5000, "paced20", "p99_ms")
    line["paced_c_p99_ms_5000"] = results.middle("c", 5000, "paced20", "p99_ms")
    line["slow_reader_rss_mib"] = (extras.get("slow") or {}).get("rss_mib")
    line["two_process_speedup"] = (extras.get("two") or {}).get("speedup")
    line["plain_asgi_vs_lean"] = _to_stock(results, extras)
    line["lost"] = results.lost
    return line


VOTES = ("votes_per_cpu_s_sqlite", "votes_per_cpu_s_postgres", "fsyncs_per_1000_votes", "ack_p99_ms")


def _to_channels(results: Results) -> float | None:
    """Channels is given a window of two: with eight it only queues."""
    ours, theirs = results.middle("ours", 1000, "window8"), results.middle("channels", 1000, "window2")
    return round(ours / theirs, 1) if ours and theirs else None


def _to_stock(results: Results, extras: Extras) -> float | None:
    """What a stock ASGI server delivers of what ours does, same app."""
    ours, stock = results.middle("ours", 1000, "window8"), extras.get("stock")
    return round(stock / ours, 2) if ours and stock else None


def _connections(results: Results) -> dict[str, float | None]:
    opened = results.connects.get(("ours", 5000), [])
    if not opened:
        return {"kib_per_connection": None, "connect_5000_cpu_s": None}
    return {
        "kib_per_connection": round(statistics.median(one["rss_grown_kib"] for one in opened) / 5000, 1),
        "connect_5000_cpu_s": round(statistics.median(one["server_cpu"] for one in opened), 2),
    }


def table(results: Results, extras: Extras) -> str:
    """Deliveries for each second of server CPU, in thousands: median (best) of the rounds."""
    lines = [
        "Deliveries per second of server CPU, thousands: median (best) of the rounds.",
        f"{'':<20}{'in flight:  8':>24}{'64':>32}{'1':>32}",
        f"{'':<20}" + "".join(f"{f'N={n}':>16}" for _ in COLUMNS for n in SIZES),
    ]
    lines += [_row(results, peer) for peer in NAMES if peer not in results.missing]
    lines += [f"{NAMES[peer]:<20}  not measured: {reason}" for peer, reason in results.missing.items()]
    return "\n".join([*lines, "", *_notes(results, extras)])


def _row(results: Results, peer: str) -> str:
    cells = [_cell(results, peer, n, kind) for kind in COLUMNS for n in SIZES]
    if peer == "channels":
        cells[0] = _cell(results, peer, 1000, "window2")
    return f"{NAMES[peer]:<20}" + "".join(f"{cell:>16}" for cell in cells)


def _cell(results: Results, peer: str, n: int, kind: str) -> str:
    middle, best = results.middle(peer, n, kind), results.best(peer, n, kind)
    return "-" if middle is None or best is None else f"{middle / 1000:.0f} ({best / 1000:.0f})"


def _notes(results: Results, extras: Extras) -> list[str]:
    notes = [
        f"20 questions a second to 5,000, sent → committed → seen by all: p50 {_ms(results, 'ours asks', 'p50_ms')}, "
        f"p99 {_ms(results, 'ours asks', 'p99_ms')} ms; C, which stores nothing: p50 {_ms(results, 'c', 'p50_ms')}, "
        f"p99 {_ms(results, 'c', 'p99_ms')} ms",
        *(f"{name}: {value}" for name, value in extras.items()),
        *(f"lost, {where}: {count}" for where, count in results.losses.items()),
    ]
    for peer in ("nchan", "nats", "node_ws", "socketio", "channels", "ours"):
        for n in SIZES:
            if opened := results.connects.get((peer, n)):
                kib = statistics.median(one["rss_grown_kib"] for one in opened) / n
                cpu = statistics.median(one["server_cpu"] for one in opened)
                notes.append(f"{NAMES[peer]}, {n} connections: {kib:.1f} KiB each, {cpu:.2f} s of CPU to connect")
    return notes


def _ms(results: Results, peer: str, what: str) -> str:
    value = results.middle(peer, 5000, "paced20", what)
    return "?" if value is None else f"{value:.0f}"
