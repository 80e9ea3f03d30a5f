"""`roadshow backup`, `roadshow restore`, and what becomes of letters that a restore holds back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from server.settings import Settings, load

console = Console()
KeyFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the key; else ROADSHOW_BACKUP_KEY")
]


class Fate(StrEnum):
    SHOW = "show"
    SEND = "send"
    DROP = "drop"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command(name="held-letters")(held_letters)


def backup(
    target: Annotated[Path, typer.Argument(help="The archive to write, or a folder to put it in")],
    key_file: KeyFile = None,
) -> None:
    """Write everything into one archive while the server goes on: database, uploaded files, checksums.

    With a key the archive is encrypted. It is read back and checked before it gets its name.
    """
    from server.backups import service

    settings, now = load(), datetime.now(UTC)
    key = _key(settings, key_file)
    path = target / service.name_at(settings, now, key) if target.is_dir() else target
    with _bar() as progress:
        manifest = asyncio.run(service.back_up(settings, path.absolute(), key, now, progress))
    console.print(
        f"{path}: {path.stat().st_size / 2**20:.1f} MiB, {sum(manifest.rows.values())} rows in {len(manifest.rows)} "
        f"tables, {len(manifest.files)} files, {'encrypted, ' if key else ''}read back and checked",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    if manifest.vanished:
        console.print(f"  {len(manifest.vanished)} files were swept away meanwhile", highlight=False)


def restore(
    archive: Annotated[Path, typer.Argument(help="What `backup` wrote")],
    key_file: KeyFile = None,
    replace: Annotated[bool, typer.Option("--replace", help="Although there is data in the target")] = False,
    send_letters: Annotated[
        bool, typer.Option("--send-letters", help="Send what waited in the backup, although it may have been sent")
    ] = False,
) -> None:
    """Put a backup's database and files in place. Stop the servers and the worker first.

    Everybody who follows starts over (a new epoch), everybody signs in again, and letters that waited are held back
    until `held-letters` decides.
    """
    from server.alone import alone_on
    from server.backups import service
    from server.ground import check_ground

    settings, now = load(), datetime.now(UTC)
    check_ground(settings)
    with alone_on(settings), _bar() as progress:
        done = asyncio.run(
            service.restore(
                settings, archive, _key(settings, key_file), now, progress, replace=replace, send_letters=send_letters
            )
        )
    manifest = done.manifest
    said = [
        f"Restored what was backed up at {manifest.made_at}: {sum(manifest.rows.values())} rows, "
        f"{len(manifest.files)} files. Epoch {done.epoch}: clients and partners start over.",
        *(f"  What was there before: {path}" for path in done.kept),
    ]
    if done.letters:
        said.append(f"  {done.letters} letters are held back. Decide: roadshow held-letters show | send | drop")
    for line in said:
        console.print(line, highlight=False, soft_wrap=True)


def held_letters(fate: Annotated[Fate, typer.Argument(help="What becomes of them")] = Fate.SHOW) -> None:
    """Letters a restore holds back, since they may have been sent after the backup was made."""
    from server.alone import alone_on

    settings = load()
    if fate is Fate.SHOW:
        for line in asyncio.run(_shown(settings)):
            console.print(line, highlight=False, soft_wrap=True)
        return
    with alone_on(settings):
        count = asyncio.run(_decided(settings, fate))
    console.print(f"{count} letters {'will be sent' if fate is Fate.SEND else 'will never be sent'}", highlight=False)


async def _shown(settings: Settings) -> list[str]:
    from sqlalchemy import select

    from events.outbox import Delivery, OutboxRow
    from server.database import opened

    async with opened(settings.database_url) as database, database.read() as session:
        held = select(OutboxRow).where(OutboxRow.state == Delivery.HELD).order_by(OutboxRow.created_at)
        rows = list(await session.scalars(held))
    return [
        f"{len(rows)} letters are held back",
        *(f"  {row.created_at:%F %H:%M} {row.template} → {row.address}" for row in rows),
    ]


async def _decided(settings: Settings, fate: Fate) -> int:
    from events import outbox
    from server.database import opened

    async with opened(settings.database_url) as database, database.write() as session:
        if fate is Fate.SEND:
            return await outbox.release_held(session, datetime.now(UTC))
        return await outbox.drop_held(session)


def _key(settings: Settings, file: Path | None) -> str | None:
    """Refuses: backup_key_short."""
    from server.backups.sealing import checked_key

    if file is not None:
        return checked_key(file.read_text())
    return checked_key(settings.backup_key.get_secret_value()) if settings.backup_key else None


@contextmanager
def _bar() -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield Told(bar)


class Told:
    """Shows what is done now, and how much of it came by."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def __call__(self, what: str, count: int) -> None:
        self._bar.update(self._task, description=what[:40], advance=count)
