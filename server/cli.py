"""The command line: serve, migrate, and what an operator needs beside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from server.app import create_app
from server.database import Database
from server.doctor import Finding, Health, examine
from server.migrate import draft, upgrade
from server.settings import Settings

app = typer.Typer(help="天天有路演: the roadshow server.", no_args_is_help=True)
console = Console()
COLOURS = {Health.GOOD: "green", Health.WARN: "yellow", Health.BAD: "red"}


@app.command()
def serve() -> None:
    """Serve HTTP and WebSockets."""
    settings = Settings()
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_config=None,
        ws_per_message_deflate=False, ws_max_size=65536, timeout_graceful_shutdown=20, server_header=False,
        proxy_headers=False,
    )  # fmt: skip


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    asyncio.run(_with_database(upgrade))


@app.command()
def doctor(quiet: Annotated[bool, typer.Option(help="Print only what is not good")] = False) -> None:
    """Say what is wrong with this installation, and how to mend it. Exit code 1 when something is."""
    findings = asyncio.run(_examined())
    for finding in findings:
        if not (quiet and finding.health is Health.GOOD):
            console.print(f"[{COLOURS[finding.health]}]{finding.health:<5}[/] {finding.what}", highlight=False)
            if finding.mend:
                console.print(f"      → {finding.mend}", highlight=False)
    raise typer.Exit(any(finding.health is Health.BAD for finding in findings))


async def _examined() -> list[Finding]:
    return [finding async for finding in examine(Settings())]


@app.command(hidden=True)
def draft_migration(message: str) -> None:
    """Write a migration for what the code has and the database does not."""
    asyncio.run(_with_database(lambda database: draft(database, message)))


async def _with_database(action: Callable[[Database], Awaitable[None]]) -> None:
    database = Database(Settings().database_url)
    try:
        await action(database)
    finally:
        await database.close()
