"""A person's registration: register, cancel; and the organizer's word on it: approve, reject."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import NotFound
from events.programme.queries import visible_roadshow
from events.registrations import queries, rules, seats, waitlist
from events.registrations.institutions import introduce
from events.registrations.models import Registration, RegistrationState
from events.registrations.notices import OF_STATE, notify
from events.registrations.schemas import OwnRegistration, RegistrationIn, RejectionIn, StaffRegistration
from events.registrations.seats import Seats
from events.registrations.tickets import new_code


async def register(
    session: AsyncSession, actor: Actor, roadshow_id: str, data: RegistrationIn, *, now: datetime
) -> OwnRegistration:
    """A seat, a place in the queue, or a request the organizer decides on; after a cancellation the same row again.

    Refuses: sign_in_required, not_found, registration_closed, already_registered, registration_rejected.
    """
    user_id = actor.require_account()
    if data.institution_id is not None:
        actor.require_institution(data.institution_id)
    await visible_roadshow(session, actor, roadshow_id)
    roadshow = await seats.lock(session, roadshow_id)
    rules.require_open(roadshow, now)
    existing = await _existing(session, roadshow_id, user_id)
    rules.require_new(existing)
    registration = existing or _blank(session, roadshow_id, user_id, now)
    registration.institution_id, registration.note, registration.reason = data.institution_id, data.note, ""
    if roadshow.needs_approval:
        _become(registration, RegistrationState.PENDING, now)
    else:
        await _place(session, registration, now)
    if data.institution_id is not None:
        await introduce(session, actor, roadshow.organizer_id, data.institution_id, now=now)
    await _tell(session, actor, registration, roadshow, "registration.made", now)
    return await queries.own_registration(session, actor, registration.id)


async def cancel(session: AsyncSession, actor: Actor, registration_id: str, *, now: datetime) -> OwnRegistration:
    """Give up the seat, the place in the queue or the request; who waits longest gets the seat at once.

    Refuses: sign_in_required, not_found, already_checked_in, registration_state.
    """
    user_id = actor.require_account()
    registration, roadshow = await _locked(session, registration_id)
    if registration.user_id != user_id:
        raise NotFound
    await _leave(session, registration, RegistrationState.CANCELLED, now)
    audit.record(
        session, actor, "registration.cancelled", ("registration", registration.id),
        now=now, organizer_id=roadshow.organizer_id,
    )  # fmt: skip
    return await queries.own_registration(session, actor, registration.id)


async def approve(session: AsyncSession, actor: Actor, registration_id: str, *, now: datetime) -> StaffRegistration:
    """Accept a request, or take a rejection back: a seat, or the end of the queue.

    Refuses: not_found, forbidden, registration_closed, registration_state.
    """
    registration, roadshow = await _staffed(session, actor, registration_id)
    rules.require_open(roadshow, now)
    rules.require_approvable(registration)
    registration.reason = ""
    await _place(session, registration, now)
    await _tell(session, actor, registration, roadshow, "registration.approved", now)
    return await queries.staff_registration(session, registration.id)


async def reject(
    session: AsyncSession, actor: Actor, registration_id: str, data: RejectionIn, *, now: datetime
) -> StaffRegistration:
    """Say no, with a reason the person reads; a seat that becomes free goes to who waits longest.

    Refuses: not_found, forbidden, already_checked_in, registration_state.
    """
    registration, roadshow = await _staffed(session, actor, registration_id)
    registration.reason = data.reason
    await _leave(session, registration, RegistrationState.REJECTED, now)
    await _tell(session, actor, registration, roadshow, "registration.rejected", now, reason=data.reason)
    return await queries.staff_registration(session, registration.id)


async def _existing(session: AsyncSession, roadshow_id: str, user_id: str) -> Registration | None:
    query = select(Registration).where(Registration.roadshow_id == roadshow_id, Registration.user_id == user_id)
    return await session.scalar(query.with_for_update())


def _blank(session: AsyncSession, roadshow_id: str, user_id: str, now: datetime) -> Registration:
    registration = Registration(
        id=new_id(), roadshow_id=roadshow_id, user_id=user_id, state=RegistrationState.CANCELLED,
        ticket_code=new_code(), sequence=0, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(registration)
    return registration


def _become(registration: Registration, to: RegistrationState, now: datetime) -> None:
    rules.move(registration, to, now)
    registration.queued_at = None


async def _place(session: AsyncSession, registration: Registration, now: datetime) -> None:
    """Into a seat if one is free and nobody waits for it, else to the end of the queue."""
    await waitlist.promote(session, registration.roadshow_id, now)
    if await seats.take(session, registration.roadshow_id):
        _become(registration, RegistrationState.CONFIRMED, now)
        return
    await waitlist.join(session, registration, now)
    rules.move(registration, RegistrationState.WAITLISTED, now)


async def _leave(session: AsyncSession, registration: Registration, to: RegistrationState, now: datetime) -> None:
    """Out of whatever state it is in; the seat, if it had one, goes to the queue in this transaction."""
    if registration.checked_in_at is not None:
        raise rules.AlreadyCheckedIn(checked_in_at=registration.checked_in_at)
    before = rules.move(registration, to, now)
    registration.queued_at = None
    await session.flush()
    if before is RegistrationState.CONFIRMED:
        await seats.give_back(session, registration.roadshow_id)
        await waitlist.promote(session, registration.roadshow_id, now)


async def _locked(session: AsyncSession, registration_id: str) -> tuple[Registration, Seats]:
    """The registration as it is once its roadshow's seats are locked. Refuses: not_found."""
    roadshow_id = await session.scalar(select(Registration.roadshow_id).where(Registration.id == registration_id))
    if roadshow_id is None:
        raise NotFound
    roadshow = await seats.lock(session, roadshow_id)
    registration = await session.get_one(Registration, registration_id, populate_existing=True, with_for_update=True)
    return registration, roadshow


async def _staffed(session: AsyncSession, actor: Actor, registration_id: str) -> tuple[Registration, Seats]:
    actor.require_account()
    registration, roadshow = await _locked(session, registration_id)
    actor.require(roadshow.organizer_id, Permission.REGISTRATIONS_EDIT)
    return registration, roadshow


async def _tell(
    session: AsyncSession, actor: Actor, registration: Registration, roadshow: Seats, action: str, now: datetime,
    **detail: str,
) -> None:  # fmt: skip
    """Record the act and write to the person what became of it."""
    await session.flush()
    state = RegistrationState(registration.state)
    audit.record(
        session, actor, action, ("registration", registration.id),
        now=now, organizer_id=roadshow.organizer_id, state=state, **detail,
    )  # fmt: skip
    await notify(session, registration, roadshow, OF_STATE[state], now)
