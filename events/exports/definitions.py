"""What each export holds: its columns in the order of the sheet, and the rows it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from events.accounts.models import User
from events.base import Base
from events.deals.models import Intent
from events.directory.models import Company, Institution, Project
from events.exports import polls
from events.exports.columns import INTENTS, QUESTIONS, REGISTRATIONS
from events.exports.tables import Column
from events.live.models import Promise, Question, Reply
from events.live.polls.models import Contest, ContestJudge, ContestScore, Poll, PollTally
from events.programme.models import Roadshow
from events.registrations.models import Registration

Checker = aliased(User, name="checker")
Head = aliased(Question, name="head")


class Subject(StrEnum):
    """What can be exported."""

    REGISTRATIONS = "registrations"
    QUESTIONS = "questions"
    INTENTS = "intents"
    POLLS = "polls"
    SCORES = "scores"


@dataclass(frozen=True, slots=True)
class Definition:
    """`names` are searched by a filter's `q`; `at` is the time its days are about."""

    zh: str
    en: str
    columns: Sequence[Column]
    query: Callable[[], Select[Any]]
    organizer: ColumnElement[str] | InstrumentedAttribute[str]
    roadshow: InstrumentedAttribute[Any]
    state: InstrumentedAttribute[str]
    at: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[str]
    names: Sequence[InstrumentedAttribute[str]]


ASKED = (
    "author_name author_institution anonymous text state hidden_reason votes investor_votes label answered_how answer "
    "asked_at published_at answered_at"
)
LEFT = "kind amount_min_fen amount_max_fen state note answer_reason created_at answered_at"


def _plain(model: type[Base], names: str) -> list[Any]:
    """These columns of a row, named after the model: the fewer are read, the faster a long list comes."""
    return [getattr(model, name).label(f"{model.__name__}_{name}") for name in names.split()]


def _with_roadshow(*columns: Any) -> Select[Any]:
    return select(*columns, Roadshow.title.label("roadshow_title"), Roadshow.starts_at.label("roadshow_starts_at"))


def _registrations() -> Select[Any]:
    names = (User.name, User.email, Institution.name.label("institution_name"), Checker.name.label("checker_name"))
    return (
        _with_roadshow(*_plain(Registration, "state note reason ticket_code created_at checked_in_at"), *names)
        .join(Roadshow, Roadshow.id == Registration.roadshow_id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Institution, Institution.id == Registration.institution_id)
        .outerjoin(Checker, Checker.id == Registration.checked_in_by)
    )


def _questions() -> Select[Any]:
    said = func.aggregate_strings(Reply.author_name + "：" + Reply.text, "\n")
    more = (
        Head.text.label("merged_into"),
        select(said).where(Reply.question_id == Question.id).scalar_subquery().label("replies"),
        Promise.owner_name.label("promised_by"),
        Promise.due_at,
        Promise.kept_at,
    )
    return (
        _with_roadshow(*_plain(Question, ASKED), Project.name.label("project_name"), *more)
        .join(Roadshow, Roadshow.id == Question.roadshow_id)
        .outerjoin(Project, Project.id == Question.project_id)
        .outerjoin(Head, Head.id == Question.merged_into)
        .outerjoin(Promise, Promise.question_id == Question.id)
    )


def _intents() -> Select[Any]:
    parties = (Project.name.label("project_name"), Company.name.label("company_name"), Company.credit_code)
    return (
        _with_roadshow(
            *_plain(Intent, LEFT), *parties, Institution.name.label("institution_name"), User.name, User.email
        )
        .outerjoin(Roadshow, Roadshow.id == Intent.roadshow_id)
        .join(Project, Project.id == Intent.project_id)
        .join(Company, Company.id == Intent.company_id)
        .join(Institution, Institution.id == Intent.institution_id)
        .join(User, User.id == Intent.user_id)
    )


DEFINITIONS: Mapping[Subject, Definition] = {
    Subject.REGISTRATIONS: Definition(
        "报名", "Registrations", REGISTRATIONS, _registrations, Roadshow.organizer_id, Registration.roadshow_id,
        Registration.state, Registration.created_at, Registration.id, (User.name, Institution.name),
    ),
    Subject.QUESTIONS: Definition(
        "提问", "Questions", QUESTIONS, _questions, Roadshow.organizer_id, Question.roadshow_id,
        Question.state, Question.asked_at, Question.id, (Question.text, Question.author_name),
    ),
    Subject.INTENTS: Definition(
        "意向", "Intents", INTENTS, _intents, Intent.organizer_id, Intent.roadshow_id,
        Intent.state, Intent.created_at, Intent.id, (Project.name, Company.name, Institution.name),
    ),
    Subject.POLLS: Definition(
        "投票结果", "Polls", polls.POLLS, polls.polls, Roadshow.organizer_id, Poll.roadshow_id,
        Poll.state, Poll.closed_at, PollTally.thing, (Poll.title,),
    ),
    Subject.SCORES: Definition(
        "评分明细", "Scores", polls.SCORES, polls.scores, Roadshow.organizer_id, ContestScore.roadshow_id,
        Contest.state, ContestScore.at, ContestScore.criterion, (Project.name, ContestJudge.name),
    ),
}  # fmt: skip
