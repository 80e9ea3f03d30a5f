"""Bookings: a slot is held for five minutes, then confirmed; moved or cancelled until it begins.

The insert of the claims is the decision (P12). Locks are taken in one order, roadshow, booking, claims, stream,
so that processes cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import SYSTEM, Actor
from events.base import new_id
from events.directory.library import enlist
from events.directory.models import Project, Source
from events.errors import Conflict, Gone, Invalid, NotFound
from events.programme import pitches
from events.programme.announcements import announce_agenda, announce_booking, announce_standing
from events.programme.booked import BookedRow, booked, booked_row, to_own
from events.programme.cards import ACTIVE
from events.programme.letters import Letter, write
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Slot
from events.programme.revisions import change, change_place
from events.programme.rules import HOLD
from events.programme.schemas import BookingIn, BookingView

SWEEP = 200


class BookingClosed(Conflict):
    """409: only slots to come of a published roadshow are booked, moved and cancelled."""

    code = "booking_closed"
    zh, en = "该时段已不能预约或改动。", "This slot can no longer be booked or changed."
    fix_zh, fix_en = "请选择其他场次；如有变动请联系主办方。", "Choose another roadshow, or ask the organizer."


class HoldExpired(Gone):
    """410: the five minutes are over."""

    code = "hold_expired"
    zh, en = "占位已超过5分钟，名额已释放。", "The five minutes are over; the slot was given back."
    fix_zh, fix_en = "请重新选择时段。", "Choose a slot again."


class BookingOver(Gone):
    code = "booking_over"
    zh, en = "该预约已取消或已失效。", "The booking was cancelled or has lapsed."
    fix_zh, fix_en = "请重新预约。", "Book again."


class OtherOrganizer(Invalid):
    code = "other_organizer"
    zh, en = "不能改约到另一主办方的路演。", "A booking cannot move to another organizer's roadshow."
    fix_zh, fix_en = "请取消后在那里重新预约。", "Cancel it and book there."


async def hold_slot(
    session: AsyncSession, actor: Actor, slot_id: str, data: BookingIn, *, now: datetime
) -> BookingView:
    """Reserve the slot for the project for five minutes.

    Refuses: sign_in_required, not_found, booking_closed, already_booked, slot_taken, company_busy.
    """
    actor.require_account()
    slot, roadshow = await _open_slot(session, slot_id, now)
    project = await session.get(Project, data.project_id)
    if project is None:
        raise NotFound
    actor.require_company(project.company_id)
    await _sweep_for(session, slot, project.company_id, now)
    booking = Booking(
        id=new_id(), slot_id=slot.id, roadshow_id=roadshow.id, starts_at=slot.starts_at, ends_at=slot.ends_at,
        project_id=project.id, company_id=project.company_id, state=BookingState.HELD, held_until=now + HOLD,
        booked_by=actor.require_account(), sequence=0, created_at=now, updated_at=now,
    )  # fmt: skip
    await pitches.take(session, booking, now)
    session.add(booking)
    return to_own(await _announced(session, actor, booking, "booking.held", [roadshow.id], now))


async def confirm_booking(session: AsyncSession, actor: Actor, booking_id: str, *, now: datetime) -> BookingView:
    """Make a hold a booking; the project enters the organizer's library. Confirming again changes nothing.

    Refuses: sign_in_required, not_found, booking_closed, booking_over, hold_expired.
    """
    booking, roadshow = await _own_booking(session, actor, booking_id, now)
    if booking.state == BookingState.CONFIRMED:
        return to_own(await booked_row(session, booking.id))
    booking.state, booking.held_until, booking.confirmed_at = BookingState.CONFIRMED, None, now
    change(booking, now)
    await enlist(session, roadshow.organizer_id, "project", booking.project_id, Source.SIGNED_UP, now)
    row = await _announced(session, actor, booking, "booking.confirmed", [roadshow.id], now)
    write(session, row, Letter.CONFIRMED, now)
    return to_own(row)


async def move_booking(
    session: AsyncSession, actor: Actor, booking_id: str, slot_id: str, *, now: datetime
) -> BookingView:
    """Take another slot of the same organizer and give this one back; a hold stays a hold.

    Refuses: sign_in_required, not_found, booking_closed, booking_over, hold_expired, other_organizer,
    already_booked, slot_taken, company_busy.
    """
    booking, roadshow = await _own_booking(session, actor, booking_id, now)
    slot, target = await _open_slot(session, slot_id, now)
    if target.organizer_id != roadshow.organizer_id:
        raise OtherOrganizer
    await _sweep_for(session, slot, booking.company_id, now)
    await pitches.give_back(session, booking.id)
    booking.slot_id, booking.roadshow_id = slot.id, target.id
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    change_place(booking, roadshow, target, now)
    with session.no_autoflush:
        await pitches.take(session, booking, now)
    row = await _announced(session, actor, booking, "booking.moved", [roadshow.id, target.id], now)
    if booking.state == BookingState.CONFIRMED:
        write(session, row, Letter.MOVED, now)
    return to_own(row)


async def cancel_booking(session: AsyncSession, actor: Actor, booking_id: str, *, now: datetime) -> BookingView:
    """Give the slot back. Refuses: sign_in_required, not_found, booking_closed, booking_over, hold_expired."""
    booking, roadshow = await _own_booking(session, actor, booking_id, now)
    was_confirmed = booking.state == BookingState.CONFIRMED
    booking.state, booking.held_until = BookingState.CANCELLED, None
    change(booking, now)
    await pitches.give_back(session, booking.id)
    row = await _announced(session, actor, booking, "booking.cancelled", [roadshow.id], now)
    if was_confirmed:
        write(session, row, Letter.CANCELLED, now)
    return to_own(row)


async def cancel_all(session: AsyncSession, actor: Actor, roadshow: Roadshow, now: datetime) -> None:
    """Cancel every booking of a roadshow that is called off, and tell who booked; the caller has it locked."""
    query = select(Booking).where(Booking.roadshow_id == roadshow.id, Booking.state.in_(ACTIVE))
    for booking in (await session.scalars(query.order_by(Booking.id).with_for_update())).all():
        booking.state, booking.held_until = BookingState.CANCELLED, None
        change(booking, now)
        await pitches.give_back(session, booking.id)
        row = await _announced(session, actor, booking, "booking.cancelled", [], now)
        write(session, row, Letter.ROADSHOW_CANCELLED, now)


async def tell_moved(session: AsyncSession, roadshow_id: str, now: datetime) -> None:
    """A published roadshow has another time or place: tell partners, the room and everybody who booked."""
    query = booked().where(Booking.roadshow_id == roadshow_id, Booking.state.in_(ACTIVE)).order_by(Booking.starts_at)
    for row in (await session.execute(query)).all():
        await announce_booking(session, row.Booking.id, now)
        write(session, row, Letter.ROADSHOW_MOVED, now)
    await announce_agenda(session, [roadshow_id], now)


async def expire_holds(session: AsyncSession, now: datetime, only: ColumnElement[bool] | None = None) -> int:
    """Give back what was held longer than five minutes, at most 200 at once. Returns how many."""
    query = (
        select(Booking)
        .where(Booking.state == BookingState.HELD, Booking.held_until <= now, true() if only is None else only)
        .order_by(Booking.id)
        .limit(SWEEP)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    lapsed = (await session.scalars(query)).all()
    for booking in lapsed:
        booking.state = BookingState.EXPIRED
        change(booking, now)
        await pitches.give_back(session, booking.id)
        await _announced(session, SYSTEM, booking, "booking.expired", [], now)
    await announce_standing(session, {booking.roadshow_id for booking in lapsed}, now)
    return len(lapsed)


async def _open_slot(session: AsyncSession, slot_id: str, now: datetime) -> tuple[Slot, Roadshow]:
    """A slot to come and its roadshow, which stays as it is until commit. Refuses: not_found, booking_closed."""
    roadshow = await _held_still(session, select(Slot.roadshow_id).where(Slot.id == slot_id).scalar_subquery())
    slot = await session.get(Slot, slot_id, populate_existing=True)
    if slot is None or roadshow.state == RoadshowState.DRAFT:
        raise NotFound
    _check_open(roadshow, slot.starts_at, now)
    return slot, roadshow


async def _own_booking(session: AsyncSession, actor: Actor, booking_id: str, now: datetime) -> tuple[Booking, Roadshow]:
    """A live booking of the actor's company, locked, and its roadshow, which stays as it is until commit."""
    found = await session.get(Booking, booking_id)
    actor.require_account()
    if found is None:
        raise NotFound
    actor.require_company(found.company_id)
    roadshow = await _held_still(session, found.roadshow_id)
    booking = await session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state == BookingState.EXPIRED or (booking.held_until is not None and booking.held_until <= now):
        raise HoldExpired
    if booking.state not in ACTIVE:
        raise BookingOver
    _check_open(roadshow, booking.starts_at, now)
    return booking, roadshow


async def _held_still(session: AsyncSession, roadshow_id: ColumnElement[str] | str) -> Roadshow:
    """The roadshow, which stays as it is until commit. Refuses: not_found."""
    query = select(Roadshow).where(Roadshow.id == roadshow_id).with_for_update(read=True, of=Roadshow)
    roadshow = await session.scalar(query.execution_options(populate_existing=True))
    if roadshow is None:
        raise NotFound
    return roadshow


def _check_open(roadshow: Roadshow, starts_at: datetime, now: datetime) -> None:
    if roadshow.state != RoadshowState.PUBLISHED or starts_at <= now:
        raise BookingClosed(roadshow_state=roadshow.state)


async def _sweep_for(session: AsyncSession, slot: Slot, company_id: str, now: datetime) -> None:
    """Release the lapsed holds that could stand in this booking's way (P12)."""
    await expire_holds(session, now, or_(Booking.slot_id == slot.id, Booking.company_id == company_id))


async def _announced(
    session: AsyncSession, actor: Actor, booking: Booking, action: str, roadshow_ids: Iterable[str], now: datetime
) -> BookedRow:
    """Record the change, tell partners, and show how the roadshows named stand now."""
    row = await announce_booking(session, booking.id, now)
    audit.record(
        session, actor, action, ("booking", booking.id), now=now, organizer_id=row.Roadshow.organizer_id,
        slot_id=booking.slot_id, project_id=booking.project_id, state=booking.state,
    )  # fmt: skip
    await announce_standing(session, roadshow_ids, now)
    return row
