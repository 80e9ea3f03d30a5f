"""How many queries a piece of work sends: a list's cost must not grow with its length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession


@asynccontextmanager
async def counted(session: AsyncSession) -> AsyncIterator[list[str]]:
    """The statements this session sends meanwhile, in order."""
    sent: list[str] = []
    own = (await session.connection()).sync_connection
    engine = session.get_bind()

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection is own and not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
