"""Rounds: everybody in turn, again and again, so that a noisy minute is everybody's noisy minute."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.live.machine import CLIENT_CORE, Missing, compiled, pinned
from benchmarks.live.ours import GUESTS, sqlite_room
from benchmarks.live.peers import OTHERS, C, Peer, Target

ANSWERED = {"closed", "votes"}
Phase = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run takes: seconds of each phase, and how many rounds."""

    rounds: int
    single: float
    burst: float
    paced: float
    slow: float

    @property
    def windows(self) -> list[str]:
        return [f"window:8:{self.single}", f"window:64:{self.burst}", f"window:1:{self.burst}"]


FULL = Pace(rounds=3, single=3, burst=2, paced=6, slow=12)
QUICK = Pace(rounds=1, single=1.2, burst=0.8, paced=3, slow=5)


@dataclass(slots=True)
class Results:
    """What was seen, by (peer, N, kind of phase): a value for each round."""

    pace: Pace
    phases: dict[tuple[str, int, str], list[Phase]] = field(default_factory=lambda: defaultdict(list))
    connects: dict[tuple[str, int], list[Phase]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[str, str] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return sum(self.losses.values())

    def lose(self, where: str, seen: dict[str, Any]) -> None:
        """Count what a run of ours lost: entries missed, seen twice or out of order, votes without an answer."""
        closed = [phase for phase in seen["phases"] if phase["kind"] in ANSWERED]
        unanswered = sum(phase["published"] - phase["acked"] for phase in closed)
        count = int(seen["lost"] + seen["gaps"] + seen["repeated"] + seen["seq_breaks"] + unanswered)
        if count:
            self.losses[where] = self.losses.get(where, 0) + count

    def values(self, peer: str, n: int, kind: str, what: str = "per_cpu_s") -> list[float]:
        return [phase[what] for phase in self.phases.get((peer, n, kind), ())]

    def middle(self, peer: str, n: int, kind: str, what: str = "per_cpu_s") -> float | None:
        values = self.values(peer, n, kind, what)
        return statistics.median(values) if values else None

    def best(self, peer: str, n: int, kind: str, what: str = "per_cpu_s") -> float | None:
        return max(self.values(peer, n, kind, what), default=None)

    def ratio(self, n: int, kind: str, peer: str) -> float | None:
        """Ours to theirs: the median of the rounds' own ratios, each taken within a minute or two."""
        pairs = zip(self.values("ours", n, kind), self.values(peer, n, kind), strict=False)
        ratios = [ours / theirs for ours, theirs in pairs if theirs]
        return round(statistics.median(ratios), 2) if ratios else None


def loaded(target: Target, n: int, *options: str, core: int | None = CLIENT_CORE) -> dict[str, Any]:
    """One run of the load client."""
    command = [
        str(compiled("load")), *target.options, "-n", str(n), "--pids", ",".join(map(str, target.pids)), *options
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, preexec_fn=pinned(core))
    if done.returncode:
        raise Missing(f"the load client gave up: {done.stderr[-300:]}")
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def phases(texts: list[str]) -> list[str]:
    return [word for text in texts for word in ("--phase", text)]


def keep(results: Results, peer: str, n: int, seen: dict[str, Any], prefix: str = "") -> None:
    for phase in seen["phases"]:
        results.phases[peer, n, f"{prefix}{phase['kind']}{phase['pace']:g}"].append(phase)
    results.connects[peer, n].append(seen["connect"])
    if peer.startswith("ours"):
        results.lose(f"{peer} {n}", seen)


def measure_peer(results: Results, peer: Peer, n: int) -> None:
    pace = results.pace
    windows = pace.windows if peer.bursts else pace.windows[:1]
    paced = [f"paced:20:{pace.paced}"] if peer is C and n == 5000 else []
    if peer.name == "channels":
        windows = [f"window:2:{pace.single}"]
    with peer.serving() as target:
        keep(results, peer.name, n, loaded(target, n, *phases(windows + paced)))


def measure_ours(results: Results, n: int) -> None:
    """Votes in the windows; questions, which carry the client's clock, at 20 a second."""
    pace = results.pace
    with sqlite_room() as room:
        votes = room.target(votes=True, publishers=GUESTS)
        keep(results, "ours", n, loaded(votes, n, *phases(pace.windows)))
        asks = room.target(votes=False, publishers=8)
        last = f"paced:20:{pace.paced}" if n == 5000 else f"window:8:{pace.single}"
        keep(results, "ours asks", n, loaded(asks, n, *phases([last])))


def measure_all(pace: Pace, say: Say) -> Results:
    """Every round: C first, then the others, then ours, at each size."""
    results = Results(pace)
    for number in range(pace.rounds):
        for peer in (C, *OTHERS):
            _round(results, peer, number, say)
        for n in (1000, 5000):
            say(f"round {number + 1}: ours, {n}")
            measure_ours(results, n)
    return results


def _round(results: Results, peer: Peer, number: int, say: Say) -> None:
    if peer.name in results.missing:
        return
    try:
        for n in peer.sizes:
            say(f"round {number + 1}: {peer.name}, {n}")
            measure_peer(results, peer, n)
    except Missing as reason:
        results.missing[peer.name] = str(reason)
        say(f"{peer.name} cannot be measured here: {reason}")
