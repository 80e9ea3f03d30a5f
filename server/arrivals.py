"""People who come at once are looked up at once: those of one loop turn share a reading session and one login query.

Each is still judged alone, by what the database says in that moment; nothing is remembered for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import NOBODY, Actor
from events.errors import Refusal
from realtime.admission import Admission
from server import auth
from server.database import Database

AT_ONCE: Final = 200

Judge = Callable[[AsyncSession, Actor], Awaitable[Admission]]
"""What this actor is granted. Refuses."""


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
                for arrival in arrived:
                    await self._one(session, arrival, logins.get(arrival.secret))
        except Exception as error:
            for arrival in arrived:
                _fail(arrival, error)

    async def _one(self, session: AsyncSession, arrival: _Arrival, login: auth.Found | None) -> None:
        if arrival.answer.done():
            return
        try:
            actor = NOBODY if login is None else await auth.user_actor(session, login.user, login.login.id)
            admission = await arrival.judge(session, actor)
        except Refusal as refusal:
            return _fail(arrival, refusal)
        if not arrival.answer.done():
            arrival.answer.set_result(admission)


def _fail(arrival: _Arrival, error: Exception) -> None:
    if not arrival.answer.done():
        arrival.answer.set_exception(error)
