"""The running order as the host drives it: on stage, start, pause, extend, next, back; each has its way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import SYSTEM, Actor
from events.live import rooms
from events.live import rules as room_rules
from events.live.models import Room
from events.live.schemas import Nothing, RoomView, StageIn
from events.live.stage import rules
from events.live.stage.models import Deck, Run, Stage
from events.live.stage.queries import booking_of, deck_on_stage, running_order, view_stage
from events.live.stage.schemas import ExtendIn, LayoutIn, NextIn, StageRef, StageView
from events.programme import announcements
from events.programme.models import Roadshow, Slot

REOPENS_WITHIN = timedelta(minutes=2)
"""A slot that comes back this soon was left by mistake: its clock goes on as if it had not been."""


@dataclass(frozen=True, slots=True)
class Hall:
    """A room under the host's hand, to the end of the transaction."""

    session: AsyncSession
    actor: Actor
    room: Room
    roadshow: Roadshow
    now: datetime

    def record(self, action: str, **detail: str | int | None) -> None:
        subject = ("roadshow", self.roadshow.id)
        audit.record(
            self.session, self.actor, action, subject, now=self.now, organizer_id=self.roadshow.organizer_id, **detail
        )

    async def current(self) -> Run:
        """How the slot on stage runs. Refuses: nothing_on_stage."""
        if self.room.current_slot_id is None:
            raise rules.NothingOnStage
        return await run_of(self.session, self.roadshow.id, self.room.current_slot_id)

    async def ticking(self) -> Run:
        """`current`, once its clock has begun. Refuses: nothing_on_stage, clock_not_running."""
        run = await self.current()
        if run.started_at is None or run.ended_at is not None:
            raise rules.ClockNotRunning
        return run

    async def tell(self) -> StageView:
        """Everybody sees the clock and the running order as they stand."""
        await self.session.flush()
        view = await view_stage(self.session, self.roadshow.id)
        data = {"stage": view.model_dump(mode="json")}
        await log.append(self.session, log.public_stream(self.roadshow.id), "stage.changed", data, self.now)
        return view


async def driven(session: AsyncSession, actor: Actor, roadshow_id: str, now: datetime) -> Hall:
    """The room for its host, not over yet. Refuses: not_found, forbidden, sign_in_required, room_over."""
    room, roadshow = await rooms.hosted(session, actor, roadshow_id)
    room_rules.require_not_over(room.state)
    return Hall(session, actor, room, roadshow, now)


async def run_of(session: AsyncSession, roadshow_id: str, slot_id: str) -> Run:
    """How a slot runs; before it began, by its plan. Refuses: slot_not_here."""
    run = await session.get(Run, slot_id)
    slot = await session.get(Slot, slot_id)
    if slot is None or slot.roadshow_id != roadshow_id:
        raise room_rules.SlotNotHere
    if run is None:
        run = Run(slot_id=slot_id, roadshow_id=roadshow_id, paused_seconds=0, extra_seconds=0)
        session.add(run)
    if run.started_at is None:
        run.planned_start_at, run.planned_end_at = slot.starts_at, slot.ends_at
    return run


async def stage_of(session: AsyncSession, roadshow_id: str) -> Stage:
    stage = await session.get(Stage, roadshow_id)
    if stage is None:
        stage = Stage(roadshow_id=roadshow_id, layout="questions")
        session.add(stage)
    return stage


# What the host does.


async def set_stage(session: AsyncSession, actor: Actor, roadshow_id: str, data: StageIn, *, now: datetime) -> RoomView:
    """Say which slot is on stage, or none: its slides, questions and intents come with it, the clock of the one
    before it ends. Refuses: slot_not_here, room_over."""
    hall = await driven(session, actor, roadshow_id, now)
    view = await _put_on(hall, data.slot_id)
    await hall.tell()
    return view


async def _put_on(hall: Hall, slot_id: str | None) -> RoomView:
    room = hall.room
    if slot_id == room.current_slot_id:
        return rooms.view_room(room, hall.roadshow)
    if slot_id is not None:
        _reopen(await run_of(hall.session, hall.roadshow.id, slot_id), hall.now)
    if room.current_slot_id is not None:
        await _end(hall, room.current_slot_id)
    room.current_slot_id = slot_id
    hall.record("room.staged", slot_id=slot_id)
    view = await rooms.announce_room(hall.session, room, hall.roadshow, hall.now)
    await show_deck(hall, slot_id)
    return view


def _reopen(run: Run, now: datetime) -> None:
    if run.ended_at is not None and now - run.ended_at <= REOPENS_WITHIN:
        run.ended_at = None


async def _end(hall: Hall, slot_id: str) -> None:
    run = await hall.session.get(Run, slot_id)
    if run is None or run.started_at is None or run.ended_at is not None:
        return
    _go_on(run, hall.now)
    run.ended_at = max(run.started_at, hall.now)


def _go_on(run: Run, now: datetime) -> None:
    """End a pause, if there is one."""
    if run.paused_at is not None:
        run.paused_seconds, run.paused_at = rules.pause_ended(run.paused_at, run.paused_seconds, now), None


async def show_deck(hall: Hall, slot_id: str | None) -> None:
    """The slides of whoever pitches in this slot are the ones on stage."""
    stage = await stage_of(hall.session, hall.roadshow.id)
    booking = await booking_of(hall.session, slot_id)
    query = select(Deck.id).where(Deck.removed_at.is_(None))
    deck_id = await hall.session.scalar(query.where(Deck.booking_id == booking.id)) if booking else None
    if stage.deck_id == deck_id:
        return
    stage.deck_id = deck_id
    await tell_deck(hall)


async def follow_agenda(session: AsyncSession, roadshow_id: str, now: datetime) -> None:
    """Slides leave the stage with a booking that is cancelled or moved away, and come with one that takes its slot."""
    query = select(Room).where(Room.roadshow_id == roadshow_id).with_for_update()
    room = await session.scalar(query)
    if room is not None and room.current_slot_id is not None:
        roadshow = await session.get_one(Roadshow, roadshow_id)
        await show_deck(Hall(session, SYSTEM, room, roadshow, now), room.current_slot_id)


announcements.followers.append(follow_agenda)


async def tell_deck(hall: Hall) -> None:
    """Everybody sees these slides at this page."""
    await hall.session.flush()
    deck = await deck_on_stage(hall.session, hall.roadshow.id)
    data = {"deck": None if deck is None else deck.model_dump(mode="json")}
    await log.append(hall.session, log.public_stream(hall.roadshow.id), "deck.changed", data, hall.now)


async def start(session: AsyncSession, actor: Actor, roadshow_id: str, data: StageRef, *, now: datetime) -> StageView:
    """Start the clock of the named slot, else of the one on stage, else of the first to come.

    A clock that runs is left as it is. Refuses: room_not_open, room_over, slot_not_here, no_next_slot.
    """
    hall = await driven(session, actor, roadshow_id, now)
    room_rules.require_open(hall.room.state)
    await _put_on(hall, data.slot_id or hall.room.current_slot_id or await _next_slot(hall))
    run = await hall.current()
    if run.started_at is None or run.ended_at is not None:
        run.started_at, run.ended_at = run.started_at or now, None
        hall.record("stage.started", slot_id=run.slot_id)
    return await hall.tell()


async def clear(session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime) -> StageView:
    """Undo a start: the slot on stage has not begun, and all its time is before it. Refuses: nothing_on_stage."""
    hall = await driven(session, actor, roadshow_id, now)
    _rewind(await hall.current())
    hall.record("stage.cleared", slot_id=hall.room.current_slot_id)
    return await hall.tell()


def _rewind(run: Run) -> None:
    run.started_at = run.ended_at = run.paused_at = None
    run.paused_seconds = run.extra_seconds = 0


async def pause(session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime) -> StageView:
    """Hold the clock. Refuses: nothing_on_stage, clock_not_running."""
    hall = await driven(session, actor, roadshow_id, now)
    run = await hall.ticking()
    if run.paused_at is None:
        run.paused_at = now
        hall.record("stage.paused", slot_id=run.slot_id)
    return await hall.tell()


async def resume(session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime) -> StageView:
    """Let the clock go on. Refuses: nothing_on_stage, clock_not_running."""
    hall = await driven(session, actor, roadshow_id, now)
    run = await hall.ticking()
    if run.paused_at is not None:
        _go_on(run, now)
        hall.record("stage.resumed", slot_id=run.slot_id)
    return await hall.tell()


async def extend(session: AsyncSession, actor: Actor, roadshow_id: str, data: ExtendIn, *, now: datetime) -> StageView:
    """Give the slot on stage more time, or, below zero, less. Refuses: nothing_on_stage, extra_too_long."""
    hall = await driven(session, actor, roadshow_id, now)
    run = await hall.current()
    leg = rules.Leg(run.slot_id, run.planned_start_at, run.planned_end_at, extra_seconds=run.extra_seconds)
    run.extra_seconds = rules.extra_after(leg, data.seconds)
    hall.record("stage.extended", slot_id=run.slot_id, seconds=data.seconds)
    return await hall.tell()


async def go_next(session: AsyncSession, actor: Actor, roadshow_id: str, data: NextIn, *, now: datetime) -> StageView:
    """End the clock on stage and put the next project there. Refuses: room_not_open, room_over, no_next_slot."""
    hall = await driven(session, actor, roadshow_id, now)
    room_rules.require_open(hall.room.state)
    await _put_on(hall, await _next_slot(hall))
    run = await hall.current()
    if data.start and run.started_at is None:
        run.started_at = now
        hall.record("stage.started", slot_id=run.slot_id)
    return await hall.tell()


async def go_back(session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime) -> StageView:
    """Undo `next`: the one before is on stage again, its clock runs as if it had not been stopped, and the slot that
    was called too early has not begun. Refuses: no_previous_slot."""
    hall = await driven(session, actor, roadshow_id, now)
    previous = await _previous_slot(hall)
    if hall.room.current_slot_id is not None:
        _rewind(await hall.current())
    await _put_on(hall, previous)
    (await hall.current()).ended_at = None
    return await hall.tell()


async def close_room(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: Nothing, *, now: datetime
) -> RoomView:
    """The roadshow ends and its clock with it; its questions stay readable. Refuses: room_not_open, room_over."""
    room, roadshow = await rooms.hosted(session, actor, roadshow_id)
    view = await rooms.close_room(session, actor, roadshow_id, data, now=now)
    hall = Hall(session, actor, room, roadshow, now)
    if room.current_slot_id is not None:
        await _end(hall, room.current_slot_id)
    await hall.tell()
    return view


async def set_layout(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: LayoutIn, *, now: datetime
) -> StageView:
    """Say what the big screen gives its room to. Refuses: room_over."""
    hall = await driven(session, actor, roadshow_id, now)
    (await stage_of(session, roadshow_id)).layout = data.layout
    hall.record("screen.layout", layout=data.layout)
    return await hall.tell()


# Which slot comes before or after.


async def _next_slot(hall: Hall) -> str:
    order = [pitch.slot.id for pitch in await running_order(hall.session, hall.roadshow.id) if pitch.booking]
    ended = await _ended(hall)
    current = hall.room.current_slot_id
    after = order[order.index(current) + 1 :] if current in order else order
    for slot_id in after:
        if slot_id not in ended:
            return slot_id
    raise rules.NoNextSlot


async def _ended(hall: Hall) -> set[str]:
    query = select(Run.slot_id).where(Run.roadshow_id == hall.roadshow.id, Run.ended_at.is_not(None))
    return set(await hall.session.scalars(query))


async def _previous_slot(hall: Hall) -> str:
    order = [pitch.leg for pitch in await running_order(hall.session, hall.roadshow.id)]
    ids = [leg.slot_id for leg in order]
    before = order[: ids.index(hall.room.current_slot_id)] if hall.room.current_slot_id in ids else order
    for leg in reversed(before):
        if leg.started_at is not None:
            return leg.slot_id
    raise rules.NoPreviousSlot
