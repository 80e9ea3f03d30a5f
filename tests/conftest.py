"""The ground of every test: real databases, real Redis, the real application."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from server.database import Database
from server.migrate import upgrade
from server.settings import Settings
from tests.services import postgres_server, redis_server
from tests.world import World

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("searching", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("repeatable")

LONG = ("security/test_schema.py", "e2e/", "faults/", "contract/", "server/test_nodes.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long go first, so that two workers end together."""
    items.sort(key=lambda item: not any(part in item.path.as_posix() for part in LONG))


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A short path (unix sockets have little room) that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="rs-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(scratch: Path) -> Iterator[str]:
    """The administrative database of a real PostgreSQL."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    (scratch / "pg").mkdir()
    with postgres_server(scratch / "pg") as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(scratch: Path) -> Iterator[str]:
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    with redis_server(scratch) as (url, _process):
        yield url


@pytest.fixture(scope="session")
def sqlite_template(scratch: Path) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = scratch / "template.sqlite3"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = f"template_{uuid4().hex[:8]}"
    asyncio.run(_administer(postgres_url, f'CREATE DATABASE "{name}"'))
    asyncio.run(_migrate(_named(postgres_url, name)))
    yield name
    asyncio.run(_administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def fresh_postgres_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database, for tests that need this kind."""
    name = f"test_{uuid4().hex[:12]}"
    copy = f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}" STRATEGY FILE_COPY'
    asyncio.run(_administer(postgres_url, copy))
    yield _named(postgres_url, name)
    asyncio.run(_administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite_url", "fresh_postgres_url"], ids=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database, once on each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database, for tests where the kind does not matter."""
    shutil.copy(sqlite_template, tmp_path / "test.sqlite3")
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(database_url=database_url, files_dir=tmp_path / "files", rate_limits=False)


@pytest.fixture
def letters_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker beside the application takes no letter away, however long a test takes to look at it."""

    async def leave(*_: object) -> int:
        return 0

    monkeypatch.setattr("server.worker.deliver", leave)


@pytest.fixture
async def world(settings: Settings, letters_stay: None) -> AsyncIterator[World]:
    """The whole application on a fresh database, once on each kind, driven over HTTP."""
    async with World.open(settings) as world:
        yield world


@pytest.fixture
async def small_world(sqlite_url: str, tmp_path: Path, letters_stay: None) -> AsyncIterator[World]:
    """The whole application on SQLite only, for tests where the database does not matter."""
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path / "files", rate_limits=False)
    async with World.open(settings) as world:
        yield world


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _administer(url: str, statement: str) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
