"""The server as it is, whose workers a test can stop in their tracks by a signal; only tests start it this way.

SIGUSR1: the event loop stands still for 3 s. SIGUSR2: the whole interpreter does, 8 s, with its lock held.
Every answer names the worker it comes from.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from server import serve
from server.settings import Settings

LOOP_SECONDS, LOCK_SECONDS = 3, 8
WORKER = "worker"


def app() -> FastAPI:
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(LOOP_SECONDS))
    signal.signal(signal.SIGUSR2, lambda *_: ctypes.PyDLL(None).usleep(LOCK_SECONDS * 1_000_000))
    application = serve.app_from_environment()

    @application.middleware("http")
    async def says_who_answers(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers[WORKER] = str(os.getpid())
        return response

    return application


if __name__ == "__main__":
    settings = Settings()
    serve.supervise(serve.config_of("tests.faults.stallable:app", settings, factory=True, workers=2))
