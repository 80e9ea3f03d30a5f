"""What others learn when the programme changes: the change feed, the room's agenda, letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import changes, log
from events.changes import ChangeKind
from events.programme import booked
from events.programme.booked import BookedRow, booked_row
from events.programme.cards import CardRow, card_row, cards, to_change
from events.programme.models import Booking, BookingState, Roadshow
from events.programme.queries import agenda
from events.programme.revisions import revise_pitches

PART = 100

Follower = Callable[[AsyncSession, str, datetime], Awaitable[None]]
followers: list[Follower] = []
"""What else changes in a room whose agenda changed: called with its roadshow's id, before the agenda is told."""


async def announce_roadshow(session: AsyncSession, roadshow_id: str, now: datetime) -> CardRow:
    """Put the roadshow as it stands now into its organizer's change feed. Returns its card row."""
    row = await card_row(session, roadshow_id)
    data = to_change(row).model_dump(mode="json")
    changes.publish(session, [row.Roadshow.organizer_id], ChangeKind.ROADSHOW, roadshow_id, data, now)
    return row


async def announce_roadshows(session: AsyncSession, roadshow_ids: Sequence[str], now: datetime) -> None:
    """The same for many whose venue or series reads otherwise now, in one query for each hundred."""
    await session.flush()
    for first in range(0, len(roadshow_ids), PART):
        part = Roadshow.id.in_(roadshow_ids[first : first + PART])
        query = cards().where(part).order_by(Roadshow.id).execution_options(populate_existing=True)
        for row in await session.execute(query):
            data = to_change(row).model_dump(mode="json")
            changes.publish(session, [row.Roadshow.organizer_id], ChangeKind.ROADSHOW, row.Roadshow.id, data, now)


async def announce_standing(session: AsyncSession, roadshow_ids: Iterable[str], now: datetime) -> None:
    """Other slots of these roadshows are free now: tell their rooms and partners."""
    ids = sorted(set(roadshow_ids))
    await announce_agenda(session, ids, now)
    for roadshow_id in ids:
        await announce_roadshow(session, roadshow_id, now)


async def announce_booking(session: AsyncSession, booking_id: str, now: datetime) -> BookedRow:
    """Put the booking as it stands now into its organizer's change feed. Returns its row."""
    row = await booked_row(session, booking_id)
    data = booked.to_change(row).model_dump(mode="json")
    changes.publish(session, [row.Roadshow.organizer_id], ChangeKind.BOOKING, booking_id, data, now)
    return row


async def announce_agenda(session: AsyncSession, roadshow_ids: Iterable[str], now: datetime) -> None:
    """Append the agenda as it stands now to each room's public stream.

    The stream's row is locked before the agenda is read, so that of two concurrent changes the later entry
    carries both.
    """
    await session.flush()
    for roadshow_id in sorted(set(roadshow_ids)):
        for follow in followers:
            await follow(session, roadshow_id, now)
        stream = log.public_stream(roadshow_id)
        await session.execute(select(log.Stream.seq).where(log.Stream.id == stream).with_for_update())
        slots = [slot.model_dump(mode="json") for slot in await agenda(session, roadshow_id)]
        await log.append(session, stream, "agenda.changed", {"agenda": slots}, now)


async def announce_card(session: AsyncSession, project_id: str, now: datetime) -> None:
    """Show a changed project card on every agenda it stands on, and in its people's calendars."""
    await revise_pitches(session, project_id, now)
    booked_in = select(Booking.roadshow_id).where(
        Booking.project_id == project_id, Booking.state == BookingState.CONFIRMED
    )
    await announce_agenda(session, await session.scalars(booked_in), now)
