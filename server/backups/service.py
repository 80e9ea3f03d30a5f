"""Make a backup of what is configured, and restore one: database, files, a new epoch (P5)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log, outbox
from events.accounts.models import Login, User
from events.actor import SYSTEM
from server.backups import archive, postgres, sqlite
from server.backups.archive import Archive, Manifest, Progress
from server.backups.refusals import (
    BackupDamaged,
    BackupExists,
    BackupOfOtherDatabase,
    BackupTooNew,
    NoRoom,
    TargetNotEmpty,
)
from server.database import found_installation, opened
from server.migrate import upgrade, upgrade_within
from server.schema import known_revisions
from server.settings import Settings

SQLITE_MEMBER = "database/sqlite"
IN_MEMORY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore put back. `kept` are the places of what was there before; `letters` are held back."""

    manifest: Manifest
    epoch: str
    letters: int
    kept: list[Path]


def name_at(settings: Settings, now: datetime, key: str | None) -> str:
    """A backup's own name, in order of time."""
    return f"roadshow-{now:%Y%m%dT%H%M%SZ}.tar.gz{'.sealed' if key else ''}"


async def back_up(settings: Settings, target: Path, key: str | None, now: datetime, progress: Progress) -> Manifest:
    """Write the installation as it is at one moment into one file, and read that file back whole.

    The target appears under its name only when it is verified. Servers go on serving.
    Refuses: backup_exists, database_unmigrated, no_room_for_backup, backup_damaged.
    """
    part = _place_for(target)
    try:
        with archive.written(part, key, progress) as writing:
            if settings.is_sqlite:
                manifest = _of_sqlite(settings, writing, target.parent if key is None else None, now, progress)
            else:
                manifest = await _of_postgres(settings, writing, now)
            _add_files(settings.files_dir, writing, manifest)
            writing.finish(manifest)
        manifest = archive.checked(part, key, lambda _name, count: progress("verify", count))
        _name(part, target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _place_for(target: Path) -> Path:
    """Where the archive grows until it is whole. Refuses: backup_exists."""
    if target.exists():
        raise BackupExists(path=str(target))
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    return part


def _name(part: Path, target: Path) -> None:
    """Give the archive its name, never another's; where the disk knows no links, by moving it."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise BackupExists(path=str(target)) from None
    except OSError:
        part.rename(target)


def _of_sqlite(
    settings: Settings, writing: Archive, beside: Path | None, now: datetime, progress: Progress
) -> Manifest:
    """The copy waits beside the target; beside the database where the archive is to be encrypted."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside or settings.sqlite_path.parent) as place:
        copied = Path(place) / "copy.sqlite3"
        at = 0

        def told(done: int) -> None:
            nonlocal at
            progress("database", done - at)
            at = done

        sqlite.copy(settings.sqlite_path, copied, told)
        revision, epoch, rows = sqlite.facts(copied)
        with copied.open("rb") as content:
            writing.add(SQLITE_MEMBER, content, copied.stat().st_size)
    return Manifest("sqlite", revision, epoch, now.isoformat(), rows)


async def _of_postgres(settings: Settings, writing: Archive, now: datetime) -> Manifest:
    async with postgres.connected(settings.database_url, "REPEATABLE READ") as (_, driver):
        revision, epoch = await postgres.facts(driver)
        return Manifest("postgresql", revision, epoch, now.isoformat(), await postgres.dump(driver, writing))


def _add_files(directory: Path, writing: Archive, manifest: Manifest) -> None:
    """Every uploaded file, after the database: whatever its rows name is there. Names with a dot are being written."""
    for path in sorted(directory.rglob("*")):
        relative = path.relative_to(directory)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file() or path.is_symlink():
            continue
        name = f"files/{relative.as_posix()}"
        try:
            with path.open("rb") as file, tempfile.SpooledTemporaryFile(IN_MEMORY) as still:
                shutil.copyfileobj(file, still)
                size = still.tell()
                still.seek(0)
                writing.add(name, still, size)
        except FileNotFoundError:
            manifest.vanished.append(name)


async def restore(
    settings: Settings, source: Path, key: str | None, now: datetime, progress: Progress, *,
    replace: bool = False, send_letters: bool = False,
) -> Restored:  # fmt: skip
    """Put an archive's database and files in place, brought to this program's schema, under a new epoch.

    Nothing is touched before the whole archive was checked. Whoever calls holds the database alone.
    Refuses: what reading an archive refuses, backup_of_other_database, backup_too_new, restore_target_not_empty,
    restore_target_in_use, no_room_for_backup.
    """
    manifest = archive.checked(source, key, lambda _name, count: progress("verify", count))
    _check_fits(settings, manifest)
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    files = settings.files_dir
    if _holds_files(files) and not replace:
        raise TargetNotEmpty(what=str(files))
    files.mkdir(parents=True, exist_ok=True)
    _check_room(files, sum(manifest.members[name].bytes for name in manifest.files))
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=files) as place:
        return await _Restore(settings, source, key, now, progress, manifest, Path(place), stamp).run(
            replace=replace, send_letters=send_letters
        )


def _check_fits(settings: Settings, manifest: Manifest) -> None:
    if manifest.kind != ("sqlite" if settings.is_sqlite else "postgresql"):
        raise BackupOfOtherDatabase(kind="SQLite" if manifest.kind == "sqlite" else "PostgreSQL")
    if manifest.revision not in known_revisions():
        raise BackupTooNew(what=manifest.revision)


def _holds_files(directory: Path) -> bool:
    visible = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return any(not path.parts[0].startswith(".") for path in visible)


def _check_room(directory: Path, need: int) -> None:
    if shutil.disk_usage(directory).free < need:
        raise NoRoom(path=str(directory), mib=need // 2**20 + 1)


@dataclass(slots=True)
class _Restore:
    """One restore: what comes from the archive waits in `place` until all of it is there."""

    settings: Settings
    source: Path
    key: str | None
    now: datetime
    progress: Progress
    manifest: Manifest
    place: Path
    stamp: str

    async def run(self, *, replace: bool, send_letters: bool) -> Restored:
        kept: list[Path] = []
        if self.settings.is_sqlite:
            epoch, letters = await self._sqlite(kept, replace=replace, send_letters=send_letters)
        else:
            epoch, letters = await self._postgres(replace=replace, send_letters=send_letters)
        if moved := self._swap_files():
            kept.append(moved)
        return Restored(self.manifest, epoch, letters, kept)

    async def _sqlite(self, kept: list[Path], *, replace: bool, send_letters: bool) -> tuple[str, int]:
        target = self.settings.sqlite_path
        if not replace and (what := sqlite.holds(target)):
            raise TargetNotEmpty(what=what)
        _check_room(target.parent, self.manifest.members[SQLITE_MEMBER].bytes)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=target.parent) as place:
            fresh = Path(place) / "restored.sqlite3"
            for name, content in self._unpacked():
                if name == SQLITE_MEMBER:
                    with fresh.open("wb") as file:
                        shutil.copyfileobj(content, file)
            async with opened(f"sqlite:///{fresh}") as database:
                await upgrade(database)
                async with database.write() as session:
                    found = await self._begin_anew(session, send_letters=send_letters)
            if moved := sqlite.put_in_place(fresh, target, self.stamp):
                kept.append(moved)
        return found

    async def _postgres(self, *, replace: bool, send_letters: bool) -> tuple[str, int]:
        async with postgres.connected(self.settings.database_url) as (connection, driver):
            await postgres.check_alone(driver)
            if not replace and (what := await postgres.holds(driver)):
                raise TargetNotEmpty(what=what)
            await postgres.clear(driver)
            await upgrade_within(connection, self.manifest.revision)
            async with postgres.loading(driver):
                await self._load(driver)
            await upgrade_within(connection, "head")
            async with AsyncSession(connection, expire_on_commit=False) as session:
                found = await self._begin_anew(session, send_letters=send_letters)
                await session.commit()
            await postgres.learn(driver)
            return found

    async def _load(self, driver: object) -> None:
        """Tables one after another; the pieces of one stand together in the archive."""
        for name, content in self._unpacked():
            if name.startswith(postgres.PREFIX):
                table = name.removeprefix(postgres.PREFIX).rpartition("/")[0]
                await postgres.load(driver, table, _blocks(content))

    def _unpacked(self) -> Iterator[tuple[str, IO[bytes]]]:
        """What is of the database; files are put into `place` on the way."""
        for name, content in archive.members(self.source, self.key):
            size = self.manifest.members[name].bytes if name != archive.MANIFEST else 0
            if name.startswith("files/"):
                self._put_file(name.removeprefix("files/"), content)
            elif name != archive.MANIFEST:
                yield name, content
            self.progress("restore", size)

    def _put_file(self, name: str, content: IO[bytes]) -> None:
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or any(part.startswith(".") for part in path.parts):
            raise BackupDamaged(what=name)
        target = self.place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())

    async def _begin_anew(self, session: AsyncSession, *, send_letters: bool) -> tuple[str, int]:
        """A new epoch; sign-ins and letters of before wait for somebody to decide; the trail tells of it."""
        await found_installation(session)
        await session.flush()
        await log.renew_epoch(session, self.now)
        accounts = select(User.id).where(or_(User.email.is_not(None), User.asked_email.is_not(None)))
        await session.execute(delete(Login).where(Login.user_id.in_(accounts)))
        letters = 0 if send_letters else await outbox.hold_waiting(session)
        current = await session.get_one(log.Installation, 1, populate_existing=True)
        audit.record(
            session, SYSTEM, "installation.restored", ("installation", "1"), now=self.now,
            made_at=self.manifest.made_at, epoch=current.epoch, letters_held=letters,
        )  # fmt: skip
        return current.epoch, letters

    def _swap_files(self) -> Path | None:
        """What came takes the place of what was there, which is kept under a name with a dot."""
        files = self.settings.files_dir
        old = files / f".before-restore-{self.stamp}"
        for path in [path for path in files.iterdir() if not path.name.startswith(".")]:
            old.mkdir(exist_ok=True)
            path.rename(old / path.name)
        for path in list(self.place.iterdir()):
            path.rename(files / path.name)
        return old if old.exists() else None


def _blocks(content: IO[bytes]) -> Iterator[bytes]:
    while block := content.read(archive.BLOCK):
        yield block


__all__ = ["Restored", "back_up", "name_at", "restore"]
