"""Attacks on a running server, on both databases; the last line is one JSON object.

python -m tests.attacks [NAME …] [--quick] [--database sqlite|postgresql]

An attack is a module in tests/attacks/ that holds

    async def attack(site: Site) -> list[str]      what did not hold, in words; empty when all did

and, if it needs them,

    async def prepare(site: Site) -> None          what must be there before: people, roadshows, files
    SETTINGS: dict[str, str]                       environment variables of the server (ROADSHOW_…)

Its docstring is one line: what the attacker does. It runs against a fresh server process on a fresh database, goes to
loopback only, and is bounded in count and time: small where `site.is_quick`. `Site` is a `tests.world.World` over real
HTTP; `tests.attacks.wire` has raw sockets. While it runs, honest visitors ask for ordinary pages: any answer other than
200 is a miss as well. Tests run every attack in its quick form: tests/attacks/test_attacks.py.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import pkgutil
import signal
import sys
import tempfile
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import tests.attacks
from tests.attacks.site import Beside, Site, visit
from tests.faults.__main__ import Databases
from tests.services import postgres_server

QUIET_SECONDS = 3.0
MOST_SECONDS = 900


def attacks() -> dict[str, ModuleType]:
    """The modules here that hold an attack, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(tests.attacks.__path__))
    found = {name: importlib.import_module(f"tests.attacks.{name}") for name in names if not name.startswith("_")}
    return {name: module for name, module in found.items() if hasattr(module, "attack")}


@dataclass(slots=True)
class Verdict:
    """What an attack did: what did not hold, and what visitors met before and during it."""

    missed: list[str] = field(default_factory=list)
    quiet: Beside = field(default_factory=Beside)
    beside: Beside = field(default_factory=Beside)
    peak_rss_mib: float = 0.0

    def line(self) -> dict[str, Any]:
        return {
            "held": not self.missed, "missed": self.missed[:10], "p99_quiet_ms": self.quiet.p99_ms,
            "p99_beside_ms": self.beside.p99_ms, "peak_rss_mib": self.peak_rss_mib,
        }  # fmt: skip


async def withstand(site: Site, module: ModuleType, *, quiet_seconds: float = QUIET_SECONDS) -> Verdict:
    """Carry out one attack while others visit. One that could not be carried out is a miss."""
    verdict = Verdict()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            if hasattr(module, "prepare"):
                await module.prepare(site)
            await _visiting(site, verdict.quiet, asyncio.sleep(quiet_seconds))
            verdict.missed += await _visiting(site, verdict.beside, module.attack(site)) or []
    except Exception as error:
        traceback.print_exc()
        verdict.missed.append(f"{type(error).__name__}: {error}")
    verdict.missed += [f"a visitor met {what}" for what in verdict.beside.failed]
    if not site.node.is_up:
        verdict.missed.append("the server ended")
    else:
        verdict.peak_rss_mib = site.peak_mib
    return verdict


async def _visiting(site: Site, beside: Beside, meanwhile: Any) -> Any:
    until = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(visit(site, beside, until))
        try:
            return await meanwhile
        finally:
            until.set()


async def withstand_all(names: list[str], kinds: list[str], *, is_quick: bool) -> dict[str, Verdict]:
    verdicts = {}
    with ExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="attacks-", ignore_cleanup_errors=True))
        )
        directory.chmod(0o755)
        (directory / "pg").mkdir()
        url = "postgresql://none/none"
        if "postgresql" in kinds:
            url = stack.enter_context(postgres_server(directory / "pg"))
        databases = Databases(directory, url)
        for name in names:
            module = attacks()[name]
            for kind in kinds:
                made = await (databases.sqlite() if kind == "sqlite" else databases.postgres())
                more = getattr(module, "SETTINGS", None)
                async with Site.on(directory, made, more, is_quick=is_quick) as site:
                    verdict = verdicts[f"{name}[{kind}]"] = await withstand(site, module)
                print(json.dumps({f"{name}[{kind}]": verdict.line()}, ensure_ascii=False), file=sys.stderr, flush=True)
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(attacks()))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kinds = [asked.database] if asked.database else ["sqlite", "postgresql"]
    verdicts = asyncio.run(withstand_all(asked.names or list(attacks()), kinds, is_quick=asked.quick))
    held = sum(not verdict.missed for verdict in verdicts.values())
    summed = {
        "held": held, "of": len(verdicts),
        "p99_beside_ms": max(verdict.beside.p99_ms for verdict in verdicts.values()),
        "p99_quiet_ms": max(verdict.quiet.p99_ms for verdict in verdicts.values()),
        "peak_rss_mib": max(verdict.peak_rss_mib for verdict in verdicts.values()),
    }  # fmt: skip
    print(json.dumps(summed))
    sys.exit(0 if held == len(verdicts) else 1)


if __name__ == "__main__":
    main()
