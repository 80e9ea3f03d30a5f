"""What strangers ask for at the same time is worked out once: a public page in demand costs what one reader costs.

Nobody gets an answer that was begun before they asked, so what was written before is always in it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ID: Final = "[0-9A-Z]{26}"
SHARED: Final = re.compile(
    rf"/api/v1/(calendar|organizers(/{ID}(/series)?)?|series/{ID}|roadshows/{ID}(/slots|/questions)?|projects(/{ID})?)"
)
"""Public pages that are the same for every stranger."""
OWN: Final = frozenset({b"cookie", b"authorization", b"range", b"if-none-match", b"if-match", b"if-modified-since"})
"""Headers that ask for something of one's own."""
T = TypeVar("T")


@dataclass(slots=True)
class _Place:
    """Those who ask for one thing: who works, and who waits for what is not yet begun."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: asyncio.Future[Any] | None = None
    inside: int = 0


class Rounds:
    """Work by key, in rounds: one at a time, and everybody who came before it began gets what it found."""

    def __init__(self) -> None:
        self._places: dict[Any, _Place] = {}

    async def get(self, key: Any, work: Callable[[], Awaitable[T]]) -> T:
        """What `work`, begun after this call, returned to whoever was first; where that failed, one's own."""
        place = self._places.setdefault(key, _Place())
        place.inside += 1
        try:
            if place.next is None:
                return await self._lead(place, work)
            done, answer = await asyncio.shield(place.next)
            return answer if done else await work()
        finally:
            place.inside -= 1
            if not place.inside:
                self._places.pop(key, None)

    async def _lead(self, place: _Place, work: Callable[[], Awaitable[T]]) -> T:
        told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        place.next = told
        answer: tuple[bool, Any] = (False, None)
        try:
            async with place.lock:
                place.next = None
                found = await work()
                answer = (True, found)
                return found
        finally:
            if place.next is told:
                place.next = None
            told.set_result(answer)


class Together:
    """Shares one answer among strangers who ask for the same public page at the same time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._rounds = Rounds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_shared(scope):
            return await self.app(scope, receive, send)

        async def work() -> tuple[list[Message], Any]:
            said: list[Message] = []

            async def note(message: Message) -> None:
                said.append(message)

            await self.app(scope, receive, note)
            return said, scope.get("route")

        said, scope["route"] = await self._rounds.get((scope["path"], scope["query_string"]), work)
        for message in said:
            await send(_own(message))


def _is_shared(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and SHARED.fullmatch(scope["path"]) is not None
        and not any(name in OWN for name, _ in scope["headers"])
    )


def _own(message: Message) -> Message:
    """A copy, since layers further out add to the headers of the message they get."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else dict(message)
