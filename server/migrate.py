"""Bring a database to the newest schema, and found the installation in it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from server.database import Database, found_installation

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration up to `revision`, in one transaction."""
    async with database.writer.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))
    if revision == "head":
        async with database.write() as session:
            await found_installation(session)


async def draft(database: Database, message: str) -> None:
    """Write a migration file for what the tables have and this database does not."""
    async with database.writer.begin() as connection:
        await connection.run_sync(lambda sync: command.revision(_config(sync), message, autogenerate=True))


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """(the database's revision, the newest one); equal when there is nothing to do."""
    async with database.writer.connect() as connection:
        config = await connection.run_sync(_config)
        current = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return current, ScriptDirectory.from_config(config).get_current_head()
