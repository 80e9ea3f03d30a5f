"""Reads of the stage: the running order, the clock, what is shown, who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.directory.models import Project
from events.live.models import Room
from events.live.stage import rules
from events.live.stage.models import Deck, Layout, Message, Run, Stage
from events.live.stage.rules import CarryMode, Leg
from events.live.stage.schemas import (
    DeckOnStage,
    DeckView,
    MessageView,
    PlaceView,
    RunView,
    StageView,
    Standing,
    TimerView,
)
from events.programme.models import Booking, BookingState, Roadshow, Slot


@dataclass(frozen=True, slots=True)
class Pitch:
    """A slot that somebody pitches in, or that already ran."""

    slot: Slot
    run: Run | None
    booking: Booking | None
    project_name: str | None

    @property
    def leg(self) -> Leg:
        slot, run = self.slot, self.run
        if run is None:
            return Leg(slot.id, slot.starts_at, slot.ends_at)
        has_begun = run.started_at is not None
        return Leg(
            slot.id,
            run.planned_start_at if has_begun else slot.starts_at,
            run.planned_end_at if has_begun else slot.ends_at,
            run.carried_start_at, run.started_at, run.ended_at, run.paused_at, run.paused_seconds, run.extra_seconds,
        )  # fmt: skip


async def running_order(session: AsyncSession, roadshow_id: str) -> list[Pitch]:
    """The slots that are booked or began, in order; free ones are breaks. One query."""
    query = (
        select(Slot, Run, Booking, Project.name)
        .outerjoin(Run, Run.slot_id == Slot.id)
        .outerjoin(Booking, (Booking.slot_id == Slot.id) & (Booking.state == BookingState.CONFIRMED))
        .outerjoin(Project, Project.id == Booking.project_id)
        .where(Slot.roadshow_id == roadshow_id)
        .order_by(Slot.starts_at, Slot.id)
    )
    pitches = [Pitch(*row) for row in await session.execute(query)]
    return [pitch for pitch in pitches if pitch.booking is not None or (pitch.run and pitch.run.started_at)]


async def booking_of(session: AsyncSession, slot_id: str | None) -> Booking | None:
    """Who pitches in this slot."""
    if slot_id is None:
        return None
    query = select(Booking).where(Booking.slot_id == slot_id, Booking.state == BookingState.CONFIRMED)
    booking: Booking | None = await session.scalar(query.limit(1))
    return booking


async def view_stage(session: AsyncSession, roadshow_id: str) -> StageView:
    """The clock and the running order as everybody in the room sees them."""
    current = select(Room.current_slot_id).where(Room.roadshow_id == roadshow_id)
    slot_id = await session.scalar(current)
    stage = await session.get(Stage, roadshow_id)
    runs = list(await session.scalars(select(Run).where(Run.roadshow_id == roadshow_id)))
    runs.sort(key=lambda run: (run.planned_start_at, run.slot_id))
    return StageView(
        timer=view_timer(next((run for run in runs if run.slot_id == slot_id), None), slot_id),
        run=[RunView.model_validate(run, from_attributes=True) for run in runs],
        layout=Layout(stage.layout) if stage else Layout.QUESTIONS,
        carried=CarryMode(stage.carried) if stage and stage.carried else None,
    )


def view_timer(run: Run | None, slot_id: str | None) -> TimerView:
    if run is None:
        run = Run(slot_id=slot_id, paused_seconds=0, extra_seconds=0)
        planned = 0
    else:
        planned = round((run.planned_end_at - run.planned_start_at).total_seconds())
    state = rules.clock_state(
        started=run.started_at is not None, paused=run.paused_at is not None, ended=run.ended_at is not None
    )
    return TimerView(
        state=state, slot_id=slot_id, planned_seconds=planned, extra_seconds=run.extra_seconds,
        started_at=run.started_at, paused_at=run.paused_at, paused_seconds=run.paused_seconds, ended_at=run.ended_at,
    )  # fmt: skip


async def deck_on_stage(session: AsyncSession, roadshow_id: str) -> DeckOnStage | None:
    """The slides everybody sees, if any."""
    query = (
        select(Deck, Booking.slot_id)
        .join(Stage, Stage.deck_id == Deck.id)
        .join(Booking, Booking.id == Deck.booking_id)
        .where(Stage.roadshow_id == roadshow_id, Booking.roadshow_id == roadshow_id)
        .where(Booking.state == BookingState.CONFIRMED)
    )
    row = (await session.execute(query)).first()
    return None if row is None else DeckOnStage(id=row[0].id, slot_id=row[1], pages=row[0].pages, page=row[0].page)


def view_deck(deck: Deck, booking: Booking, *, is_on_stage: bool) -> DeckView:
    return DeckView(
        id=deck.id, slot_id=booking.slot_id or deck.slot_id, pages=deck.pages, page=deck.page,
        roadshow_id=booking.roadshow_id, filename=deck.filename, size=deck.size, created_at=deck.created_at,
        is_on_stage=is_on_stage,
    )  # fmt: skip


async def messages(session: AsyncSession, roadshow_id: str) -> list[MessageView]:
    """Everything said to the speakers, in the order of saying."""
    query = select(Message).where(Message.roadshow_id == roadshow_id).order_by(Message.id)
    return [view_message(message) for message in await session.scalars(query)]


def view_message(message: Message) -> MessageView:
    return MessageView.model_validate(message, from_attributes=True)


async def mine(session: AsyncSession, actor: Actor, roadshow: Roadshow) -> PlaceView:
    """What the actor is in this room and may do there."""
    slot_ids = await _own_slots(session, actor, roadshow.id)
    may = [each for each in _TOLD if actor.may_in_room(roadshow.id, roadshow.organizer_id, each)]
    return PlaceView(standing=_standing(actor, roadshow, slot_ids), may=may, slot_ids=slot_ids)


_TOLD = (Permission.LIVE_HOST, Permission.LIVE_MODERATE, Permission.EXPORTS_READ)


def _standing(actor: Actor, roadshow: Roadshow, slot_ids: Sequence[str]) -> Standing:
    if actor.may(roadshow.organizer_id, Permission.ORGANIZER_READ):
        return Standing.STAFF
    if roadshow.id in actor.room_roles:
        return Standing(actor.room_roles[roadshow.id].value)
    return Standing.SPEAKER if slot_ids else Standing.AUDIENCE


async def _own_slots(session: AsyncSession, actor: Actor, roadshow_id: str) -> list[str]:
    if not actor.company_roles:
        return []
    query = select(Booking.slot_id).where(
        Booking.roadshow_id == roadshow_id,
        Booking.state == BookingState.CONFIRMED,
        Booking.company_id.in_(actor.company_roles),
    )
    return sorted(slot_id for slot_id in await session.scalars(query) if slot_id is not None)
