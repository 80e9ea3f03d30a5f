"""The archive: a gzipped tar, encrypted where a key is given, whose last member is the manifest of all the others."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from server.backups.refusals import BackupDamaged, BackupLocked, BackupTooNew, BackupUnreadable
from server.backups.sealing import OpeningReader, SealingWriter, is_sealed

FORM = 1
MANIFEST = "manifest.json"
MOST_MANIFEST = 256 * 1024 * 1024
COMPRESSION = 3
BLOCK = 1024 * 1024

Progress = Callable[[str, int], None]
"""What is done now, and how many bytes came by since the last call."""


@dataclass(frozen=True, slots=True)
class Member:
    bytes: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What an archive holds, and of which installation. `rows` are counted by table; `vanished` are files that were
    swept while they were looked at."""

    kind: str
    revision: str
    epoch: str
    made_at: str
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    form: int = FORM

    @property
    def files(self) -> list[str]:
        return [name for name in self.members if name.startswith("files/")]

    @property
    def bytes(self) -> int:
        return sum(member.bytes for member in self.members.values())


class Archive:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile, progress: Progress) -> None:
        self._tar = tar
        self._progress = progress
        self._members: dict[str, Member] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add `size` bytes under this name."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        source = _Hashed(content, lambda count: self._progress(name, count))
        self._tar.addfile(entry, source)
        self._members[name] = Member(size, source.digest)

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest; nothing comes after it."""
        manifest.members = dict(self._members)
        self.add_bytes(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False).encode())


class _Hashed:
    """Reads through, counting and hashing."""

    def __init__(self, content: IO[bytes], told: Callable[[int], None]) -> None:
        self._content, self._told, self._sha = content, told, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self._sha.update(block)
        self._told(len(block))
        return block

    @property
    def digest(self) -> str:
        return self._sha.hexdigest()


@contextmanager
def written(path: Path, key: str | None, progress: Progress) -> Iterator[Archive]:
    """A new archive at `path`, readable by its owner alone and on disk when this ends."""
    with ExitStack() as stack:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        file: IO[bytes] = stack.enter_context(os.fdopen(handle, "wb"))
        target: Any = stack.enter_context(SealingWriter(file, key)) if key else file
        packed = stack.enter_context(gzip.GzipFile("", "wb", COMPRESSION, target, mtime=0))
        with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            yield Archive(tar, progress)
        packed.close()
        if key:
            target.close()
        file.flush()
        os.fsync(file.fileno())


def members(path: Path, key: str | None) -> Iterator[tuple[str, IO[bytes]]]:
    """Every member in order, to be read before the next is asked for.

    Refuses: backup_unreadable, backup_key_missing, backup_key_wrong, backup_damaged.
    """
    with _whole(path), path.open("rb") as file:
        for name, content in _members(_plain(path, file, key)):
            yield name, cast(IO[bytes], _Content(path, content))


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """What the libraries below say of a broken file, in our words."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupDamaged(what=str(error) or type(error).__name__) from None
    except OSError as error:
        raise BackupUnreadable(path=str(path), why=error.strerror) from None


class _Content:
    """One member, whose reading may find the file broken."""

    def __init__(self, path: Path, content: IO[bytes]) -> None:
        self._path, self._content = path, content

    def read(self, size: int = -1) -> bytes:
        with _whole(self._path):
            return self._content.read(size)


def _plain(path: Path, file: IO[bytes], key: str | None) -> IO[bytes]:
    beginning = file.read(32)
    file.seek(0)
    if is_sealed(beginning):
        if key is None:
            raise BackupLocked
        return io.BufferedReader(cast(io.RawIOBase, OpeningReader(file, key)), BLOCK)
    if not beginning.startswith(b"\x1f\x8b"):
        raise BackupUnreadable(path=str(path))
    return file


def _members(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with gzip.GzipFile(fileobj=file, mode="rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() else None
            if content is None:
                raise BackupDamaged(what=entry.name)
            yield entry.name, content
        while packed.read(BLOCK):
            pass


def checked(path: Path, key: str | None, progress: Progress) -> Manifest:
    """Read the whole archive and hold every member against the manifest.

    Refuses: backup_unreadable, backup_key_missing, backup_key_wrong, backup_damaged, backup_too_new.
    """
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    for name, content in members(path, key):
        if manifest is not None or name in found:
            raise BackupDamaged(what=name)
        if name == MANIFEST:
            manifest = _manifest(content.read(MOST_MANIFEST))
        else:
            found[name] = _weighed(name, content, progress)
    if manifest is None:
        raise BackupDamaged(what=MANIFEST)
    for name in {*found, *manifest.members}:
        if found.get(name) != manifest.members.get(name):
            raise BackupDamaged(what=name)
    return manifest


def _weighed(name: str, content: IO[bytes], progress: Progress) -> Member:
    sha, size = hashlib.sha256(), 0
    while block := content.read(BLOCK):
        sha.update(block)
        size += len(block)
        progress(name, len(block))
    return Member(size, sha.hexdigest())


def _manifest(text: bytes) -> Manifest:
    try:
        parts = json.loads(text)
        if parts["form"] > FORM:
            raise BackupTooNew(what=f"form {parts['form']}")
        parts["members"] = {name: Member(**each) for name, each in parts["members"].items()}
        return Manifest(**parts)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupDamaged(what=MANIFEST) from None
