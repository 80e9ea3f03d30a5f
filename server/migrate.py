"""Bring a database to the newest schema, and found the installation in it."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from server.database import Database, found_installation
from server.schema import MIGRATIONS, Schema, check_schema, known_revisions, revisions, schema_of

__all__ = ["check_schema", "draft", "known_revisions", "revisions", "upgrade", "upgrade_within"]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration up to `revision`, in one transaction. Refuses: schema_too_new."""
    if await schema_of(database) is Schema.TOO_NEW:
        await check_schema(database)
    async with database.writer.begin() as connection:
        await upgrade_within(connection, revision)
    if revision == "head":
        async with database.write() as session:
            await found_installation(session)


async def upgrade_within(connection: AsyncConnection, revision: str) -> None:
    """The same in the caller's transaction, and nothing else."""
    await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))


async def draft(database: Database, message: str) -> None:
    """Write a migration file for what the tables have and this database does not."""
    async with database.writer.begin() as connection:
        await connection.run_sync(lambda sync: command.revision(_config(sync), message, autogenerate=True))
