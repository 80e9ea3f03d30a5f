"""The over-run carried into the later slots: shown first, then applied, then undone by going back to the plan.

The plan itself stays as it was published; what is carried stands beside it, in the running order. A startup whose
start moves by ten minutes or more from the one it knows of gets a letter, as for any other move.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.actor import Actor
from events.live.stage import rules
from events.live.stage.queries import Pitch, running_order
from events.live.stage.rules import CarryMode, Span
from events.live.stage.running import Hall, driven, run_of, stage_of
from events.live.stage.schemas import CarriedSlot, CarryIn, CarryView
from events.programme.booked import booked_row
from events.programme.rules import wire

LETTER = "slot.carried"


async def carry(session: AsyncSession, actor: Actor, roadshow_id: str, data: CarryIn, *, now: datetime) -> CarryView:
    """Move the later slots by the over-run, or back to the plan; with `preview` only show it. Refuses: room_over."""
    hall = await driven(session, actor, roadshow_id, now)
    order = {pitch.slot.id: pitch for pitch in await running_order(session, roadshow_id)}
    legs = [pitch.leg for pitch in order.values()]
    spans = rules.carry(legs, data.mode, now)
    view = CarryView(
        mode=data.mode, preview=data.preview, overrun_seconds=round(rules.overrun(legs, now).total_seconds()),
        slots=[_slot(order[span.slot_id], span) for span in spans],
    )  # fmt: skip
    if not data.preview:
        await _apply(hall, data.mode, [(order[span.slot_id], span) for span in spans])
    return view


def _slot(pitch: Pitch, span: Span) -> CarriedSlot:
    stood = pitch.leg.carried or pitch.leg.start
    return CarriedSlot(
        slot_id=span.slot_id, project_name=pitch.project_name, from_start_at=stood, to_start_at=span.start,
        to_end_at=span.end, moved_seconds=round((span.start - stood).total_seconds()), is_told=_is_told(pitch, span),
    )  # fmt: skip


def _is_told(pitch: Pitch, span: Span) -> bool:
    known = (pitch.run.told_start_at if pitch.run else None) or pitch.slot.starts_at
    return pitch.booking is not None and rules.is_worth_telling(known, span.start)


async def _apply(hall: Hall, mode: CarryMode, moves: list[tuple[Pitch, Span]]) -> None:
    for pitch, span in moves:
        run = await run_of(hall.session, hall.roadshow.id, span.slot_id)
        is_told = _is_told(pitch, span)
        run.carried_start_at = None if mode is CarryMode.PLAN else span.start
        if is_told:
            run.told_start_at = span.start
            await _write(hall, pitch, span)
    (await stage_of(hall.session, hall.roadshow.id)).carried = None if mode is CarryMode.PLAN else mode
    hall.record("stage.carried", mode=mode, slots=len(moves))
    await hall.tell()


async def _write(hall: Hall, pitch: Pitch, span: Span) -> None:
    assert pitch.booking is not None
    row = await booked_row(hall.session, pitch.booking.id)
    if row.User.email is None:
        return
    data = {
        "name": row.User.name, "locale": row.User.locale, "booking_id": row.Booking.id,
        "roadshow_id": hall.roadshow.id, "title": hall.roadshow.title, "project_name": row.Project.name,
        "starts_at": wire(span.start), "ends_at": wire(span.end), "timezone": hall.roadshow.timezone, "reason": "",
    }  # fmt: skip
    outbox.mail(hall.session, row.User.email, LETTER, data, hall.now)
