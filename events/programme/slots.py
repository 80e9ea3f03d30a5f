"""Slots: the places of a roadshow that one project each pitches in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import Conflict, Invalid
from events.programme import pitches
from events.programme.announcements import announce_agenda, announce_roadshow
from events.programme.cards import ACTIVE
from events.programme.models import Booking, Roadshow, RoadshowState, Slot
from events.programme.queries import agenda, load_roadshow
from events.programme.revisions import change
from events.programme.rules import SlotsDoNotFit, Span, check_movable, check_slots, outside_of
from events.programme.schemas import Agenda, SlotIn


class SlotBooked(Conflict):
    """409: a booked slot neither vanishes nor moves under its company; `details.slots` names them."""

    code = "slot_booked"
    zh, en = "有时段已被预约，不能删除或改动。", "A slot is booked and can be neither removed nor moved."
    fix_zh, fix_en = "请先请企业改约，或移动整场路演。", "Ask the company to move first, or move the whole roadshow."


class UnknownSlot(Invalid):
    code = "slot_unknown"
    zh, en = "没有这个时段，或重复提交了同一时段。", "There is no such slot here, or it was sent twice."
    fix_zh, fix_en = "请刷新后再试。", "Reload and try again."


async def replace_slots(
    session: AsyncSession, actor: Actor, roadshow_id: str, wanted: Sequence[SlotIn], *, now: datetime
) -> Agenda:
    """Make these the roadshow's slots; one with a known id or equal times stays the same slot.

    Refuses: not_found, forbidden, roadshow_over, roadshow_live, time_invalid, slot_outside, slots_overlap,
    slot_unknown, slot_booked.
    """
    actor.require((await load_roadshow(session, roadshow_id)).organizer_id, Permission.PROGRAMME_EDIT)
    roadshow = await load_roadshow(session, roadshow_id, lock=True)
    check_movable(roadshow.state)
    check_slots(span_of(roadshow), [span_of(slot) for slot in wanted])
    present = {slot.id: slot for slot in await slots_of(session, roadshow_id)}
    kept = _match(present, wanted)
    gone = [slot for id_, slot in present.items() if id_ not in kept]
    moved = [slot for id_, slot in present.items() if id_ in kept and span_of(slot) != span_of(kept[id_])]
    await _check_unbooked(session, [*gone, *moved])
    await _remove(session, gone)
    for slot in moved:
        slot.starts_at, slot.ends_at = kept[slot.id].starts_at, kept[slot.id].ends_at
    old = {id(slot) for slot in kept.values()}
    session.add_all(
        Slot(id=new_id(), roadshow_id=roadshow_id, starts_at=slot.starts_at, ends_at=slot.ends_at)
        for slot in wanted
        if id(slot) not in old
    )
    return await _recorded(session, actor, roadshow, now)


async def slots_of(session: AsyncSession, roadshow_id: str) -> Sequence[Slot]:
    """The roadshow's slots in order."""
    query = select(Slot).where(Slot.roadshow_id == roadshow_id).order_by(Slot.starts_at)
    return (await session.scalars(query)).all()


def span_of(thing: Slot | SlotIn | Roadshow | Booking) -> Span:
    return Span(thing.starts_at, thing.ends_at)


async def shift(session: AsyncSession, roadshow_id: str, before: Span, after: Span, now: datetime) -> None:
    """Take slots and bookings along with a roadshow that moves. Refuses: slots_do_not_fit, company_busy."""
    by = after.starts_at - before.starts_at
    slots = await slots_of(session, roadshow_id)
    outside = outside_of(after, [span_of(slot).shifted(by) for slot in slots])
    if outside:
        raise SlotsDoNotFit(slots=[span.as_details() for span in outside])
    if not by:
        return
    for slot in slots:
        slot.starts_at, slot.ends_at = slot.starts_at + by, slot.ends_at + by
    query = select(Booking).where(Booking.roadshow_id == roadshow_id, Booking.state.in_(ACTIVE))
    bookings = (await session.scalars(query)).all()
    for booking in bookings:
        await pitches.give_back(session, booking.id)
    for booking in bookings:
        booking.starts_at, booking.ends_at = booking.starts_at + by, booking.ends_at + by
        change(booking, now)
        await pitches.take(session, booking, now)


def _match(present: dict[str, Slot], wanted: Sequence[SlotIn]) -> dict[str, SlotIn]:
    """Which present slot each wanted one continues: by id, else by equal times. Refuses: slot_unknown."""
    ids = [slot.id for slot in wanted if slot.id is not None]
    if len(set(ids)) != len(ids) or not set(ids) <= present.keys():
        raise UnknownSlot
    kept = {slot.id: slot for slot in wanted if slot.id is not None}
    same_time = {span_of(slot): id_ for id_, slot in present.items() if id_ not in kept}
    kept |= {same_time[span_of(slot)]: slot for slot in wanted if slot.id is None and span_of(slot) in same_time}
    return kept


async def _check_unbooked(session: AsyncSession, slots: Sequence[Slot]) -> None:
    ids = [slot.id for slot in slots]
    query = select(Booking.slot_id).where(Booking.slot_id.in_(ids), Booking.state.in_(ACTIVE))
    booked = set(await session.scalars(query)) if ids else set()
    if booked:
        raise SlotBooked(slots=[{"id": slot.id, **span_of(slot).as_details()} for slot in slots if slot.id in booked])


async def _remove(session: AsyncSession, slots: Sequence[Slot]) -> None:
    """Bookings that are over keep their times and lose the slot."""
    ids = [slot.id for slot in slots]
    if ids:
        await session.execute(update(Booking).where(Booking.slot_id.in_(ids)).values(slot_id=None))
    for slot in slots:
        await session.delete(slot)
    await session.flush()


async def _recorded(session: AsyncSession, actor: Actor, roadshow: Roadshow, now: datetime) -> Agenda:
    await session.flush()
    view = await agenda(session, roadshow.id)
    audit.record(
        session, actor, "slots.replaced", ("roadshow", roadshow.id), now=now, organizer_id=roadshow.organizer_id,
        slots=[slot.model_dump(mode="json", include={"id", "starts_at", "ends_at"}) for slot in view],
    )  # fmt: skip
    await announce_roadshow(session, roadshow.id, now)
    if roadshow.state != RoadshowState.DRAFT:
        await announce_agenda(session, [roadshow.id], now)
    return Agenda(items=view)
