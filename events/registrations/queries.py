"""Reads of registrations: the person's own, the staff's list, the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from events import many
from events.accounts.models import User
from events.actor import Actor, Permission
from events.directory.models import Institution, Organizer
from events.errors import Conflict, NotFound
from events.paging import Window, page
from events.programme.cards import Channel, Hall
from events.programme.models import Roadshow
from events.programme.queries import load_roadshow
from events.registrations.models import Registration, RegistrationState
from events.registrations.schemas import (
    OwnRegistration,
    OwnRegistrationList,
    RegistrationCounts,
    RoadshowSummary,
    StaffRegistration,
    StaffRegistrationList,
)
from events.text import holds, same


class NoTicket(Conflict):
    """409: a ticket exists only while there is a seat behind it."""

    code = "ticket_not_issued"
    zh, en = "报名尚未确认，暂无电子票。", "There is no ticket until the registration is confirmed."
    fix_zh, fix_en = "确认后会发送邮件通知。", "You will get a letter once it is confirmed."


async def own_registrations(session: AsyncSession, actor: Actor, window: Window) -> OwnRegistrationList:
    """All registrations of the actor, the latest roadshow first. Refuses: sign_in_required."""
    query = _own().where(Registration.user_id == actor.require_account())
    found = await page(session, query, (Roadshow.starts_at, Registration.id), window, descending=True)
    return OwnRegistrationList(items=[_view_own(row) for row in found.rows], next=found.next)


async def own_registration(session: AsyncSession, actor: Actor, registration_id: str) -> OwnRegistration:
    """One registration of the actor. Refuses: sign_in_required, not_found."""
    query = _own().where(Registration.id == registration_id, Registration.user_id == actor.require_account())
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return _view_own(row)


async def own_ticket(session: AsyncSession, actor: Actor, registration_id: str) -> str:
    """The ticket's code, for its owner. Refuses: sign_in_required, not_found, ticket_not_issued."""
    view = await own_registration(session, actor, registration_id)
    if view.ticket_code is None:
        raise NoTicket(state=view.state)
    return view.ticket_code


async def staff_registrations(
    session: AsyncSession,
    actor: Actor,
    roadshow_id: str,
    window: Window,
    *,
    state: RegistrationState | None = None,
    q: str = "",
) -> StaffRegistrationList:
    """Who registered, in that order, by state and by part of a person's or institution's name; and the counts.

    Refuses: sign_in_required, not_found, forbidden.
    """
    actor.require_account()
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.ORGANIZER_READ)
    query = _staff().where(Registration.roadshow_id == roadshow_id)
    if state is not None:
        query = query.where(Registration.state == state)
    if q:
        named = many.Rows(many.is_postgres(session)).each("named")
        query = query.where(Registration.id.in_(named)).params(named=many.packed(await _named(session, roadshow_id, q)))
    found = await page(session, query, (Registration.created_at, Registration.id), window)
    items = [_view_staff(row) for row in found.rows]
    return StaffRegistrationList(items=items, next=found.next, counts=await _counts(session, roadshow))


async def _named(session: AsyncSession, roadshow_id: str, q: str) -> list[str]:
    """Those whose person's or institution's name holds `q`, however either is written."""
    query = (
        select(Registration.id, User.name, Institution.name)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Institution, Institution.id == Registration.institution_id)
        .where(Registration.roadshow_id == roadshow_id)
    )
    part = same(q)
    return [row[0] for row in await session.execute(query) if holds(part, *row[1:])]


async def staff_registration(session: AsyncSession, registration_id: str) -> StaffRegistration:
    """One row of the staff's list; the caller has asked for permission."""
    return _view_staff((await session.execute(_staff().where(Registration.id == registration_id))).one())


async def is_registered(session: AsyncSession, user_id: str | None, roadshow_id: str) -> bool:
    """Whether the person has a confirmed seat: who may enter a room that needs approval."""
    query = select(Registration.id).where(
        Registration.roadshow_id == roadshow_id,
        Registration.user_id == user_id,
        Registration.state == RegistrationState.CONFIRMED,
    )
    return await session.scalar(query) is not None


async def registered_among(session: AsyncSession, user_ids: Sequence[str], roadshow_id: str) -> set[str]:
    """Those of these people who have a confirmed seat."""
    given = {"people": many.packed(user_ids), "roadshow": roadshow_id}
    return set(await session.scalars(_seated(session), given))


@many.statement
def _seated(rows: many.Rows) -> Select[str]:
    return select(Registration.user_id).where(
        Registration.user_id.in_(rows.each("people")),
        Registration.roadshow_id == bindparam("roadshow"),
        Registration.state == RegistrationState.CONFIRMED,
    )


async def _counts(session: AsyncSession, roadshow: Roadshow) -> RegistrationCounts:
    query = (
        select(Registration.state, func.count(), func.count(Registration.checked_in_at))
        .where(Registration.roadshow_id == roadshow.id)
        .group_by(Registration.state)
    )
    rows = (await session.execute(query)).all()
    return RegistrationCounts(
        **{state: count for state, count, _ in rows},
        checked_in=sum(checked_in for _, _, checked_in in rows),
        capacity=roadshow.capacity,
        seats_taken=roadshow.seats_taken,
    )


def _position() -> ColumnElement[int | None]:
    """1 for who is next; null for who does not wait."""
    before = aliased(Registration)
    ahead = (
        select(func.count())
        .where(
            before.roadshow_id == Registration.roadshow_id,
            before.state == RegistrationState.WAITLISTED,
            tuple_(before.queued_at, before.id) <= tuple_(Registration.queued_at, Registration.id),
        )
        .correlate(Registration)
        .scalar_subquery()
    )
    return case((Registration.state == RegistrationState.WAITLISTED, ahead), else_=None)


def _own() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Registration, Roadshow, Organizer.name.label("organizer_name"), Hall.name.label("hall_name"),
            Hall.address.label("hall_address"), Channel.stream_url.label("stream_url"),
            Institution.name.label("institution_name"),
            _position().label("queue_position"),
        )
        .join(Roadshow, Roadshow.id == Registration.roadshow_id)
        .join(Organizer, Organizer.id == Roadshow.organizer_id)
        .outerjoin(Hall, Hall.id == Roadshow.hall_id)
        .outerjoin(Channel, Channel.id == Roadshow.channel_id)
        .outerjoin(Institution, Institution.id == Registration.institution_id)
    )  # fmt: skip


def _staff() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Registration, User.name.label("user_name"), Institution.name.label("institution_name"),
            _position().label("queue_position"),
        )
        .join(User, User.id == Registration.user_id)
        .outerjoin(Institution, Institution.id == Registration.institution_id)
    )  # fmt: skip


def _view_own(row: Row[Any]) -> OwnRegistration:
    mine: Registration = row.Registration
    has_seat = mine.state == RegistrationState.CONFIRMED
    return OwnRegistration(
        id=mine.id,
        roadshow_id=mine.roadshow_id,
        state=RegistrationState(mine.state),
        reason=mine.reason,
        ticket_code=mine.ticket_code if has_seat else None,
        stream_url=(row.stream_url or None) if has_seat else None,
        queue_position=row.queue_position,
        institution_id=mine.institution_id,
        institution_name=row.institution_name,
        note=mine.note,
        checked_in_at=mine.checked_in_at,
        created_at=mine.created_at,
        updated_at=mine.updated_at,
        roadshow=_summary(row),
    )


def _summary(row: Row[Any]) -> RoadshowSummary:
    roadshow: Roadshow = row.Roadshow
    then = roadshow.hall_then or {}
    return RoadshowSummary(
        id=roadshow.id,
        organizer_id=roadshow.organizer_id,
        organizer_name=row.organizer_name,
        title=roadshow.title,
        state=roadshow.state,
        cancel_reason=roadshow.cancel_reason,
        starts_at=roadshow.starts_at,
        ends_at=roadshow.ends_at,
        timezone=roadshow.timezone,
        hall_name=then.get("name", row.hall_name),
        hall_address=then.get("address", row.hall_address),
    )


def _view_staff(row: Row[Any]) -> StaffRegistration:
    theirs: Registration = row.Registration
    return StaffRegistration(
        id=theirs.id,
        roadshow_id=theirs.roadshow_id,
        user_id=theirs.user_id,
        user_name=row.user_name,
        institution_id=theirs.institution_id,
        institution_name=row.institution_name,
        note=theirs.note,
        state=RegistrationState(theirs.state),
        reason=theirs.reason,
        queue_position=row.queue_position,
        checked_in_at=theirs.checked_in_at,
        created_at=theirs.created_at,
        updated_at=theirs.updated_at,
    )
