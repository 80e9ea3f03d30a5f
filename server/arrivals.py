"""People who come at once are looked up at once: those of one loop turn share a session and each of its queries.

Each is still judged alone, by what the database says in that moment; nothing is remembered for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import NOBODY, Actor
from events.errors import Refusal
from events.live.queries import Registered
from events.registrations.queries import registered_among
from realtime.admission import Admission
from server import auth
from server.database import Database

AT_ONCE: Final = 200

Judge = Callable[[AsyncSession, Actor, Registered], Awaitable[Admission]]
"""What this actor is granted, by what `registered` knows. Refuses."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    secret: str
    judge: Judge
    answer: asyncio.Future[Admission]


class Arrivals:
    """Who has come with a login's cookie and waits to be let in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Arrival] = []
        self._task: asyncio.Task[None] | None = None

    async def admitted(self, secret: str, judge: Judge) -> Admission:
        """What `judge` grants whoever the cookie's secret belongs to. Refuses: as `judge` does."""
        arrival = _Arrival(secret, judge, asyncio.get_running_loop().create_future())
        self._waiting.append(arrival)
        if self._task is None:
            self._task = asyncio.create_task(self._let_in())
        return await arrival.answer

    async def _let_in(self) -> None:
        try:
            while self._waiting:
                arrived, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                await self._judge(arrived)
        finally:
            self._task = None

    async def _judge(self, arrived: list[_Arrival]) -> None:
        try:
            async with self._database.read() as session:
                logins = await auth.logins(session, {arrival.secret for arrival in arrived})
                actors = await auth.user_actors(session, logins.values())
                registered = _among({found.user.id for found in logins.values()})
                for arrival in arrived:
                    found = logins.get(arrival.secret)
                    actor = NOBODY if found is None else actors[found.login.id]
                    await self._one(session, arrival, actor, registered)
        except Exception as error:
            for arrival in arrived:
                _fail(arrival, error)

    async def _one(self, session: AsyncSession, arrival: _Arrival, actor: Actor, registered: Registered) -> None:
        if arrival.answer.done():
            return
        try:
            admission = await arrival.judge(session, actor, registered)
        except Refusal as refusal:
            return _fail(arrival, refusal)
        if not arrival.answer.done():
            arrival.answer.set_result(admission)


def _among(user_ids: Collection[str]) -> Registered:
    """Who of these people has a seat; each room is asked about once."""
    seated: dict[str, set[str]] = {}

    async def registered(session: AsyncSession, user_id: str | None, roadshow_id: str) -> bool:
        if roadshow_id not in seated:
            seated[roadshow_id] = await registered_among(session, list(user_ids), roadshow_id)
        return user_id in seated[roadshow_id]

    return registered


def _fail(arrival: _Arrival, error: Exception) -> None:
    if not arrival.answer.done():
        arrival.answer.set_exception(error)
