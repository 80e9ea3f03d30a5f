"""A roadshow with few seats and a crowd that wants them, straight through the one door for writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import User
from events.actor import Actor, Role
from events.base import new_id
from events.directory.models import Organizer
from events.outbox import OutboxRow
from events.programme.models import Roadshow, RoadshowState, Series
from events.registrations import service
from events.registrations.models import Registration, RegistrationState
from events.registrations.schemas import RegistrationIn
from events.registrations.waitlist import promote
from server.commands import Command, Commands
from server.database import Database
from server.errors import Answer

NOW = datetime.now(UTC).replace(microsecond=0)
Service = Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]


@dataclass
class Crowd:
    """`people` want `seats`; what they do goes through `commands`, two processes' worth where there are two."""

    database: Database
    roadshow_id: str
    organizer_id: str
    people: list[Actor]
    doors: list[Commands] = field(default_factory=list)
    acts: int = 0

    async def act(self, actor: Actor, work: Service, lane: str | None = None) -> Answer:
        """One command of the actor's, through each door in turn."""
        self.acts += 1
        command = Command(actor, work, digest=b"", status=200, lane=lane)
        return await self.doors[self.acts % len(self.doors)].perform(command)

    async def register(self, actor: Actor) -> Answer:
        return await self.act(
            actor,
            lambda session, who, now: service.register(session, who, self.roadshow_id, RegistrationIn(), now=now),
            lane=f"{self.roadshow_id}/seats",
        )

    async def cancel(self, actor: Actor) -> Answer:
        registration_id = (await self.by_user())[actor.user_id or ""].id
        return await self.act(actor, lambda session, who, now: service.cancel(session, who, registration_id, now=now))

    async def promote(self) -> Answer:
        return await self.act(self.people[0], lambda session, _, now: promote(session, self.roadshow_id, now))

    async def rows(self) -> list[Registration]:
        """Everybody, in the order of the queue and then of registration."""
        query = select(Registration).order_by(Registration.queued_at, Registration.created_at, Registration.id)
        async with self.database.read() as session:
            return list(await session.scalars(query))

    async def by_user(self) -> dict[str, Registration]:
        return {row.user_id: row for row in await self.rows()}

    async def count(self, state: RegistrationState) -> int:
        return sum(row.state == state for row in await self.rows())

    async def seats_taken(self) -> int:
        async with self.database.read() as session:
            return int(await session.scalar(select(Roadshow.seats_taken)) or 0)

    async def letters(self, template: str) -> list[str]:
        """Whose registration each letter of this kind is about, in the order written."""
        query = select(OutboxRow).where(OutboxRow.template == template).order_by(OutboxRow.created_at, OutboxRow.id)
        async with self.database.read() as session:
            return [row.data["registration_id"] for row in await session.scalars(query)]


async def gather_crowd(database: Database, *, people: int, seats: int) -> Crowd:
    """A published roadshow tomorrow, and people with accounts."""
    organizer = Organizer(id=new_id(), slug="o", name="示例路演中心", created_at=NOW)
    series = Series(id=new_id(), organizer_id=organizer.id, slug="s", name="示例系列", created_at=NOW)
    roadshow = Roadshow(
        id=new_id(), organizer_id=organizer.id, series_id=series.id, title="示例路演", state=RoadshowState.PUBLISHED,
        starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=2), capacity=seats,
        join_code="ABCD1234", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    users = [User(id=new_id(), email=f"p{n}@example.com", name=f"来宾{n}", created_at=NOW) for n in range(people)]
    async with database.write() as session:
        for rows in ([organizer, *users], [series], [roadshow]):
            session.add_all(rows)
            await session.flush()
    doors = [Commands(database, ring=lambda bells: None) for _ in range(1 if database.is_sqlite else 2)]
    actors = [Actor(user_id=user.id, name=user.name) for user in users]
    return Crowd(database, roadshow.id, organizer.id, actors, doors)


def host_of(crowd: Crowd) -> Actor:
    """Somebody of the crowd with a host's badge."""
    return Actor(user_id=crowd.people[-1].user_id, organizer_roles={crowd.organizer_id: Role.HOST})
