"""Reads of intents: my institutions', my company's, the organizer's, and those of one room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.accounts.models import User
from events.actor import Actor, Permission
from events.deals import views
from events.deals.models import Intent, IntentKind, IntentState
from events.deals.schemas import (
    CompanyIntent,
    CompanyIntentList,
    IntentTotals,
    OwnIntent,
    OwnIntentList,
    StaffIntent,
    StaffIntentList,
)
from events.deals.views import Whole
from events.directory.models import Company, Institution, Organizer, Project
from events.errors import NotFound
from events.paging import Window, page
from events.programme.models import Roadshow

BY_TIME = (Intent.created_at, Intent.id)
NAMES: Mapping[search.Kind, search.Owner] = {
    search.Kind.PROJECT: Intent.project_id,
    search.Kind.COMPANY: Intent.company_id,
    search.Kind.INSTITUTION: Intent.institution_id,
}
MOST_COUNTED = 10_000
"""Totals are exact up to so many intents, and from there on say that there are more."""
MOST_COUNTED_OF_COMMON = 50
"""The same where the name is so common that intents are asked for it one by one."""


@dataclass(frozen=True, slots=True)
class IntentFilter:
    """What an organizer looks for. Days are the organizer's, both included; `q` is part of a name."""

    roadshow_id: str | None = None
    kind: IntentKind | None = None
    state: IntentState | None = None
    q: str = ""
    since: date | None = None
    until: date | None = None


async def whole(session: AsyncSession, intent_id: str) -> Whole:
    """One intent with everything its views name; the caller has asked for permission."""
    return _whole((await session.execute(_wholes().where(Intent.id == intent_id))).one())


async def own_intents(
    session: AsyncSession, actor: Actor, window: Window, state: IntentState | None = None
) -> OwnIntentList:
    """Intents of the actor's institutions, newest first. Refuses: sign_in_required."""
    actor.require_account()
    query = _wholes().where(Intent.institution_id.in_(actor.institution_roles), *_in_state(state))
    found = await page(session, query, BY_TIME, window, descending=True)
    return OwnIntentList(items=[views.own(_whole(row)) for row in found.rows], next=found.next)


async def company_intents(
    session: AsyncSession, actor: Actor, company_id: str, window: Window, state: IntentState | None = None
) -> CompanyIntentList:
    """Intents on the company's projects, newest first. Refuses: sign_in_required, not_found."""
    actor.require_company(company_id)
    query = _wholes().where(Intent.company_id == company_id, *_in_state(state))
    found = await page(session, query, BY_TIME, window, descending=True)
    return CompanyIntentList(items=[views.company(_whole(row)) for row in found.rows], next=found.next)


async def staff_intents(
    session: AsyncSession, actor: Actor, organizer_id: str, wanted: IntentFilter, window: Window
) -> StaffIntentList:
    """Intents left with the organizer, newest first, and the totals of all that fit. Refuses: not_found, forbidden."""
    actor.require_account()
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    named = await search.find(session, wanted.q, list(NAMES)) if wanted.q else None
    conditions = await _conditions(session, organizer_id, wanted, named)
    found = await page(session, _wholes().where(*conditions), BY_TIME, window, descending=True)
    items = [views.staff(_whole(row)) for row in found.rows]
    most = MOST_COUNTED if named is None or named.few else MOST_COUNTED_OF_COMMON
    totals = await _totals(session, [*conditions, *_spread(wanted)], most)
    return StaffIntentList(items=items, next=found.next, totals=totals)


async def has_accepted(session: AsyncSession, actor: Actor, project_id: str) -> bool:
    """Whether the startup accepted an intent of the actor's institutions: its contact is open to them."""
    if not actor.institution_roles:
        return False
    query = select(Intent.id).where(
        Intent.project_id == project_id,
        Intent.institution_id.in_(actor.institution_roles),
        Intent.state == IntentState.ACCEPTED,
    )
    return await session.scalar(query.limit(1)) is not None


async def room_staff_intents(session: AsyncSession, roadshow_id: str) -> list[StaffIntent]:
    """Everything left in a room, oldest first: the staff's snapshot; the caller has asked for permission."""
    query = _wholes().where(Intent.roadshow_id == roadshow_id).order_by(*BY_TIME)
    return [views.staff(_whole(row)) for row in await session.execute(query)]


async def room_user_intents(session: AsyncSession, actor: Actor, roadshow_id: str) -> list[OwnIntent | CompanyIntent]:
    """What a person's own stream of a room carries: intents it left there, and those on its company's projects."""
    mine = and_(Intent.user_id == actor.user_id, Intent.institution_id.in_(actor.institution_roles))
    ours = Intent.company_id.in_(actor.company_roles)
    query = _wholes().where(Intent.roadshow_id == roadshow_id, or_(mine, ours)).order_by(*BY_TIME)
    found = [_whole(row) for row in await session.execute(query)]
    return [views.company(each) if each.intent.company_id in actor.company_roles else views.own(each) for each in found]


async def _conditions(
    session: AsyncSession, organizer_id: str, wanted: IntentFilter, named: search.Found | None
) -> list[ColumnElement[bool]]:
    zone_name = await session.scalar(select(Organizer.timezone).where(Organizer.id == organizer_id))
    if zone_name is None:
        raise NotFound
    zone = ZoneInfo(zone_name)
    found = [_whose(organizer_id, named), *_in_state(wanted.state)]
    if wanted.roadshow_id is not None:
        found.append(Intent.roadshow_id == wanted.roadshow_id)
    if wanted.kind is not None:
        found.append(Intent.kind == wanted.kind)
    if wanted.since is not None:
        found.append(Intent.created_at >= _midnight(wanted.since, zone))
    if wanted.until is not None:
        found.append(Intent.created_at < _midnight(wanted.until + timedelta(days=1), zone))
    if named is not None:
        found.append(search.condition(named, NAMES))
    return found


def _whose(organizer_id: str, named: search.Found | None) -> ColumnElement[bool]:
    """The organizer's; where names are known it is said so that no index on it fits.

    The few intents of those names are then looked up by them, and the library is not walked in order of time.
    """
    if named is None or not named.few:
        return Intent.organizer_id == organizer_id
    return func.coalesce(Intent.organizer_id, "") == organizer_id


def _spread(wanted: IntentFilter) -> list[ColumnElement[bool]]:
    """The state or the kind that is not asked for as a list of all: only those that fit are counted, along an index."""
    if wanted.q or wanted.roadshow_id or (wanted.state is None) == (wanted.kind is None):
        return []
    return [Intent.state.in_(list(IntentState))] if wanted.state is None else [Intent.kind.in_(list(IntentKind))]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _in_state(state: IntentState | None) -> list[ColumnElement[bool]]:
    return [] if state is None else [Intent.state == state]


async def _totals(session: AsyncSession, conditions: list[ColumnElement[bool]], most: int) -> IntentTotals:
    """Of all that fit, or of `most` of them."""
    amounts = select(Intent.amount_min_fen, Intent.amount_max_fen)
    fitting = amounts.where(*conditions).limit(most + 1).subquery()
    least, greatest = func.sum(fitting.c.amount_min_fen), func.sum(fitting.c.amount_max_fen)
    query = select(func.count(), func.coalesce(least, 0), func.coalesce(greatest, 0)).select_from(fitting)
    count, least_fen, most_fen = (await session.execute(query)).one()
    return IntentTotals(
        count=min(count, most), amount_min_fen=int(least_fen), amount_max_fen=int(most_fen), at_least=count > most
    )


def _wholes() -> Select[*tuple[Any, ...]]:
    columns = (Intent, Project, Company, Institution, User.name.label("user_name"), Roadshow.title.label("title"))
    return (
        _joined(select(*columns))
        .join(User, User.id == Intent.user_id)
        .outerjoin(Roadshow, Roadshow.id == Intent.roadshow_id)
    )


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.join(Project, Project.id == Intent.project_id)
        .join(Company, Company.id == Intent.company_id)
        .join(Institution, Institution.id == Intent.institution_id)
    )


def _whole(row: Row[Any]) -> Whole:
    return Whole(row.Intent, row.Project, row.Company, row.Institution, row.user_name, row.title)
