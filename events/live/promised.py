"""Reads of promises and answers after the session: an owner's open promises, and what a roadshow's page shows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Permission
from events.directory.models import Project
from events.live import rules
from events.live.models import Promise, Question, QuestionState
from events.live.schemas import AnsweredList, PromisedQuestion, PromiseList
from events.live.views import promise_view, public_question
from events.live.wholes import wholes
from events.paging import Window, page
from events.programme.models import Roadshow


class PromiseState(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    KEPT = "kept"


async def company_promises(
    session: AsyncSession, actor: Actor, company_id: str, state: PromiseState | None, window: Window, *, now: datetime
) -> PromiseList:
    """What the company owes the audiences of its pitches, the nearest deadline first. Refuses: not_found."""
    actor.require_company(company_id)
    return await _list(session, Promise.company_id == company_id, state, window, now)


async def organizer_promises(
    session: AsyncSession, actor: Actor, organizer_id: str, state: PromiseState | None, window: Window, *, now: datetime
) -> PromiseList:
    """Every promise made at the organizer's roadshows, whoever owes it. Refuses: not_found, forbidden."""
    actor.require_account()
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    return await _list(session, Promise.organizer_id == organizer_id, state, window, now)


async def answered(session: AsyncSession, roadshow_id: str) -> AnsweredList:
    """The public questions that were answered, and those promised an answer, in the order of asking."""
    promised = select(Promise.question_id)
    shown = (Question.state == QuestionState.ANSWERED) | (Question.state.in_(rules.PUBLIC) & Question.id.in_(promised))
    return AnsweredList(items=[public_question(each) for each in await wholes(session, roadshow_id, shown)])


async def _list(
    session: AsyncSession, whose: ColumnElement[bool], state: PromiseState | None, window: Window, now: datetime
) -> PromiseList:
    query = _promised().where(whose, Question.state.in_(rules.PUBLIC), *_in(state, now))
    found = await page(session, query, [Promise.due_at, Promise.question_id], window)
    return PromiseList(items=[_view(row, now) for row in found.rows], next=found.next)


def _promised() -> Select[*tuple[Any, ...]]:
    return (
        select(Promise, Question, Roadshow.title, Roadshow.timezone, Project.name.label("project_name"))
        .join(Question, Question.id == Promise.question_id)
        .join(Roadshow, Roadshow.id == Question.roadshow_id)
        .outerjoin(Project, Project.id == Question.project_id)
    )


def _in(state: PromiseState | None, now: datetime) -> list[ColumnElement[bool]]:
    match state:
        case PromiseState.OPEN:
            return [Promise.kept_at.is_(None)]
        case PromiseState.OVERDUE:
            return [Promise.kept_at.is_(None), Promise.due_at <= now]
        case PromiseState.KEPT:
            return [Promise.kept_at.is_not(None)]
        case None:
            return []


def _view(row: Row[Any], now: datetime) -> PromisedQuestion:
    promise, question = row.Promise, row.Question
    return PromisedQuestion(
        question_id=question.id,
        roadshow_id=question.roadshow_id,
        roadshow_title=row.title,
        timezone=row.timezone,
        project_name=row.project_name,
        text=question.text,
        votes=question.votes,
        answer=question.answer,
        promise=promise_view(promise),
        made_at=promise.made_at,
        is_overdue=promise.kept_at is None and promise.due_at <= now,
    )
