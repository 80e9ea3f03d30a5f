"""SQLite's writer: one thread that runs whole transactions, so that one costs two hops and no fsync stops the loop.

Inside the thread the driver is called directly: SQLAlchemy's awaits complete at once. Whoever needs a transaction
that stays in the event loop borrows the thread's turn.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

T = TypeVar("T")
DRIVER = "sqlite+inthread"


class _Now:
    """An await that is over before it begins."""

    def __await__(self) -> Generator[Any, Any, None]:
        yield from ()


_NOW = _Now()


class _Cursor(sqlite3.Cursor):
    def execute(self, statement: str, parameters: Any = (), /) -> Self:
        await_only(_NOW)
        return super().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Any, /) -> Self:
        await_only(_NOW)
        return super().executemany(statement, parameters)

    async def _async_soft_close(self) -> None:
        """What SQLAlchemy asks of cursors whose close has to be awaited; this one closes itself."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class InThread(SQLiteDialect_pysqlite):
    """The standard driver, for the async engine of a thread that may block."""

    driver = "inthread"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: Any) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: Any) -> Any:
        arguments, options = super().create_connect_args(url)
        return arguments, {**options, "factory": _Connection, "cached_statements": 512, "check_same_thread": False}


registry.register("sqlite.inthread", __name__, "InThread")

Job = Callable[[asyncio.Runner], None]


class WriterThread:
    """Does one thing after another. It begins with the first thing to do and ends with `close`."""

    def __init__(self, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._farewell = farewell
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns or raises. Nothing stops it halfway: who ceases to wait does not know how it ended."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[T] = loop.create_future()

        def job(runner: asyncio.Runner) -> None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = runner.run(work())
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, ended, result, error)

        self._put(job)
        return await ended

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """The thread's turn, for a transaction elsewhere: it does nothing meanwhile."""
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[None] = loop.create_future()
        over = threading.Event()

        def job(_runner: asyncio.Runner) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, begun, None, None)
                over.wait()

        self._put(job)
        try:
            await begun
            yield
        finally:
            over.set()

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    def _put(self, job: Job) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            while (job := self._jobs.get()) is not None:
                job(runner)
            runner.run(self._farewell())


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
