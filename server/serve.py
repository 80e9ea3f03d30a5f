"""Serve with one process or several, and leave politely: unready, then drain, then stop (P8)."""

from __future__ import annotations

import asyncio
import logging
import signal
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from uvicorn.supervisors import multiprocess

from realtime.fastpath import FastPath
from realtime.registry import DRAIN_SECONDS
from server.alone import CannotServe, alone_on
from server.connections import Connection
from server.database import opened
from server.schema import check_schema
from server.settings import Settings

LAST_WORDS_SECONDS = 0.5
GRACE_SECONDS = 5
HEALTHCHECK_SECONDS = 30
MAX_FRAME_BYTES = 65536


def serve(settings: Settings, workers: int = 1) -> None:
    """Serve until told to stop. Raises `CannotServe` when processes would not share what they must."""
    check_workers(settings, workers)
    with alone_on(settings):
        asyncio.run(check_database(settings))
        if workers == 1:
            from server.app import create_app

            server = LeavingServer(config_of(create_app(settings), settings))
            server.run()
            if not server.started:
                raise SystemExit(1)
        else:
            supervise(config_of("server.serve:app_from_environment", settings, factory=True, workers=workers))


def check_workers(settings: Settings, workers: int) -> None:
    """Several processes need a database that takes several, and a bell between them."""
    if workers < 1:
        raise CannotServe("--workers must be at least 1. 进程数至少为 1。")
    if workers == 1:
        return
    if settings.is_sqlite:
        raise CannotServe(
            "SQLite belongs to one process. For --workers set ROADSHOW_DATABASE_URL to PostgreSQL. "
            "SQLite 只能由一个进程使用，多进程请改用 PostgreSQL。"
        )
    if not settings.redis_url:
        raise CannotServe(
            "Several processes share rooms over Redis. Set ROADSHOW_REDIS_URL. 多进程共享直播间需要 Redis。"
        )


async def check_database(settings: Settings) -> None:
    """A database of another schema is not served. One that is away may come back: `/readyz` says which it is.

    Refuses: schema_missing, schema_old, schema_too_new.
    """
    async with opened(settings.database_url) as database:
        try:
            await check_schema(database)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            if settings.is_sqlite:
                raise
            logging.getLogger("server").warning("The database does not answer yet: %s", type(error).__name__)


def config_of(app: Any, settings: Settings, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, http=Connection, ws=FastPath,
        ws_per_message_deflate=False, ws_max_size=MAX_FRAME_BYTES, timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False, proxy_headers=False, timeout_worker_healthcheck=HEALTHCHECK_SECONDS, **options,
    )  # fmt: skip


def app_from_environment() -> FastAPI:
    """The application of one worker."""
    from server.app import create_app

    return create_app(Settings())


class LeavingServer(uvicorn.Server):
    """On SIGTERM it shows its sockets out over 10 s before uvicorn would cut them all at once."""

    _leaving: asyncio.Task[None] | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[Any] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins to leave; Ctrl-C does not spread it out; a second one stops at once."""
        if self._loop is None or not self.started or self._leaving is not None:
            self.should_exit = True
            self.force_exit = self._leaving is not None
            return
        self._loop.call_soon_threadsafe(self._leave, 0.0 if sig == signal.SIGINT else DRAIN_SECONDS)

    def _leave(self, seconds: float) -> None:
        self._leaving = self._leaving or asyncio.get_running_loop().create_task(self._drain(seconds))

    async def _drain(self, seconds: float) -> None:
        try:
            state = self.config.loaded_app.state
            state.roadshow.draining = True
            self._turn_away()
            await state.live.drain(seconds)
            await asyncio.sleep(LAST_WORDS_SECONDS if seconds else 0)
        finally:
            self.should_exit = True

    def _turn_away(self) -> None:
        """Answer what comes, but let nobody keep the connection; with other workers, take no new ones."""
        self.config.encoded_headers.append((b"connection", b"close"))
        if self.config.workers > 1:
            for listener in self.servers:
                listener.close()


def _is_news(record: logging.LogRecord) -> bool:
    """uvicorn reports every refused handshake as an error of ours; it is an answer."""
    return record.msg != "ASGI callable returned without completing handshake."


class Worker(multiprocess.Process):
    """A worker process that leaves as a single server does."""

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = LeavingServer(self.config)
        return self._server

    def always_pong(self) -> None:
        """Answer the supervisor until it hangs up."""
        try:
            super().always_pong()
        except (EOFError, OSError):
            return


def supervise(config: uvicorn.Config) -> None:
    """Keep `config.workers` processes alive; SIGHUP replaces them one by one, SIGTERM lets all of them leave."""
    multiprocess.Process = Worker  # type: ignore[misc]  # uvicorn has no other seam for its worker class
    sock = config.bind_socket()
    try:
        multiprocess.Multiprocess(config, sockets=[sock]).run()
    finally:
        sock.close()
