"""A roadshow with everything its views show, read in one query, and cut to each audience."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from events.directory.models import Organizer
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Series, Slot, Venue
from events.programme.rules import mode_of
from events.programme.schemas import RoadshowCard, RoadshowChange, RoadshowView, StaffRoadshowView, VenueCard

ACTIVE = (BookingState.HELD, BookingState.CONFIRMED)
Hall = aliased(Venue, name="hall")
Channel = aliased(Venue, name="channel")

CardRow = Row[*tuple[Any, ...]]

_slots_total = select(func.count(Slot.id)).where(Slot.roadshow_id == Roadshow.id).correlate(Roadshow).scalar_subquery()
_slots_taken = (
    select(func.count(Booking.id))
    .where(Booking.roadshow_id == Roadshow.id, Booking.state.in_(ACTIVE))
    .correlate(Roadshow)
    .scalar_subquery()
)


def cards() -> Select[Any]:
    """Roadshows with organizer, series, hall, channel and how their slots stand; narrow it with `where`."""
    return (
        select(
            Roadshow,
            Series,
            Hall,
            Channel,
            Organizer.name.label("organizer_name"),
            _slots_total.label("slots_total"),
            _slots_taken.label("slots_taken"),
        )
        .join(Series, Series.id == Roadshow.series_id)
        .join(Organizer, Organizer.id == Roadshow.organizer_id)
        .outerjoin(Hall, Hall.id == Roadshow.hall_id)
        .outerjoin(Channel, Channel.id == Roadshow.channel_id)
    )


async def card_row(session: AsyncSession, roadshow_id: str) -> CardRow:
    """One roadshow, which must exist, as it stands in this transaction."""
    await session.flush()
    row: CardRow = (await session.execute(cards().where(Roadshow.id == roadshow_id))).one()
    return row


def to_cards(rows: Sequence[CardRow]) -> list[RoadshowCard]:
    return [RoadshowCard(**_card(row)) for row in rows]


def to_public(row: CardRow) -> RoadshowView:
    """What everybody sees; the stream's address only where nobody has to be approved."""
    fields = _card(row) | _page(row)
    is_out = row.Roadshow.state != RoadshowState.DRAFT
    fields["join_code"] = row.Roadshow.join_code if is_out else None
    fields["stream_url"] = None if row.Roadshow.needs_approval else _stream_url(row)
    return RoadshowView(**fields)


def to_staff(row: CardRow) -> StaffRoadshowView:
    roadshow: Roadshow = row.Roadshow
    return StaffRoadshowView(
        **_card(row),
        **_page(row),
        stream_url=_stream_url(row),
        join_code=roadshow.join_code,
        seats_taken=roadshow.seats_taken,
        created_at=roadshow.created_at,
        updated_at=roadshow.updated_at,
    )


def to_change(row: CardRow) -> RoadshowChange:
    card = _card(row) | _page(row) | {"updated_at": row.Roadshow.updated_at}
    return RoadshowChange(**{name: card[name] for name in RoadshowChange.model_fields})


def venue_card(venue: Venue | None, then: dict[str, Any] | None = None) -> VenueCard | None:
    """The venue, with name and address as they were `then` where the roadshow kept them."""
    if venue is None:
        return None
    return VenueCard.model_validate(venue, from_attributes=True).model_copy(update=then or {})


def places_of(row: Row[Any]) -> list[VenueCard]:
    """The hall, then the channel, as this roadshow had them; at least one is there."""
    roadshow: Roadshow = row.Roadshow
    found = (venue_card(row.hall, roadshow.hall_then), venue_card(row.channel, roadshow.channel_then))
    return [card for card in found if card is not None]


def _card(row: CardRow) -> dict[str, Any]:
    roadshow: Roadshow = row.Roadshow
    return {
        "id": roadshow.id,
        "title": roadshow.title,
        "state": roadshow.state,
        "starts_at": roadshow.starts_at,
        "ends_at": roadshow.ends_at,
        "timezone": roadshow.timezone,
        "organizer_id": roadshow.organizer_id,
        "organizer_name": row.organizer_name,
        "series_id": row.Series.id,
        "series_name": row.Series.name,
        "series_colour": row.Series.colour,
        "venue_name": places_of(row)[0].name,
        "mode": mode_of(row.hall, row.channel),
        "seats_free": roadshow.capacity - roadshow.seats_taken,
        "slots_total": row.slots_total,
        "slots_free": row.slots_total - row.slots_taken,
    }


def _page(row: CardRow) -> dict[str, Any]:
    roadshow: Roadshow = row.Roadshow
    return {
        "summary": roadshow.summary,
        "hall": venue_card(row.hall, roadshow.hall_then),
        "channel": venue_card(row.channel, roadshow.channel_then),
        "capacity": roadshow.capacity,
        "needs_approval": roadshow.needs_approval,
        "open_to_guests": roadshow.open_to_guests,
        "cancel_reason": roadshow.cancel_reason,
        "sequence": roadshow.sequence,
        "version": roadshow.version,
    }


def _stream_url(row: CardRow) -> str | None:
    return None if row.channel is None else row.channel.stream_url
