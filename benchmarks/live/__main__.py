"""The live room against its peers, on this machine, in one interleaved run: `make bench-live` (QUICK=1: 3 minutes).

A table for people, then one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.live import extras
from benchmarks.live.figures import figures, table
from benchmarks.live.machine import BUILT, Missing
from benchmarks.live.rounds import FULL, QUICK, Results, measure_all
from benchmarks.live.voting import voting


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def more(results: Results) -> dict[str, Any]:
    """The figures taken once; one that cannot be had is said and left out."""
    once: dict[str, Callable[[Results], Any]] = {
        "slow": extras.slow_readers, "stock": extras.stock_server, "two": extras.two_processes,
        "votes": voting,
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, measure in once.items():
        say(f"once: {name}")
        try:
            found[name] = measure(results)
        except Missing as reason:
            say(f"{name} cannot be measured here: {reason}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", default=os.environ.get("QUICK") == "1")
    pace = QUICK if parser.parse_args().quick else FULL
    BUILT.mkdir(parents=True, exist_ok=True)
    results = measure_all(pace, say)
    once = more(results)
    print(table(results, once))
    print(json.dumps(figures(results, once)))


if __name__ == "__main__":
    main()
