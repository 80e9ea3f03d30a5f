"""What operators see of a running server: logs and health."""

from __future__ import annotations

import json
import logging
import secrets
import sys

import structlog
from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from events.errors import Refusal
from server.api.door import state_of
from server.errors import RouteNotFound
from server.schema import check_schema
from server.settings import LOOPBACK, Settings

FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def set_up_logging(settings: Settings) -> None:
    """Structured lines on standard error: readable ones by default, JSON for collectors."""
    json_lines = settings.log_format == "json"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def mount_health(app: FastAPI) -> None:
    """`/healthz`: the process runs. `/readyz`: it can serve. `/metrics`: Prometheus text."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        state = state_of(request)
        if state.draining:
            return Response('{"status":"draining"}', 503, media_type="application/json")
        try:
            await check_schema(state.database)
        except Refusal as refusal:
            words = {"status": refusal.code, "message": refusal.message, "fix": refusal.fix}
            return Response(json.dumps(words, ensure_ascii=False), 503, media_type="application/json")
        except (SQLAlchemyError, OSError, TimeoutError):
            return Response('{"status":"database unavailable"}', 503, media_type="application/json")
        return Response('{"status":"ready"}', media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not may_read_metrics(request, state_of(request).settings):
            raise RouteNotFound
        return Response(state_of(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: Request, settings: Settings) -> bool:
    """Whoever shows the token; without one, what runs on this machine and asks directly, through no proxy."""
    if settings.metrics_token:
        sent = request.headers.get("authorization", "").encode()
        return secrets.compare_digest(sent, f"Bearer {settings.metrics_token}".encode())
    peer = request.client.host if request.client else ""
    return peer in LOOPBACK and not any(name in request.headers for name in FORWARDED)
