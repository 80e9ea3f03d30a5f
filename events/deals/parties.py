"""Who stands on the two sides of an intent, and which organizer brings them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import MemberOf, Membership, MembershipState, User
from events.actor import Actor
from events.deals import rules
from events.deals.models import Intent
from events.directory.library import organizers_of
from events.directory.models import Project, Verification, VerificationStatus
from events.errors import NotFound
from events.programme.models import Booking, BookingState, Roadshow
from events.programme.queries import visible_roadshow


@dataclass(frozen=True, slots=True)
class Target:
    """The project an intent is about, and the organizer whose word on the institution counts."""

    project_id: str
    company_id: str
    organizer_id: str
    roadshow_id: str | None


async def at_roadshow(
    session: AsyncSession, actor: Actor, institution_id: str, roadshow_id: str, project_id: str
) -> Target:
    """A project that pitches there. Refuses: not_found, intents_closed, not_verified."""
    roadshow = await visible_roadshow(session, actor, roadshow_id)
    if roadshow.state not in rules.TAKES_INTENTS:
        raise rules.IntentsClosed(state=roadshow.state)
    company_id = await session.scalar(
        select(Booking.company_id)
        .where(
            Booking.roadshow_id == roadshow_id,
            Booking.project_id == project_id,
            Booking.state == BookingState.CONFIRMED,
        )
        .limit(1)
    )
    if company_id is None:
        raise NotFound
    await _first_verifying(session, institution_id, [roadshow.organizer_id])
    return Target(project_id, company_id, roadshow.organizer_id, roadshow_id)


async def on_page(session: AsyncSession, institution_id: str, project_id: str) -> Target:
    """A project of some organizer's roadshow or library: the organizer it pitched at last, if that one verified us.

    What is in libraries only does not exist for institutions that none of their organizers has verified.
    Refuses: not_found, not_verified.
    """
    company_id = await session.scalar(select(Project.company_id).where(Project.id == project_id))
    if company_id is None:
        raise NotFound
    shown_by = await _shown_by(session, project_id)
    listed_by = await organizers_of(session, "project", project_id)
    try:
        organizer_id = await _first_verifying(session, institution_id, [*shown_by, *listed_by])
    except rules.NotVerified:
        if shown_by:
            raise
        raise NotFound from None
    return Target(project_id, company_id, organizer_id, None)


async def _shown_by(session: AsyncSession, project_id: str) -> list[str]:
    """Organizers at whose published roadshows the project pitched or will pitch, the latest first."""
    query = (
        select(Roadshow.organizer_id)
        .join(Booking, Booking.roadshow_id == Roadshow.id)
        .where(
            Booking.project_id == project_id,
            Booking.state == BookingState.CONFIRMED,
            Roadshow.state.in_(rules.TAKES_INTENTS),
        )
        .group_by(Roadshow.organizer_id)
        .order_by(func.max(Roadshow.starts_at).desc())
    )
    return list(await session.scalars(query))


async def _first_verifying(session: AsyncSession, institution_id: str, organizer_ids: Sequence[str]) -> str:
    """The first of these organizers that has verified the institution. Refuses: not_found, not_verified."""
    if not organizer_ids:
        raise NotFound
    query = select(Verification.organizer_id, Verification.status).where(
        Verification.institution_id == institution_id, Verification.organizer_id.in_(organizer_ids)
    )
    words = dict((await session.execute(query)).all())
    for organizer_id in organizer_ids:
        if words.get(organizer_id) == VerificationStatus.VERIFIED:
            return organizer_id
    first = organizer_ids[0]
    raise rules.NotVerified(organizer_id=first, institution_id=institution_id, status=words.get(first))


@dataclass(frozen=True, slots=True)
class Member:
    """A person on one side, and where its letters go."""

    user_id: str
    side: MemberOf
    name: str
    email: str | None
    locale: str


async def members(session: AsyncSession, intent: Intent) -> list[Member]:
    """The company's active members, and the author as long as it belongs to the institution; by user id."""
    query = (
        select(User.id, Membership.kind, User.name, User.email, User.locale)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.state == MembershipState.ACTIVE,
            or_(
                and_(Membership.kind == MemberOf.COMPANY, Membership.subject_id == intent.company_id),
                and_(
                    Membership.kind == MemberOf.INSTITUTION,
                    Membership.subject_id == intent.institution_id,
                    Membership.user_id == intent.user_id,
                ),
            ),
        )
        .order_by(User.id)
    )
    return [
        Member(user_id, MemberOf(kind), name, email, locale)
        for user_id, kind, name, email, locale in await session.execute(query)
    ]
