"""What the process needs from its machine before it starts: folders it can make and write, files it can read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from server.checked import SettingsWrong
from server.settings import Settings

SQLITE_HEADER = b"SQLite format 3\x00"


def check_ground(settings: Settings) -> None:
    """For commands that write. Raises `SettingsWrong`, every finding at once."""
    sentences = [
        *_database(settings),
        *_writable("FILES_DIR", settings.files_dir),
        *_readable("STATIC_DIR", settings.static_dir),
    ]
    if sentences:
        raise SettingsWrong(sentences)


def _database(settings: Settings) -> list[tuple[str, str]]:
    if not settings.is_sqlite:
        return []
    path = settings.sqlite_path
    if found := _writable("DATABASE_URL", path.parent):
        return found
    try:
        if not path.exists():
            return []
        with path.open("r+b") as file:
            beginning = file.read(len(SQLITE_HEADER))
    except OSError as error:
        return [_cannot("DATABASE_URL", path, error)]
    if beginning and beginning != SQLITE_HEADER:
        return [(f"ROADSHOW_DATABASE_URL 指向的 {path} 不是 SQLite 数据库。",
                 f"ROADSHOW_DATABASE_URL names {path}, which is no SQLite database.")]  # fmt: skip
    return []


def _writable(name: str, directory: Path) -> list[tuple[str, str]]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return []
    except OSError as error:
        return [_cannot(name, directory, error)]


def _readable(name: str, directory: Path) -> list[tuple[str, str]]:
    """Without pages the API still serves; pages that are there must be readable."""
    try:
        if directory.exists():
            os.listdir(directory)
            page = directory / "index.html"
            if page.exists():
                page.open("rb").close()
    except OSError as error:
        return [_cannot(name, directory, error)]
    return []


def _cannot(name: str, path: Path, error: OSError) -> tuple[str, str]:
    return (
        f"ROADSHOW_{name} 指向的 {path} 无法使用：{error.strerror}。请换一个位置，或修改权限、腾出空间。",
        f"ROADSHOW_{name} names {path}, which cannot be used: {error.strerror}. "
        "Choose another place, or change its permissions, or free some room.",
    )
