"""Every fault at full length, one after another; the last line is the sum of them: `make faults`.

python -m tests.faults [F1 F15 …] [--quick] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import pkgutil
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

import tests.faults
from server.database import Database
from server.migrate import upgrade
from tests.faults.profile import Profile, Toll
from tests.services import postgres_server

QUICK_SECONDS, FULL_SECONDS = 180, 900
SUMS = ("acked", "lost", "duplicated", "gaps", "reordered")


def faults() -> dict[str, ModuleType]:
    """The modules here that are named after a fault: F1 → f01_…"""
    names = sorted(module.name for module in pkgutil.iter_modules(tests.faults.__path__))
    found = [name for name in names if name[0] == "f" and name[1:3].isdigit()]
    return {f"F{int(name[1:3])}": importlib.import_module(f"tests.faults.{name}") for name in found}


class Databases:
    """Fresh, migrated databases, copied from one that was made once."""

    def __init__(self, directory: Path, postgres_url: str) -> None:
        self._directory = directory
        self._admin = make_url(postgres_url)
        self._made: set[str] = set()

    async def sqlite(self) -> str:
        template = self._directory / "template.sqlite3"
        if "sqlite" not in self._made:
            await _migrate(f"sqlite:///{template}")
            sqlite3.connect(template).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            self._made.add("sqlite")
        path = self._directory / f"{uuid4().hex[:12]}.sqlite3"
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    async def postgres(self) -> str:
        if "template" not in self._made:
            await self._run('CREATE DATABASE "fault_template"')
            await _migrate(self._named("fault_template"))
            self._made.add("template")
        name = f"fault_{uuid4().hex[:12]}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "fault_template" STRATEGY FILE_COPY')
        return self._named(name)

    def _named(self, name: str) -> str:
        return self._admin.set(database=name).render_as_string(hide_password=False)

    async def _run(self, statement: str) -> None:
        engine = create_async_engine(self._admin.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


async def endure(run: Callable[[Profile], Awaitable[Toll]], profile: Profile) -> Toll:
    """The fault's toll; one that could not be reckoned is a miss."""
    try:
        async with asyncio.timeout(profile.pick(QUICK_SECONDS, FULL_SECONDS)):
            return await run(profile)
    except Exception as error:
        traceback.print_exc()
        return Toll(missed=[f"{type(error).__name__}: {error}"])


async def endure_all(names: list[str], *, is_full: bool, seed: int) -> tuple[Toll, dict[str, Toll]]:
    total, tolls = Toll(), {}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)))
        directory.chmod(0o755)
        (directory / "pg").mkdir()
        databases = Databases(directory, stack.enter_context(postgres_server(directory / "pg")))
        for name in names:
            place = directory / name
            place.mkdir()
            profile = Profile(is_full, seed, place, databases.postgres, databases.sqlite)
            began = time.monotonic()
            toll = tolls[name] = await endure(faults()[name].run, profile)
            toll.figures["seconds"] = round(time.monotonic() - began, 1)
            print(json.dumps({name: toll.line()}), file=sys.stderr, flush=True)
            total.add(toll)
    return total, tolls


def main() -> None:
    known = sorted(faults(), key=lambda name: int(name[1:]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="FAULT", help=" ".join(known))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {asked.seed}", file=sys.stderr, flush=True)
    names = asked.names or known
    total, tolls = asyncio.run(endure_all(names, is_full=not asked.quick, seed=asked.seed))
    sums = {name: getattr(total, name) for name in SUMS}
    print(json.dumps({**sums, "seed": asked.seed, "faults": {name: toll.line() for name, toll in tolls.items()}}))
    sys.exit(0 if all(toll.is_clean for toll in tolls.values()) else 1)


if __name__ == "__main__":
    main()
