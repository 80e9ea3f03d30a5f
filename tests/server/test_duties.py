"""What standing duties ask again and again is found by an index, over one connection for all of them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, text

from events.tables import metadata
from server.database import Database
from server.recorder import record
from server.worker import duties_of
from tests.world import World

OFTEN = {"letters", "holds", "polls", "flow", "records"}
SMALL = ("installation",)
"""Tables of a row or two."""


async def asked(database: Database, world: World) -> list[tuple[str, Any]]:
    """Every statement the duties send when there is nothing to do, with what it was given."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    engines = [database.looker.sync_engine, database.reader.sync_engine, database.writer.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    for duty in duties_of(database, world.app.state.settings, world.app.state.roadshow.commands, lambda *_, **__: None):
        if duty.name in OFTEN:
            await duty.act(datetime.now(UTC))
    await record(database)
    return [each for each in statements if each[0].lstrip().startswith("SELECT")]


async def test_no_duty_reads_a_whole_table(small_world: World, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    statements, scanned = await asked(database, small_world), []
    async with database.read() as session:
        connection = await session.connection()
        for statement, parameters in statements:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scanned += [row[-1] for row in plan if _is_whole(row[-1])]
    await database.close()

    assert len(statements) >= len(OFTEN)
    assert scanned == []


def _is_whole(step: str) -> bool:
    """Whether a step of a plan reads all of one of our tables; an index of what waits to be numbered is read whole."""
    found = re.match(r"SCAN (\w+)", step)
    return found is not None and "_unnumbered" not in step and found[1] in metadata.tables and found[1] not in SMALL


async def test_duties_share_one_connection(database: Database) -> None:
    held, most = 0, 0

    async def look() -> None:
        nonlocal held, most
        async with database.look() as session:
            await session.execute(text("SELECT 1"))
            held += 1
            most = max(most, held)
            await asyncio.sleep(0.01)
            held -= 1

    await asyncio.gather(*(look() for _ in range(8)))

    assert most == 1
