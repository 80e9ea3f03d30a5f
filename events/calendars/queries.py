"""Which things stand in which calendar: a roadshow's, a series', an organizer's, a person's. Drafts stand in none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import MemberOf, Membership, MembershipState, User
from events.calendars.ics import Item, Status, calendar
from events.calendars.schemas import Feed
from events.directory.models import Organizer, Project
from events.errors import NotFound
from events.programme.cards import Channel, Hall, places_of
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Series, VenueKind
from events.registrations.models import Registration, RegistrationState
from events.vocabulary import word

PAST = timedelta(days=180)
MOST = 5000
REGISTRATION_STATUS = {
    RegistrationState.PENDING: Status.TENTATIVE,
    RegistrationState.WAITLISTED: Status.TENTATIVE,
    RegistrationState.CONFIRMED: Status.CONFIRMED,
    RegistrationState.REJECTED: Status.CANCELLED,
    RegistrationState.CANCELLED: Status.CANCELLED,
}
BOOKING_STATUS = {
    BookingState.CONFIRMED: Status.CONFIRMED,
    BookingState.HELD: Status.TENTATIVE,
    BookingState.CANCELLED: Status.CANCELLED,
}
IN_FRONT = {"zh-CN": "【{}】{}", "en": "{}: {}"}
"""A standing and a title: many programs show nothing else of an event."""
NOT_TAKING_PLACE = {"zh-CN": "本场路演已取消", "en": "This roadshow is cancelled"}


async def roadshow_calendar(session: AsyncSession, roadshow_id: str, base: str, locale: str = "zh-CN") -> Feed:
    """One roadshow. Refuses: not_found, for drafts too."""
    items = await _items(session, base, locale, Roadshow.id == roadshow_id)
    if not items:
        raise NotFound
    return await _feed(items[0].title, items, items[0].timezone)


async def series_calendar(
    session: AsyncSession, series_id: str, base: str, now: datetime, locale: str = "zh-CN"
) -> Feed:
    """A series' roadshows from half a year back on. Refuses: not_found."""
    query = select(Series.name, Organizer.timezone, Series.left_at).join(Organizer, Organizer.id == Series.organizer_id)
    name, timezone, left_at = await _named(session, query.where(Series.id == series_id))
    its = Roadshow.series_id == series_id
    items = await _items(session, base, locale, its, recent(now))
    return await _feed(name, items, timezone, left_at, await _newest(session, its))


async def organizer_calendar(
    session: AsyncSession, organizer_id: str, base: str, now: datetime, locale: str = "zh-CN"
) -> Feed:
    """All of an organizer's roadshows from half a year back on. Refuses: not_found."""
    query = select(Organizer.name, Organizer.timezone).where(Organizer.id == organizer_id)
    name, timezone = await _named(session, query)
    its = Roadshow.organizer_id == organizer_id
    items = await _items(session, base, locale, its, recent(now))
    return await _feed(name, items, timezone, await _newest(session, its))


async def personal_calendar(session: AsyncSession, user: User, base: str, now: datetime) -> Feed:
    """What the person has registered for, and the slots of its companies, in the person's language."""
    items = [*await _registered(session, user, base, now), *await _pitches(session, user, base, now)]
    name = "My roadshows" if user.locale == "en" else "我的路演"
    return await _feed(name, items, "Asia/Shanghai", *await _newest_of(session, user, now))


async def _feed(name: str, items: Sequence[Item], timezone: str, *also: datetime | None) -> Feed:
    """Written in a thread: a long calendar takes longer than everybody else may wait."""
    times = [*(item.changed_at for item in items), *(at for at in also if at is not None)]
    return Feed(name, await asyncio.to_thread(calendar, name, items, timezone=timezone), max(times, default=None))


async def _named(session: AsyncSession, query: Any) -> Row[*tuple[Any, ...]]:
    row: Row[*tuple[Any, ...]] | None = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return row


def recent(now: datetime) -> Any:
    """Days, not seconds: a feed that nobody changed stays the same all day."""
    return Roadshow.starts_at >= (now - PAST).replace(hour=0, minute=0, second=0, microsecond=0)


def _shown(*columns: Any) -> Select[Any]:
    return (
        select(Roadshow, Series.name.label("series_name"), Hall, Channel, *columns)
        .join(Series, Series.id == Roadshow.series_id)
        .outerjoin(Hall, Hall.id == Roadshow.hall_id)
        .outerjoin(Channel, Channel.id == Roadshow.channel_id)
        .where(Roadshow.state != RoadshowState.DRAFT)
        .order_by(Roadshow.starts_at.desc())
        .limit(MOST)
    )


async def _items(session: AsyncSession, base: str, locale: str, *conditions: Any) -> list[Item]:
    rows = await session.execute(_shown().where(*conditions))
    return [_item(row, base, locale) for row in rows]


def _item(row: Row[Any], base: str, locale: str, standing: str = "", **other: Any) -> Item:
    """The roadshow of a row as everybody may see it, with what is different in this calendar.

    What is not to be counted on says so in its title: the `standing`, or that the roadshow is called off.
    """
    roadshow: Roadshow = row.Roadshow
    is_cancelled = roadshow.state == RoadshowState.CANCELLED
    facts: dict[str, Any] = {
        "id": roadshow.id,
        "sequence": roadshow.sequence,
        "title": roadshow.title,
        "starts_at": roadshow.starts_at,
        "ends_at": roadshow.ends_at,
        "timezone": roadshow.timezone,
        "status": Status.CANCELLED if is_cancelled else Status.CONFIRMED,
        "url": f"{base}/r/{roadshow.id}",
        "changed_at": roadshow.updated_at,
        "location": _place(row),
        "categories": (row.series_name,),
        "description": "\n\n".join(filter(None, (roadshow.cancel_reason, roadshow.summary, f"{base}/r/{roadshow.id}"))),
    }
    facts |= other
    if is_cancelled:
        standing = word("booking", "cancelled", locale)
    if facts["status"] is not Status.CONFIRMED:
        facts["title"] = IN_FRONT[locale].format(standing, facts["title"])
    return Item(**facts)


def _place(row: Row[Any]) -> str:
    for place in places_of(row):
        return " ".join(filter(None, (place.name, place.address if place.kind is VenueKind.HALL else "")))
    return ""


async def _registered(session: AsyncSession, user: User, base: str, now: datetime) -> list[Item]:
    query = _shown(Registration).join(Registration, Registration.roadshow_id == Roadshow.id)
    rows = await session.execute(query.where(Registration.user_id == user.id, recent(now)))
    return [_mine(row, row.Registration, REGISTRATION_STATUS[row.Registration.state], base, user.locale,
                  standing=word("registration", row.Registration.state, user.locale)) for row in rows]  # fmt: skip


def _companies(user: User) -> Select[str]:
    return select(Membership.subject_id).where(
        Membership.user_id == user.id, Membership.kind == MemberOf.COMPANY,
        Membership.state == MembershipState.ACTIVE,
    )  # fmt: skip


async def _newest_of(session: AsyncSession, user: User, now: datetime) -> list[datetime | None]:
    """When the person's things last changed, those too that have left the feed: its time may not go back."""
    lapsed = (Booking.state == BookingState.HELD) & (Booking.held_until <= now)
    changed = case((lapsed, Booking.held_until), else_=Booking.updated_at)
    registered = select(func.max(Registration.updated_at), func.max(Roadshow.updated_at)).join(
        Roadshow, Roadshow.id == Registration.roadshow_id
    )
    pitched = select(func.max(changed), func.max(Roadshow.updated_at)).join(
        Roadshow, Roadshow.id == Booking.roadshow_id
    )
    return [
        *(await session.execute(registered.where(Registration.user_id == user.id))).one(),
        *(await session.execute(pitched.where(Booking.company_id.in_(_companies(user))))).one(),
    ]


async def _newest(session: AsyncSession, *which: Any) -> datetime | None:
    """When one of the published roadshows last changed, those too that are older than a feed shows."""
    query = select(func.max(Roadshow.updated_at)).where(Roadshow.state != RoadshowState.DRAFT, *which)
    found: datetime | None = await session.scalar(query)
    return found


async def _pitches(session: AsyncSession, user: User, base: str, now: datetime) -> list[Item]:
    ours = _companies(user)
    query = (
        _shown(Booking, Project.name.label("project_name"))
        .join(Booking, Booking.roadshow_id == Roadshow.id)
        .join(Project, Project.id == Booking.project_id)
        .where(Booking.company_id.in_(ours), Booking.state != BookingState.EXPIRED, recent(now))
        .where(or_(Booking.state != BookingState.HELD, Booking.held_until > now))
        .where(or_(Booking.state != BookingState.CANCELLED, Booking.confirmed_at.is_not(None)))
        .order_by(Booking.updated_at, Booking.id)
    )
    found: dict[tuple[str, str], Row[Any]] = {}
    for row in await session.execute(query):
        place = (row.Booking.project_id, row.Roadshow.id)
        if place not in found or _weight(row.Booking) >= _weight(found[place].Booking):
            found[place] = row
    return [
        _mine(
            row, row.Booking, BOOKING_STATUS[row.Booking.state], base, user.locale,
            standing=word("booking", row.Booking.state, user.locale),
            title=f"{row.project_name} · {row.Roadshow.title}",
            starts_at=row.Booking.starts_at, ends_at=row.Booking.ends_at,
        )
        for row in found.values()
    ]  # fmt: skip


def _weight(booking: Booking) -> int:
    """Of a project's attempts at one roadshow the booking counts, then the running hold, then the last one given up."""
    return -list(BOOKING_STATUS).index(BookingState(booking.state))


def _mine(
    row: Row[Any], own: Registration | Booking, status: Status, base: str, locale: str, *, standing: str, **other: Any
) -> Item:
    """A registration or booking under its own id; either's change, or its roadshow's, raises the sequence."""
    item = _item(row, base, locale)
    is_off = item.status is Status.CANCELLED
    note = NOT_TAKING_PLACE[locale] if is_off else standing
    return _item(
        row,
        base,
        locale,
        standing,
        id=own.id,
        sequence=row.Roadshow.sequence + own.sequence,
        status=Status.CANCELLED if is_off else status,
        changed_at=max(own.updated_at, row.Roadshow.updated_at),
        description="\n\n".join((note, item.description)),
        **other,
    )
