"""What a booking claims: the slot, the company's time, and one entry per project and roadshow (P12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from events import claims
from events.claims import Need, Taken
from events.programme.cards import ACTIVE
from events.programme.models import Booking, Roadshow, RoadshowState, Slot
from events.programme.rules import Span, wire

ALTERNATIVES = 3


class SlotTaken(Taken):
    """409: somebody was quicker; `details.alternatives` are the nearest 3 slots that are free for this company."""

    code = "slot_taken"
    zh, en = "该时段刚被其他项目占用。", "Another project has this slot."
    fix_zh, fix_en = "请从给出的空闲时段中选择。", "Choose one of the free slots given."


class CompanyBusy(Taken):
    """409: the company pitches elsewhere at that time; `details.blocked_by` names where."""

    code = "company_busy"
    zh, en = "贵公司在该时间已有另一场路演。", "The company already pitches elsewhere at that time."
    fix_zh, fix_en = (
        "请选择其他时间的时段，或先取消另一预约。",
        "Choose another time, or cancel the other booking.",
    )


class AlreadyBooked(Taken):
    """409: the project has a booking in this roadshow; `details.blocked_by` names it."""

    code = "already_booked"
    zh, en = "该项目在本场路演已有预约。", "The project already has a booking in this roadshow."
    fix_zh, fix_en = "如需换时段，请使用改约。", "Use “move” to change its slot."


async def take(session: AsyncSession, booking: Booking, now: datetime) -> None:
    """Claim everything the booking needs, or nothing. Refuses: already_booked, slot_taken, company_busy."""
    needs = [
        Need(f"slot:{booking.slot_id}", booking.starts_at, booking.ends_at),
        Need(f"company:{booking.company_id}", booking.starts_at, booking.ends_at),
        claims.once(f"entry:{booking.project_id}/{booking.roadshow_id}"),
    ]
    try:
        await claims.claim(session, owner_of(booking.id), needs)
    except Taken as refusal:
        raise await _refusal(session, booking, refusal.details["blocked_by"], now) from None


async def give_back(session: AsyncSession, booking_id: str) -> None:
    await claims.release(session, owner_of(booking_id))


def owner_of(booking_id: str) -> str:
    return f"booking:{booking_id}"


async def _refusal(session: AsyncSession, booking: Booking, blocking: list[dict[str, str]], now: datetime) -> Taken:
    """The plainest reason first: this project is in, this slot is gone, this company is elsewhere."""
    kinds = {one["resource"].partition(":")[0]: one["owner"].removeprefix("booking:") for one in blocking}
    if "entry" in kinds:
        return AlreadyBooked(blocked_by=await _own_booking(session, kinds["entry"]))
    alternatives = await free_slots(session, booking, now)
    if "company" in kinds and "slot" not in kinds:
        return CompanyBusy(blocked_by=await _own_booking(session, kinds["company"]), alternatives=alternatives)
    return SlotTaken(blocked_by=await _other_booking(session, kinds.get("slot", "")), alternatives=alternatives)


async def _own_booking(session: AsyncSession, booking_id: str) -> dict[str, Any]:
    """The company's own booking may be named in full."""
    query = (
        select(Booking, Roadshow.title)
        .join(Roadshow, Roadshow.id == Booking.roadshow_id)
        .where(Booking.id == booking_id)
    )
    found, title = (await session.execute(query)).one()
    return {
        "kind": "booking",
        "id": found.id,
        "state": found.state,
        "roadshow_id": found.roadshow_id,
        "title": title,
        "slot_id": found.slot_id,
        **Span(found.starts_at, found.ends_at).as_details(),
    }


async def _other_booking(session: AsyncSession, booking_id: str) -> dict[str, Any]:
    """Of another company's booking only what the public agenda shows."""
    found = await session.get(Booking, booking_id)
    if found is None:
        return {"kind": "slot"}
    held_until = None if found.held_until is None else wire(found.held_until)
    return {"kind": "slot", "id": found.slot_id, "state": found.state, "held_until": held_until}


async def free_slots(session: AsyncSession, booking: Booking, now: datetime) -> list[dict[str, str]]:
    """The nearest 3 slots this booking could have instead, among the same organizer's published roadshows."""
    organizer_id = select(Roadshow.organizer_id).where(Roadshow.id == booking.roadshow_id).scalar_subquery()
    free = _free_for(booking, now).where(Roadshow.organizer_id == organizer_id)
    later = free.where(Slot.starts_at >= booking.starts_at).order_by(Slot.starts_at, Slot.id).limit(ALTERNATIVES)
    earlier = free.where(Slot.starts_at < booking.starts_at).order_by(Slot.starts_at.desc(), Slot.id)
    rows = [*await session.execute(later), *await session.execute(earlier.limit(ALTERNATIVES))]
    rows.sort(key=lambda row: abs(row.Slot.starts_at - booking.starts_at))
    return [_alternative(*row) for row in rows[:ALTERNATIVES]]


def _free_for(booking: Booking, now: datetime) -> Select[Slot, str]:
    """Slots to come that nobody has, while the company is not elsewhere and the project not yet in."""
    other = aliased(Booking)
    holds = (other.state.in_(ACTIVE)) & (func.coalesce(other.held_until, now + claims.CELL) > now)
    blocks = (
        (other.slot_id == Slot.id)
        | (
            (other.company_id == booking.company_id)
            & (other.starts_at < Slot.ends_at)
            & (other.ends_at > Slot.starts_at)
        )
        | ((other.project_id == booking.project_id) & (other.roadshow_id == Slot.roadshow_id))
    )
    return (
        select(Slot, Roadshow.title)
        .join(Roadshow, Roadshow.id == Slot.roadshow_id)
        .where(
            Roadshow.state == RoadshowState.PUBLISHED,
            Slot.starts_at > now,
            ~select(other.id).where(holds, blocks, other.id != booking.id).exists(),
        )
    )


def _alternative(slot: Slot, title: str) -> dict[str, str]:
    span = Span(slot.starts_at, slot.ends_at)
    return {"slot_id": slot.id, "roadshow_id": slot.roadshow_id, "title": title, **span.as_details()}
