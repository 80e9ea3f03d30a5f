"""One process writes to a SQLite database: a lock beside the file, held by whoever serves or writes. Loads quickly."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.settings import Settings

LOCK_SECONDS = 1.0


class CannotServe(Exception):
    """Why this installation cannot be served like this, in plain words."""


@contextmanager
def alone_on(settings: Settings) -> Iterator[None]:
    """Hold a SQLite database for this process; a second server is refused within 2 s. PostgreSQL needs no hold."""
    if not settings.is_sqlite:
        yield
        return
    path = Path(f"{settings.sqlite_path}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _lock(file, path)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: Any, path: Path) -> None:
    """The system lets go of the lock when its holder ends, however it ends."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.seek(0)
                holder = file.read() or "?"
                raise CannotServe(
                    f"Process {holder} already serves this database or writes to it (lock: {path}). Stop it first. "
                    f"进程 {holder} 正在使用该数据库，请先停止它。"
                ) from None
            time.sleep(0.05)
