"""Seats of a roadshow: one counter row, locked by whoever changes it (P12).

Everything that gives, takes or queues for a seat locks this row first, so that nobody can be put on the
waitlist while a seat becomes free next to him. The counter is changed by plain UPDATE: it is no edit of the
roadshow, and its version stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import NotFound
from events.programme.models import Roadshow

table = cast(Table, Roadshow.__table__)


@dataclass(frozen=True, slots=True)
class Seats:
    """The locked row, and what notices say of the roadshow."""

    roadshow_id: str
    organizer_id: str
    title: str
    state: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    needs_approval: bool
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken)


async def lock(session: AsyncSession, roadshow_id: str) -> Seats:
    """Hold the counter until this transaction ends. Refuses: not_found."""
    query = (
        select(
            Roadshow.id.label("roadshow_id"), Roadshow.organizer_id, Roadshow.title, Roadshow.state,
            Roadshow.starts_at, Roadshow.ends_at, Roadshow.timezone, Roadshow.needs_approval, Roadshow.capacity,
            Roadshow.seats_taken.label("taken"),
        )
        .where(Roadshow.id == roadshow_id)
        .with_for_update(key_share=True)
    )  # fmt: skip
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return Seats(**row._mapping)


async def take(session: AsyncSession, roadshow_id: str, count: int = 1) -> bool:
    """Take `count` seats, or none. Whether they were there."""
    return await _add(session, roadshow_id, count, table.c.seats_taken + count <= table.c.capacity)


async def give_back(session: AsyncSession, roadshow_id: str) -> None:
    """One confirmed person less."""
    await _add(session, roadshow_id, -1, table.c.seats_taken > 0)


async def _add(session: AsyncSession, roadshow_id: str, count: int, condition: ColumnElement[bool]) -> bool:
    change = (
        update(table)
        .where(table.c.id == roadshow_id, condition)
        .values(seats_taken=table.c.seats_taken + count)
        .returning(table.c.id)
    )
    return await session.scalar(change) is not None
