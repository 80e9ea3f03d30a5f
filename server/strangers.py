"""People without a cookie are all one: who lets one of them into a room has let in everyone of the same half second.

Thousands of them come at once, when a room opens and after every restart, and ask the database nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection

from realtime.admission import Admission
from server import auth
from server.settings import Settings

GOOD_SECONDS: Final = 0.5
MAX_ROOMS: Final = 1000


def is_stranger(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether nothing in the request says who asks."""
    headers = connection.headers
    if "authorization" in headers or connection.scope["query_string"]:
        return False
    return "cookie" not in headers or auth.cookie_name(settings) not in connection.cookies


@dataclass(frozen=True, slots=True)
class _Found:
    admission: asyncio.Task[Admission]
    at: float


class Strangers:
    """What a stranger is granted, by room; looked up once for all who ask meanwhile. A refusal is not kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: dict[str, _Found] = {}

    async def admitted(self, room: str, admit: Callable[[], Awaitable[Admission]]) -> Admission:
        """The admission of half a second ago at most, else a new one. Refuses: as `admit` does."""
        found = self._found.get(room)
        if found is None or self._is_stale(found):
            found = self._ask(room, admit)
        task = found.admission
        return task.result() if task.done() else await asyncio.shield(task)

    def _is_stale(self, found: _Found) -> bool:
        task = found.admission
        failed = task.done() and (task.cancelled() or task.exception() is not None)
        return failed or self._clock() - found.at > GOOD_SECONDS

    def _ask(self, room: str, admit: Callable[[], Awaitable[Admission]]) -> _Found:
        if len(self._found) >= MAX_ROOMS:
            self._found.clear()

        async def ask() -> Admission:
            return await admit()

        found = self._found[room] = _Found(asyncio.create_task(ask()), self._clock())
        return found
