"""The command line: serve, migrate, and what an operator needs beside. Commands import what only they need."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from events import audit, log
from events.accounts import addresses
from events.actor import SYSTEM
from events.directory.models import Organizer
from events.feeds.identity import Answer
from events.feeds.models import ImportKind
from server.alone import alone_on
from server.backups import cli as backups
from server.database import Database, opened
from server.ground import check_ground
from server.plainly import PlainGroup
from server.schema import check_schema
from server.settings import load

if TYPE_CHECKING:
    from server.doctor import Finding

app = typer.Typer(help="天天有路演: the roadshow server.", no_args_is_help=True, cls=PlainGroup)
backups.add_to(app)
console = Console()
COLOURS = {"good": "green", "warn": "yellow", "bad": "red"}


@app.command()
def serve(
    workers: Annotated[
        int, typer.Option(envvar="ROADSHOW_WORKERS", help="Processes; more than one needs PostgreSQL and Redis")
    ] = 1,
) -> None:
    """Serve HTTP and WebSockets; SIGTERM lets everybody leave without losing anything."""
    settings = load()
    check_ground(settings)
    with alone_on(settings):
        pass  # whoever comes second is told at once, before everything is loaded
    from server import serve as serving

    serving.serve(settings, workers)


@app.command()
def worker() -> None:
    """Deliver letters, release lapsed holds, carry on imports. On SQLite the server does this itself."""
    settings = load()
    check_ground(settings)
    with alone_on(settings):
        from server.app import work

        asyncio.run(_with_database(check_schema, needs_schema=False))
        asyncio.run(work(settings))


@app.command()
def demo() -> None:
    """Load the invented demo day where it is missing, say who can enter, and serve."""
    from server.demo.cast import ROLES
    from server.demo.people import PASSWORD

    settings = load()
    if not settings.demo:
        raise typer.BadParameter("set ROADSHOW_DEMO=1 to run the demo")
    check_ground(settings)
    with alone_on(settings):
        asyncio.run(_with_database(lambda database: _load_demo(database, settings.files_dir), needs_schema=False))
    console.print(
        f"\n[bold]天天有路演[/] is at [bold]{settings.public_url}[/]: choose a role on the page, or sign in as"
    )
    for _, title_zh, title_en, *_, email in ROLES:
        console.print(f"  {email:<24} {title_zh} · {title_en}", highlight=False)
    console.print(f"  password of all: {PASSWORD}    (Ctrl-C ends it)\n", highlight=False)
    serve(workers=1)


async def _load_demo(database: Database, files: Path) -> None:
    from server.demo import story
    from server.migrate import upgrade

    await upgrade(database)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("The demo day", total=None)
        await story.load(
            database,
            datetime.now(UTC),
            lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
            files,
        )


@app.command(name="import")
def import_file(
    organizer: Annotated[str, typer.Argument(help="The organizer's slug")],
    kind: Annotated[ImportKind, typer.Argument(help="What the file holds")],
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, CSV.gz or XLSX")],
    namesakes: Annotated[
        Answer, typer.Option(help="What to do with a row that no code proves to be the entry it is named like")
    ] = Answer.SKIP,
) -> None:
    """Take companies or institutions from a file into an organizer's library; the same keys again are updates."""
    settings = load()
    check_ground(settings)
    with alone_on(settings), Progress(console=console, transient=True) as bar:
        from server import importing

        asyncio.run(_with_database(check_schema, needs_schema=False))
        task = bar.add_task(path.name, total=None)
        job, reasons = asyncio.run(
            importing.import_file(
                settings,
                organizer,
                kind,
                path,
                lambda done, total: bar.update(task, completed=done, total=total),
                namesakes,
            )
        )
    console.print(f"{job.total} rows: {job.stored} new, {job.updated} updated, {job.refused} refused", highlight=False)
    for reason, count in sorted(reasons.items()):
        console.print(f"  {count:>7} {reason}", highlight=False)


@app.command()
def changes(
    organizer: Annotated[str, typer.Argument(help="The organizer's slug")],
    after: Annotated[int, typer.Option(help="Only changes numbered above this")] = 0,
    epoch: Annotated[str | None, typer.Option(help="The epoch that number is of")] = None,
) -> None:
    """Write an organizer's change feed to standard output, one JSON object a line."""
    asyncio.run(_with_database(lambda database: _changes(database, organizer, after, epoch)))


async def _changes(database: Database, slug: str, after: int, epoch: str | None) -> None:
    async with database.read() as session:
        organizer_id = await session.scalar(select(Organizer.id).where(Organizer.slug == slug))
    if organizer_id is None:
        raise typer.BadParameter(f"there is no organizer {slug!r}")
    from server import dumps

    await dumps.dump(database, organizer_id, sys.stdout.buffer, after, epoch)


@app.command()
def confirm(
    address: Annotated[str, typer.Argument(help="The e-mail address of an account that signed up")],
    account: Annotated[str | None, typer.Option(help="Give it to the account with this id instead")] = None,
) -> None:
    """Take an account's address as confirmed: for an installation without a mail server."""
    with alone_on(load()):
        asyncio.run(_with_database(lambda database: _confirm(database, address, account)))


async def _confirm(database: Database, address: str, account: str | None) -> None:
    async with database.write() as session:
        user = await addresses.vouch(session, SYSTEM, address, account=account, now=datetime.now(UTC))
    console.print(f"{user.email} is confirmed: {user.name}", highlight=False)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with alone_on(load()):
        from server.migrate import upgrade

        asyncio.run(_with_database(upgrade, needs_schema=False))


@app.command()
def doctor(quiet: Annotated[bool, typer.Option(help="Print only what is not good")] = False) -> None:
    """Say what is wrong with this installation, and how to mend it. Exit code 1 when something is."""
    from server.doctor import Health

    findings = asyncio.run(_examined())
    for finding in findings:
        if not (quiet and finding.health is Health.GOOD):
            console.print(f"[{COLOURS[finding.health]}]{finding.health:<5}[/] {finding.what}", highlight=False)
            if finding.mend:
                console.print(f"      → {finding.mend}", highlight=False)
    raise typer.Exit(any(finding.health is Health.BAD for finding in findings))


async def _examined() -> list[Finding]:
    from server.doctor import examine

    return [finding async for finding in examine(load())]


@app.command()
def openapi() -> None:
    """Print the API's description, from which the front end's types are made."""
    from server.app import create_app

    typer.echo(json.dumps(create_app(load()).openapi(), ensure_ascii=False, indent=1))


@app.command()
def asyncapi() -> None:
    """Print the live wire's description, from which the front end's frames are made."""
    from server.wire import live_wire

    typer.echo(json.dumps(live_wire(), ensure_ascii=False, indent=1))


@app.command()
def verify() -> None:
    """Recompute the hash chains of the audit trail and of every live stream.

    Exit code 1 when something was edited, removed, swapped or cut off.
    """
    asyncio.run(_with_database(_verify))


async def _verify(database: Database) -> None:
    async with database.read() as session:
        verdict = await audit.verify(session)
        count, broken = await log.broken(session)
    if verdict.broken_at is not None:
        console.print(f"[red]The trail is broken at row {verdict.broken_at}[/]", highlight=False)
    for stream, seq in broken.items():
        console.print(f"[red]The stream {stream} is broken at entry {seq}[/]", highlight=False)
    if verdict.broken_at is not None or broken:
        raise typer.Exit(1)
    console.print(f"The trail holds: {verdict.rows} rows; so do {count} streams", highlight=False)


@app.command(hidden=True)
def draft_migration(message: str) -> None:
    """Write a migration for what the code has and the database does not."""
    from server.migrate import draft

    with alone_on(load()):
        asyncio.run(_with_database(lambda database: draft(database, message), needs_schema=False))


async def _with_database(action: Callable[[Database], Awaitable[None]], *, needs_schema: bool = True) -> None:
    """Refuses: schema_missing, schema_old, schema_too_new."""
    async with opened(load().database_url) as database:
        if needs_schema:
            await check_schema(database)
        await action(database)
