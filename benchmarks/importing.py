"""How fast files come in, and whether every row is accounted for: `python -m benchmarks.importing PATH… [--again]`.

Each file goes into a fresh SQLite database, or the one that ROADSHOW_DATABASE_URL names; `--again` imports it twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from events.base import new_id
from events.directory.models import Organizer
from events.feeds.fields import guess
from events.feeds.models import ImportKind
from events.feeds.parsing import make_plain
from events.feeds.sources import Choices
from server.database import Database
from server.importing import import_file
from server.migrate import upgrade
from server.recorder import catch_up
from server.settings import Settings

SLUG = "benchmark"


def kind_of(path: Path, scratch: Path) -> ImportKind:
    """Institutions when the file has a kind of investor, else companies."""
    columns = make_plain(path, scratch / "look.csv", ImportKind.INSTITUTIONS, Choices())[0].columns
    named = guess(ImportKind.INSTITUTIONS, columns).values()
    return ImportKind.INSTITUTIONS if "kind" in named else ImportKind.COMPANIES


async def found(settings: Settings) -> None:
    """A migrated database with one organizer."""
    database = Database(settings.database_url)
    await upgrade(database)
    async with database.write() as session:
        session.add(Organizer(id=new_id(), slug=SLUG, name="导入测试", created_at=datetime.now(UTC)))
    await database.close()


async def numbered(settings: Settings) -> int:
    """Let the recorder number what the import told partners."""
    database = Database(settings.database_url)
    count = await catch_up(database)
    await database.close()
    return count


async def measure(settings: Settings, path: Path, kind: ImportKind) -> dict[str, Any]:
    started = time.perf_counter()
    job, reasons = await import_file(settings, SLUG, kind, path, lambda done, total: None)
    seconds = time.perf_counter() - started
    return {
        "file": path.name,
        "kind": kind,
        "rows": job.total,
        "stored": job.stored,
        "updated": job.updated,
        "refused": job.refused,
        "reasons": reasons,
        "seconds": round(seconds, 2),
        "rows_per_second": round(job.total / seconds),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "balanced": job.state == "done" and job.total == job.stored + job.updated + job.refused,
    }


async def main(paths: list[Path], again: bool) -> bool:
    balanced = True
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(files_dir=Path(scratch) / "files")
        if "database_url" not in settings.model_fields_set:
            settings = Settings(files_dir=Path(scratch) / "files", database_url=f"sqlite:///{scratch}/import.sqlite3")
        await found(settings)
        for path in paths * (2 if again else 1):
            result = await measure(settings, path, kind_of(path, Path(scratch)))
            balanced = balanced and result["balanced"]
            print(json.dumps(result, ensure_ascii=False))
        print(json.dumps({"recorded": await numbered(settings)}))
    return balanced


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--again", action="store_true", help="import every file a second time")
    asked = parser.parse_args()
    raise SystemExit(0 if asyncio.run(main(asked.paths, asked.again)) else 1)
