"""The engine, its sessions, and every difference between SQLite and PostgreSQL.

SQLite: one writer at a time that begins IMMEDIATE and checkpoints, WAL with `synchronous=FULL` (P1), readers apart
and read-only; whole transactions run in the writer's thread. PostgreSQL: one pool for all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from events import log
from events.base import new_id
from server.away import DatabaseAway, Watch
from server.writer import DRIVER, WriterThread

POSTGRES_POOL = 10
SQLITE_READERS = 4
CHECKPOINT_PAGES = 4000
CACHE_KIB = 8192
AWAY = (DBAPIError, PoolTimeout, ConnectionError, PendingRollbackError)
"""What is raised when the database did not answer, or not any longer; the last, where nobody saw it go."""
LOOKED_AT = 400
"""Rows of each index that SQLite reads to guess how it is filled."""
SMALL_PAGES = 2000
"""A database file of fewer pages is not looked at."""
FILLED = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_tokens%'"
)
T = TypeVar("T")


class Database:
    """Sessions that read and sessions that write, over one URL."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.on_commit: list[Callable[[], None]] = []
        self.watch = Watch()
        if self.is_sqlite:
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite(parsed, size=1, writes=True)
            self.reader = _sqlite(parsed, size=SQLITE_READERS, writes=False)
            self.looker = _sqlite(parsed, size=1, writes=False)
            self._inner = _sqlite(parsed, size=1, writes=True, driver=DRIVER)
            self._thread = WriterThread(self._inner.dispose)
        else:
            target = parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
            self.writer = self.reader = _postgres(target, self.watch, size=POSTGRES_POOL)
            self.looker = _postgres(target, self.watch, size=1)

    async def transact(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One transaction around `work`, which must do nothing but use its session: on SQLite it runs in a thread.

        A caller that is cancelled does not know whether it was committed.
        """
        if self.is_sqlite:
            result = await self._thread.run(lambda: _whole(self._inner, work))
        else:
            async with self._there():
                result = await _whole(self.writer, work)
        self._committed()
        return result

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction in the event loop; commits on a clean exit, rolls back otherwise. For what is not hot."""
        session = AsyncSession(self.writer, expire_on_commit=False)
        async with self._there(), self._turn(), session, session.begin():
            yield session
        self._committed()

    @asynccontextmanager
    async def _there(self) -> AsyncIterator[None]:
        """Nothing is begun on a database that is away; an answer that did not come is told as one of it."""
        self.watch.refuse_if_away()
        try:
            yield
        except TimeoutError as error:
            raise DatabaseAway("the database did not answer in time") from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        async with self._thread.lent():
            yield

    def _committed(self) -> None:
        for tell in self.on_commit:
            tell()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent view for reading; nothing it does is kept."""
        async with self._view(self.reader) as session:
            yield session

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncSession]:
        """The same for standing duties, which look often: all share one connection nobody else waits for."""
        async with self._view(self.looker) as session:
            yield session

    @asynccontextmanager
    async def _view(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with self._there(), AsyncSession(engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                await session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    async def take_turn(self, session: AsyncSession, lane: str) -> None:
        """Be the only process that writes on this lane until commit; SQLite has one writer anyway."""
        if not self.is_sqlite:
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lane, 0))))

    async def learn(self, tables: Sequence[str] = ()) -> int:
        """Let the database count how its tables are filled, so that it picks the right index; how many tables.

        Without names SQLite looks at all; PostgreSQL does that by itself, though minutes late: whoever has changed
        thousands of rows names the tables. A transaction for each, and on SQLite few rows of each looked at: writers
        get their turn in between. A small SQLite library is quick whichever index is read.
        """
        if self.is_sqlite:
            async with self.read() as session:
                if (await session.scalar(text("PRAGMA page_count")) or 0) < SMALL_PAGES:
                    return 0
                tables = tables or list(await session.scalars(text(FILLED)))
        for name in tables:
            async with self.write() as session:
                if self.is_sqlite:
                    await session.execute(text(f"PRAGMA analysis_limit={LOOKED_AT}"))
                await session.execute(text(f'ANALYZE "{name}"'))
        return len(tables)

    async def ready(self) -> None:
        """Raises whatever the driver raises when the database does not answer."""
        async with self._there(), self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        if self.is_sqlite:
            await self._thread.close()
        await self.watch.close()
        await self.writer.dispose()
        await self.looker.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database for as long as the block lasts."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def is_bad_data(error: Exception) -> bool:
    """Whether PostgreSQL refused a value (SQLSTATE class 22: too large, not of its kind)."""
    return isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", None) or "").startswith("22")


async def found_installation(session: AsyncSession) -> None:
    """Give a new database its epoch; an existing one keeps its own."""
    if await session.get(log.Installation, 1) is None:
        session.add(log.Installation(id=1, epoch=new_id()))


async def _whole(engine: AsyncEngine, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        return await work(session)


def _sqlite(url: URL, *, size: int, writes: bool, driver: str = "sqlite+aiosqlite") -> AsyncEngine:
    target = url.set(drivername=driver).render_as_string(hide_password=False)
    engine = create_async_engine(
        target, poolclass=AsyncAdaptedQueuePool, pool_size=size, max_overflow=0, pool_timeout=30
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES if writes else 0}")
        cursor.execute(f"PRAGMA cache_size={-CACHE_KIB if driver == DRIVER else -2000}")
        cursor.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: str, watch: Watch, *, size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={
            "async_creator_fn": watch.connect,
            "timeout": 4,
            "command_timeout": 30,
            "server_settings": {
                "synchronous_commit": "on",
                "statement_timeout": "30000",
                "idle_in_transaction_session_timeout": "30000",
                "lock_timeout": "10000",
                "tcp_keepalives_idle": "4",
                "tcp_keepalives_interval": "2",
                "tcp_keepalives_count": "3",
                "timezone": "UTC",
            },
        },
    )
    watch.over(engine)
    return engine
