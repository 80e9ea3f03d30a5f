"""How many queries a piece of work sends: a list's cost must not grow with its length."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
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


_SENT: ContextVar[list[str] | None] = ContextVar("_SENT", default=None)


@contextmanager
def sent_by_this_task() -> Iterator[list[str]]:
    """Every statement this task sends meanwhile, on whichever engine; what others send beside it is not counted."""
    sent: list[str] = []
    token = _SENT.set(sent)
    try:
        yield sent
    finally:
        _SENT.reset(token)


@event.listens_for(Engine, "before_cursor_execute")
def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    sent = _SENT.get()
    if sent is not None and not statement.startswith("BEGIN"):
        sent.append(statement)
