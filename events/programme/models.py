"""Tables of the programme: series, venues, roadshows, slots, bookings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key
from events.search import Kind as Searched


class VenueKind(StrEnum):
    HALL = "hall"
    ONLINE = "online"


class RoadshowState(StrEnum):
    """draft → published → live → ended; draft, published or live → cancelled."""

    DRAFT = "draft"
    PUBLISHED = "published"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class BookingState(StrEnum):
    """held → confirmed | expired | cancelled; confirmed → cancelled. A move keeps the booking's row."""

    HELD = "held"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Series(Base):
    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("organizer_id", "slug"),)

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"))
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    theme: Mapped[str] = mapped_column(String(200), default="")
    colour: Mapped[str] = mapped_column(String(7), default="#1455c0")
    cadence: Mapped[str] = mapped_column(String(120), default="")
    about: Mapped[str] = mapped_column(String(4000), default="")
    archived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    """When a roadshow last went to another series: this one's calendar changed then."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Venue(Base):
    """A hall or an online channel. `hours` maps weekday "0"–"6" (Monday 0) to `[["09:00", "18:00"]]`."""

    __tablename__ = "venues"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("setup_minutes >= 0 AND teardown_minutes >= 0", name="buffers"),
    )

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    stream_url: Mapped[str] = mapped_column(String(500), default="")
    capacity: Mapped[int]
    kit: Mapped[str] = mapped_column(String(500), default="")
    hours: Mapped[dict[str, Any]] = mapped_column(JSON)
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Roadshow(Base):
    """One gathering at a time and place. `sequence` counts what calendars must notice (RFC 5545).

    `hall_then` and `channel_then` hold name and address as they were, once the venue of a past roadshow changed them.
    """

    __tablename__ = "roadshows"
    __searched__: ClassVar = {Searched.ROADSHOW: ("title",)}
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="time"),
        CheckConstraint("seats_taken >= 0 AND seats_taken <= capacity", name="seats"),
        Index("ix_roadshows_organizer_time", "organizer_id", "starts_at"),
        Index("ix_roadshows_time", "starts_at"),
    )

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"))
    series_id: Mapped[str] = mapped_column(String(26), ForeignKey("series.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(4000), default="")
    state: Mapped[str] = mapped_column(String(10), default=RoadshowState.DRAFT)
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    hall_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("venues.id"))
    channel_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("venues.id"))
    hall_then: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    channel_then: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    capacity: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    open_to_guests: Mapped[bool] = mapped_column(default=True)
    join_code: Mapped[str] = mapped_column(String(8), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Slot(Base):
    """A place in a roadshow that one project pitches in."""

    __tablename__ = "slots"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="time"),)

    id: Mapped[Key]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Booking(Base):
    """A project has a slot; claims on the slot and the company keep it single.

    `slot_id` is None only when the booking is over and its slot was taken off the agenda; the times stay.
    `sequence` added to its roadshow's rises with every change, moves to other roadshows too (RFC 5545).
    `confirmed_at` is None for what was never more than a hold.
    """

    __tablename__ = "bookings"
    __table_args__ = (Index("ix_bookings_held", "state", "held_until"),)

    id: Mapped[Key]
    slot_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("slots.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    roadshow_id: Mapped[str] = mapped_column(String(26), ForeignKey("roadshows.id"), index=True)
    project_id: Mapped[str] = mapped_column(String(26), ForeignKey("projects.id"), index=True)
    company_id: Mapped[str] = mapped_column(String(26), ForeignKey("companies.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    held_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    booked_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
