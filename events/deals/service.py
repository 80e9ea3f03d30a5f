"""Intents: left by an institution, answered by the startup, closed by the organizer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.base import new_id
from events.deals import parties, rules, views
from events.deals.models import OPEN, Intent, IntentKind, IntentState
from events.deals.news import Letter, spread
from events.deals.parties import Target
from events.deals.schemas import AnswerIn, CompanyIntent, IntentIn, OwnIntent, StaffIntent
from events.errors import NotFound


async def leave_intent(
    session: AsyncSession, actor: Actor, roadshow_id: str | None, data: IntentIn, *, now: datetime
) -> OwnIntent:
    """An institution's interest in a project, from a room or (`roadshow_id` None) from the project's page.

    Refuses: sign_in_required, institution_needed, institution_unclear, not_found, intents_closed, not_verified,
    own_project, amount_range, amount_not_taken, intent_exists.
    """
    user_id = actor.require_account()
    institution_id = rules.institution_for(actor, data.institution_id)
    rules.check_amounts(data.kind, data.amount_min_fen, data.amount_max_fen)
    if roadshow_id is None:
        target = await parties.on_page(session, institution_id, data.project_id)
    else:
        target = await parties.at_roadshow(session, actor, institution_id, roadshow_id, data.project_id)
    if target.company_id in actor.company_roles:
        raise rules.OwnProject
    await _refuse_repeat(session, institution_id, target, data.kind)
    intent = Intent(
        id=new_id(), organizer_id=target.organizer_id, roadshow_id=target.roadshow_id, project_id=target.project_id,
        company_id=target.company_id, institution_id=institution_id, user_id=user_id, kind=data.kind,
        amount_min_fen=data.amount_min_fen, amount_max_fen=data.amount_max_fen, note=data.note,
        state=IntentState.LEFT, created_at=now, updated_at=now,
    )  # fmt: skip
    await _add(session, intent, target)
    return views.own(await spread(session, actor, intent, "intent.left", now, Letter.LEFT))


async def withdraw(session: AsyncSession, actor: Actor, intent_id: str, *, now: datetime) -> OwnIntent:
    """Take an open intent back, as a member of its institution. Refuses: not_found, intent_state."""
    actor.require_account()
    intent = await _locked(session, intent_id)
    actor.require_institution(intent.institution_id)
    _move(intent, IntentState.WITHDRAWN, now)
    return views.own(await spread(session, actor, intent, "intent.withdrawn", now))


async def answer(
    session: AsyncSession, actor: Actor, intent_id: str, data: AnswerIn, *, now: datetime
) -> CompanyIntent:
    """The startup's word: accepted opens both sides' contacts to each other.

    Refuses: sign_in_required, not_found, reason_needed, intent_state.
    """
    actor.require_account()
    intent = await _locked(session, intent_id)
    actor.require_company(intent.company_id)
    rules.check_reason(data.answer, data.reason)
    _move(intent, data.answer, now)
    intent.answer_reason, intent.answered_at = data.reason, now
    return views.company(await spread(session, actor, intent, "intent.answered", now, Letter.ANSWERED))


async def close(session: AsyncSession, actor: Actor, intent_id: str, *, now: datetime) -> StaffIntent:
    """The organizer ends an open intent. Refuses: sign_in_required, not_found, forbidden, intent_state."""
    actor.require_account()
    intent = await _locked(session, intent_id)
    actor.require(intent.organizer_id, Permission.INTENTS_EDIT)
    _move(intent, IntentState.CLOSED, now)
    return views.staff(await spread(session, actor, intent, "intent.closed", now))


async def _locked(session: AsyncSession, intent_id: str) -> Intent:
    intent = await session.get(Intent, intent_id, populate_existing=True, with_for_update=True)
    if intent is None:
        raise NotFound
    return intent


def _move(intent: Intent, to: IntentState, now: datetime) -> None:
    rules.check_move(intent, to)
    intent.state, intent.updated_at = to, now


async def _refuse_repeat(session: AsyncSession, institution_id: str, target: Target, kind: IntentKind) -> None:
    query = select(Intent.id, Intent.state).where(
        Intent.institution_id == institution_id,
        Intent.project_id == target.project_id,
        Intent.kind == kind,
        Intent.roadshow_id.is_not_distinct_from(target.roadshow_id),
        Intent.state.in_(OPEN),
    )
    row = (await session.execute(query)).one_or_none()
    if row is not None:
        raise rules.IntentExists(intent_id=row.id, state=row.state)


async def _add(session: AsyncSession, intent: Intent, target: Target) -> None:
    """The index over open intents decides between two colleagues who press at once."""
    try:
        async with session.begin_nested():
            session.add(intent)
    except IntegrityError:
        await _refuse_repeat(session, intent.institution_id, target, IntentKind(intent.kind))
        raise
