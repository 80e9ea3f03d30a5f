"""Decks: a startup's slides for its slot, who may read them, and the page everybody is on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, many
from events.actor import Actor, Permission
from events.errors import NotFound
from events.live.models import Room, RoomState
from events.live.rooms import hold
from events.live.stage import rules
from events.live.stage.models import Deck
from events.live.stage.queries import booking_of, deck_on_stage, view_deck
from events.live.stage.running import Hall, show_deck, tell_deck
from events.live.stage.schemas import DeckOnStage, DeckView, PageIn
from events.programme.models import Booking, BookingState, Roadshow, Slot


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file, already kept under `id`."""

    id: str
    filename: str
    size: int
    sha256: str
    pages: int


async def owned_slot(session: AsyncSession, actor: Actor, slot_id: str) -> tuple[Slot, Roadshow, Booking]:
    """A booked slot for the people of its company and for the room's hosts. Refuses: sign_in_required, not_found."""
    actor.require_account()
    slot = await session.get(Slot, slot_id)
    booking = await booking_of(session, slot_id)
    if slot is None or booking is None:
        raise NotFound
    roadshow = await session.get_one(Roadshow, slot.roadshow_id)
    if booking.company_id not in actor.company_roles:
        actor.require_in_room(roadshow.id, roadshow.organizer_id, Permission.LIVE_HOST)
    return slot, roadshow, booking


async def put(session: AsyncSession, actor: Actor, slot_id: str, upload: Upload, *, now: datetime) -> DeckView:
    """Give the slot's booking these slides in place of others. Refuses: sign_in_required, not_found, forbidden."""
    slot, roadshow, booking = await owned_slot(session, actor, slot_id)
    room, _ = await hold(session, roadshow.id)
    hall = Hall(session, actor, room, roadshow, now)
    await _drop(session, booking.id, now)
    deck = Deck(
        id=upload.id, roadshow_id=roadshow.id, slot_id=slot.id, booking_id=booking.id, company_id=booking.company_id,
        filename=upload.filename, size=upload.size, sha256=upload.sha256, pages=upload.pages, page=1,
        uploaded_by=actor.require_user(), created_at=now,
    )  # fmt: skip
    session.add(deck)
    _record(hall, deck, "deck.uploaded", pages=deck.pages)
    await session.flush()
    if room.current_slot_id == slot.id:
        await show_deck(hall, slot.id)
    return view_deck(deck, booking, is_on_stage=room.current_slot_id == slot.id)


async def remove(session: AsyncSession, actor: Actor, slot_id: str, *, now: datetime) -> None:
    """Take the slot's slides away, from the stage too. Refuses: sign_in_required, not_found, forbidden."""
    slot, roadshow, booking = await owned_slot(session, actor, slot_id)
    room, _ = await hold(session, roadshow.id)
    hall = Hall(session, actor, room, roadshow, now)
    deck = await _drop(session, booking.id, now)
    if deck is None:
        raise NotFound
    _record(hall, deck, "deck.removed")
    if room.current_slot_id == slot.id:
        await show_deck(hall, slot.id)


async def _of_booking(session: AsyncSession, booking_id: str) -> Deck | None:
    query = select(Deck).where(Deck.booking_id == booking_id, Deck.removed_at.is_(None))
    deck: Deck | None = await session.scalar(query)
    return deck


async def _drop(session: AsyncSession, booking_id: str, now: datetime) -> Deck | None:
    deck = await _of_booking(session, booking_id)
    if deck is not None:
        deck.removed_at = now
        await session.flush()
    return deck


async def turn(session: AsyncSession, actor: Actor, roadshow_id: str, data: PageIn, *, now: datetime) -> DeckOnStage:
    """Show this page to everybody: for the people of the slides on stage, and for hosts.

    Refuses: not_your_stage, no_deck_on_stage, page_missing.
    """
    room, roadshow = await hold(session, roadshow_id)
    shown = await deck_on_stage(session, roadshow_id)
    deck = await session.get(Deck, shown.id) if shown else None
    is_owner = deck is not None and deck.company_id in actor.company_roles
    if not is_owner and not actor.may_in_room(roadshow_id, roadshow.organizer_id, Permission.LIVE_HOST):
        raise rules.NotYourStage
    if deck is None:
        raise rules.NoDeckOnStage
    if data.page > deck.pages:
        raise rules.PageMissing
    if data.page != deck.page:
        deck.page = data.page
        hall = Hall(session, actor, room, roadshow, now)
        _record(hall, deck, "deck.turned", page=data.page)
        await tell_deck(hall)
    assert shown is not None
    return shown.model_copy(update={"page": data.page})


async def readable(session: AsyncSession, actor: Actor, deck_id: str, *, is_admitted: bool) -> Deck:
    """The deck for its company, for who sees the room from behind, and, while it is on stage, for the admitted.

    Refuses: not_found, whatever the reason.
    """
    deck, booking = await _standing(session, deck_id)
    if booking.company_id in actor.company_roles:
        return deck
    if booking.state != BookingState.CONFIRMED:
        raise NotFound
    roadshow = await session.get_one(Roadshow, booking.roadshow_id)
    if actor.is_room_staff(roadshow.id, roadshow.organizer_id):
        return deck
    if not (is_admitted and await is_on_stage(session, deck, roadshow.id)):
        raise NotFound
    return deck


async def _standing(session: AsyncSession, deck_id: str) -> tuple[Deck, Booking]:
    """The slides with their booking, wherever that stands now. Refuses: not_found."""
    deck = await session.get(Deck, deck_id)
    booking = await session.get(Booking, deck.booking_id) if deck is not None and deck.booking_id else None
    if deck is None or deck.removed_at is not None or booking is None:
        raise NotFound
    return deck, booking


async def standing(session: AsyncSession, deck_ids: Collection[str], since: datetime) -> set[str]:
    """Those of these decks that stand, or did at `since`."""
    return set(await session.scalars(_standing_at(session), {"decks": many.packed(deck_ids), "since": since}))


@many.statement
def _standing_at(rows: many.Rows) -> Select[str]:
    is_wanted = or_(Deck.removed_at.is_(None), Deck.removed_at >= bindparam("since"))
    return select(Deck.id).where(Deck.id.in_(rows.each("decks")), is_wanted)


async def roadshow_of(session: AsyncSession, deck_id: str) -> str:
    """Which room these slides are for. Refuses: not_found."""
    return (await _standing(session, deck_id))[1].roadshow_id


async def is_on_stage(session: AsyncSession, deck: Deck, roadshow_id: str) -> bool:
    """Whether everybody in the room sees these slides now: the room is open and they are the ones on stage."""
    room = await session.get(Room, roadshow_id)
    shown = await deck_on_stage(session, roadshow_id)
    return room is not None and room.state == RoomState.OPEN and shown is not None and shown.id == deck.id


async def of_slot(session: AsyncSession, actor: Actor, slot_id: str) -> DeckView:
    """The slot's slides for its owners and hosts. Refuses: sign_in_required, not_found, forbidden."""
    _, roadshow, booking = await owned_slot(session, actor, slot_id)
    deck = await _of_booking(session, booking.id)
    if deck is None:
        raise NotFound
    shown = await deck_on_stage(session, roadshow.id)
    return view_deck(deck, booking, is_on_stage=shown is not None and shown.id == deck.id)


def _record(hall: Hall, deck: Deck, action: str, **detail: int) -> None:
    audit.record(
        hall.session, hall.actor, action, ("deck", deck.id), now=hall.now, organizer_id=hall.roadshow.organizer_id,
        **detail,
    )  # fmt: skip
