"""`roadshow doctor`: what is wrong with an installation, in plain words and with the mend."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import aiosmtplib
from redis import asyncio as redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from events.accounts.users import all_sharing
from events.programme.workdays import KNOWN_YEARS
from server.checked import SettingsWrong
from server.database import Database
from server.delivery import server_of
from server.ground import check_ground
from server.schema import revisions
from server.settings import Settings, ignored

LITTLE, SCARCE = 1024, 100
"""MiB of free disk below which an operator should look, and below which it is urgent."""
SMTP_SECONDS = 5


class Health(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do when it is not good."""

    health: Health
    what: str
    mend: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, in the order in which an operator would mend them."""
    yield _python()
    for _, sentence in ignored():
        yield Finding(Health.WARN, sentence)
    for finding in _ground(settings):
        yield finding
    async for finding in _database(settings):
        yield finding
    yield await _redis(settings)
    yield _pages(settings)
    yield _address(settings)
    yield await _mail(settings)
    yield _backups(settings)
    yield _calendar()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11, 10) or (3, 12) <= sys.version_info < (3, 12, 6):
        return Finding(Health.WARN, f"Python {version} parses some cookies slowly",
                       "This server reads cookies itself. Prefer 3.11.10, 3.12.6 or newer.")  # fmt: skip
    return Finding(Health.GOOD, f"Python {version}")


def _ground(settings: Settings) -> Iterator[Finding]:
    """Folders, the room on their disks, and who else may read what is in them."""
    try:
        check_ground(settings)
        yield Finding(Health.GOOD, f"Files can be kept in {settings.files_dir}")
    except SettingsWrong as error:
        for _, sentence in error.sentences:
            yield Finding(Health.BAD, sentence)
    kept = [settings.files_dir, *([settings.sqlite_path] if settings.is_sqlite else [])]
    for path in kept:
        if path.exists():
            yield _room(path)
            yield _privacy(path)


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path).free // 2**20
    what = f"{free} MiB are free for {path}"
    if free >= LITTLE:
        return Finding(Health.GOOD, what)
    health = Health.BAD if free < SCARCE else Health.WARN
    return Finding(health, what, "Free some room: on a full disk nothing can be written.")


def _privacy(path: Path) -> Finding:
    """Whether other users of this machine can get at it: a folder above may keep them out as well."""
    open_to_all = all(step.stat().st_mode & (0o001 if step != path else 0o004) for step in (path, *path.parents))
    if not open_to_all:
        return Finding(Health.GOOD, f"Other users of this machine cannot read {path}")
    return Finding(Health.WARN, f"Every user of this machine can read {path}", f"Run: chmod o-rwx {path}")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    kind = "SQLite" if settings.is_sqlite else "PostgreSQL"
    if settings.is_sqlite and not settings.sqlite_path.exists():
        yield Finding(Health.BAD, f"The SQLite file {settings.sqlite_path} is not there", "Run: roadshow migrate")
        return
    database = Database(settings.database_url)
    try:
        await database.ready()
        current, newest = await revisions(database)
        if current == newest:
            yield Finding(Health.GOOD, f"{kind} answers, schema {current}")
            async for finding in _shared_addresses(database):
                yield finding
        else:
            yield Finding(
                Health.BAD, f"{kind} has schema {current}, this server needs {newest}", "Run: roadshow migrate"
            )
    except Exception as error:
        if not (
            isinstance(error, (SQLAlchemyError, OSError, TimeoutError)) or type(error).__module__.startswith("asyncpg")
        ):
            raise
        yield Finding(
            Health.BAD,
            f"{kind} does not answer ({type(error).__name__})",
            "Check ROADSHOW_DATABASE_URL and that it runs.",
        )
    finally:
        await database.close()
    if settings.is_sqlite and sqlite3.sqlite_version_info < (3, 51, 3):
        yield Finding(Health.WARN, f"SQLite library {sqlite3.sqlite_version}",
                      "Before 3.51.3 a rare fault can damage the file when two connections checkpoint at once; "
                      "this server lets only one do so. Prefer PostgreSQL for a busy installation.")  # fmt: skip


async def _shared_addresses(database: Database) -> AsyncIterator[Finding]:
    """Accounts that differ from another only in how their address was typed."""
    async with database.read() as session:
        found = await all_sharing(session)
    for user in found:
        yield Finding(
            Health.WARN,
            f"Account {user.id} was opened as {user.email!r}, and another account holds {user.asked_email}",
            "Both sign in by it, each with its own password; letters of a lost password reach the other one only. "
            f"Run: roadshow confirm NEW_ADDRESS --account {user.id}",
        )


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding(Health.GOOD, "No Redis: one process serves everything")
    client = redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
    try:
        await client.ping()
        return Finding(Health.GOOD, "Redis answers")
    except (RedisError, OSError) as error:
        mend = "Rooms work, with pushes between processes up to 2 s late. Check ROADSHOW_REDIS_URL."
        return Finding(Health.BAD, f"Redis does not answer ({type(error).__name__})", mend)
    finally:
        await client.aclose()


def _pages(settings: Settings) -> Finding:
    if (settings.static_dir / "index.html").is_file():
        return Finding(Health.GOOD, "The pages are built")
    return Finding(Health.BAD, f"No pages in {settings.static_dir}", "Run: make build")


def _address(settings: Settings) -> Finding:
    if settings.demo and settings.is_https:
        return Finding(
            Health.BAD, "Demo mode is on for a public address", "Unset ROADSHOW_DEMO: anybody could enter as anyone."
        )
    if not settings.base_url:
        return Finding(
            Health.WARN, f"No public address; links say {settings.public_url}", "Set ROADSHOW_BASE_URL=https://…"
        )
    if not settings.is_https:
        return Finding(
            Health.WARN, f"{settings.base_url} is not https", "Put a TLS proxy in front; sign-in cookies need it."
        )
    return Finding(Health.GOOD, f"People come to {settings.base_url}")


async def _mail(settings: Settings) -> Finding:
    """Greets the mail server, and signs in where an account is given; no letter is sent."""
    if settings.smtp_url:
        try:
            async with aiosmtplib.SMTP(timeout=SMTP_SECONDS, **server_of(settings)):
                return Finding(Health.GOOD, f"The mail server answers; letters are sent as {settings.mail_from}")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Finding(Health.BAD, f"The mail server does not take us ({type(error).__name__})",
                           "Letters wait three days. Check ROADSHOW_SMTP_URL: host, port, password.")  # fmt: skip
    return Finding(
        Health.WARN, "No mail server: letters are only logged", "Set ROADSHOW_SMTP_URL=smtp://USER:PASSWORD@HOST:587"
    )


def _backups(settings: Settings) -> Finding:
    if settings.backup_key:
        return Finding(Health.GOOD, "Backups are encrypted")
    return Finding(Health.WARN, "Backups are not encrypted", "Set ROADSHOW_BACKUP_KEY, or use --key-file.")


def _calendar() -> Finding:
    year = datetime.now(UTC).year
    if year not in KNOWN_YEARS:
        return Finding(Health.WARN, f"Public holidays of {year} are not known", "Update chinesecalendar.")
    if year + 1 not in KNOWN_YEARS:
        return Finding(Health.WARN, f"Public holidays of {year + 1} are not announced to this installation",
                       "Days of that year are shown as unknown until chinesecalendar is updated.")  # fmt: skip
    return Finding(Health.GOOD, f"Public holidays known through {year + 1}")
