"""SQLite's side: a copy of one moment beside the server that writes, and the file put in place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from server.backups.refusals import BackupDamaged, DatabaseUnmigrated, NoRoom

PAGES = 2048
SPARE = 64 * 1024 * 1024
EMPTY = {"alembic_version", "installation"}
SUFFIXES = ("", "-wal", "-shm")


def copy(source: Path, target: Path, told: Callable[[int], None]) -> None:
    """Copy the database as it is at one moment; whoever writes goes on. The copy is whole, or this raises.

    Refuses: database_unmigrated, no_room_for_backup, backup_damaged.
    """
    if not source.is_file():
        raise DatabaseUnmigrated
    need = source.stat().st_size + SPARE
    if shutil.disk_usage(target.parent).free < need:
        raise NoRoom(path=str(target.parent), mib=need // 2**20)
    target.touch(0o600)
    with closing(opened(source)) as reading, closing(sqlite3.connect(target)) as copying:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = reading.execute("PRAGMA page_size").fetchone()[0]
        reading.backup(copying, pages=PAGES, sleep=0, progress=lambda _status, left, total: told(size * (total - left)))
        copying.execute("PRAGMA journal_mode=DELETE")
        check(copying)


def opened(path: Path) -> sqlite3.Connection:
    """A reader that never writes to the file; on a disk that may only be read, one that asks for no lock either."""
    is_still = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    how = "mode=ro&immutable=1" if is_still else "mode=ro"
    connection = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None, timeout=10)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    return connection


def check(connection: sqlite3.Connection) -> None:
    """Refuses: backup_damaged."""
    try:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise BackupDamaged(what=verdict)


def facts(path: Path) -> tuple[str, str, dict[str, int]]:
    """(revision, epoch, rows by table) of a database at rest. Refuses: database_unmigrated."""
    with closing(opened(path)) as connection:
        try:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            (epoch,) = connection.execute("SELECT epoch FROM installation").fetchone()
        except (sqlite3.OperationalError, TypeError):
            raise DatabaseUnmigrated from None
        return revision, epoch, counts(connection)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of each ordinary table."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    tables = [name for (name,) in connection.execute(named) if not name.startswith("sqlite_")]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def holds(path: Path) -> str:
    """What is in a database beside its schema, in words; nothing when it is empty or not there."""
    if not path.is_file() or path.stat().st_size == 0:
        return ""
    with closing(opened(path)) as connection:
        try:
            is_written = connection.execute("SELECT 1 FROM users LIMIT 1").fetchone()
        except sqlite3.DatabaseError:
            return str(path)
    return str(path) if is_written else ""


def put_in_place(restored: Path, target: Path, stamp: str) -> Path | None:
    """Make the restored file the database; what was there is kept beside it. Returns where, if anything was."""
    kept = target.with_name(f"{target.name}.before-restore-{stamp}")
    was_there = target.exists()
    for suffix in SUFFIXES:
        old = Path(f"{target}{suffix}")
        if old.exists():
            old.rename(f"{kept}{suffix}")
    restored.rename(target)
    _settle(target.parent)
    return kept if was_there else None


def _settle(directory: Path) -> None:
    """The names are on disk as well."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
