"""What each export holds: its columns in the order of the sheet, and the rows it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from events.accounts.models import User
from events.base import Base
from events.deals.models import Intent
from events.directory.models import Company, Institution, Project
from events.exports import polls
from events.exports.tables import Column, Kind, wan
from events.live.models import Promise, Question, Reply
from events.live.polls.models import Contest, ContestJudge, ContestScore, Poll, PollTally
from events.programme.models import Roadshow
from events.registrations.models import Registration
from events.vocabulary import word

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


def _of(*path: str) -> Callable[[Any, str], Any]:
    read = attrgetter("_".join(path))
    return lambda row, _locale: read(row)


def _word(kind: str, *path: str) -> Callable[[Any, str], Any]:
    read = attrgetter("_".join(path))

    def value(row: Any, locale: str) -> Any:
        found = read(row)
        return None if found is None else word(kind, str(found), locale)

    return value


def _wan(name: str) -> Callable[[Any, str], Any]:
    read = attrgetter(f"Intent_{name}")
    return lambda row, _locale: wan(read(row))


ROADSHOW = (
    Column("路演", "Roadshow", _of("roadshow_title"), width=28),
    Column("路演开始时间", "Roadshow starts", _of("roadshow_starts_at"), Kind.TIME, 20),
)
REGISTRATIONS = (
    *ROADSHOW,
    Column("姓名", "Name", _of("name")),
    Column("邮箱", "Email", _of("email"), width=28),
    Column("机构", "Institution", _of("institution_name"), width=24),
    Column("状态", "State", _word("registration", "Registration", "state")),
    Column("留言", "Note", _of("Registration", "note"), width=32),
    Column("未通过原因", "Reason", _of("Registration", "reason"), width=24),
    Column("签到码", "Ticket code", _of("Registration", "ticket_code")),
    Column("报名时间", "Registered", _of("Registration", "created_at"), Kind.TIME, 20),
    Column("签到时间", "Checked in", _of("Registration", "checked_in_at"), Kind.TIME, 20),
    Column("签到人员", "Checked in by", _of("checker_name")),
)
QUESTIONS = (
    *ROADSHOW,
    Column("项目", "Project", _of("project_name"), width=24),
    Column("提问人", "Asked by", _of("Question", "author_name")),
    Column("机构", "Institution", _of("Question", "author_institution"), width=24),
    Column("匿名", "Anonymous", _word("yes", "Question", "anonymous"), width=8),
    Column("问题", "Question", _of("Question", "text"), width=48),
    Column("状态", "State", _word("question", "Question", "state")),
    Column("隐藏原因", "Hidden because", _of("Question", "hidden_reason"), width=24),
    Column("票数", "Votes", _of("Question", "votes"), Kind.NUMBER, 8),
    Column("其中已核验机构票数", "Of verified investors", _of("Question", "investor_votes"), Kind.NUMBER, 18),
    Column("标签", "Label", _word("label", "Question", "label"), width=8),
    Column("并入的提问", "Merged into", _of("merged_into"), width=32),
    Column("回复", "Replies", _of("replies"), width=48),
    Column("回答方式", "Answered", _word("answered_how", "Question", "answered_how")),
    Column("回答", "Answer", _of("Question", "answer"), width=48),
    Column("提问时间", "Asked at", _of("Question", "asked_at"), Kind.TIME, 20),
    Column("公开时间", "Published at", _of("Question", "published_at"), Kind.TIME, 20),
    Column("回答时间", "Answered at", _of("Question", "answered_at"), Kind.TIME, 20),
    Column("补答负责方", "Promised by", _of("promised_by"), width=24),
    Column("补答期限", "Promised until", _of("due_at"), Kind.TIME, 20),
    Column("补答时间", "Promise kept at", _of("kept_at"), Kind.TIME, 20),
)
INTENTS = (
    *ROADSHOW,
    Column("项目", "Project", _of("project_name"), width=24),
    Column("企业", "Company", _of("company_name"), width=28),
    Column("统一社会信用代码", "Credit code", _of("credit_code"), width=22),
    Column("投资机构", "Institution", _of("institution_name"), width=24),
    Column("联系人", "Person", _of("name")),
    Column("邮箱", "Email", _of("email"), width=28),
    Column("意向类型", "Kind", _word("intent", "Intent", "kind")),
    Column("金额下限（万元）", "At least (10,000 yuan)", _wan("amount_min_fen"), Kind.MONEY, 18),
    Column("金额上限（万元）", "At most (10,000 yuan)", _wan("amount_max_fen"), Kind.MONEY, 18),
    Column("状态", "State", _word("intent_state", "Intent", "state")),
    Column("备注", "Note", _of("Intent", "note"), width=40),
    Column("回应说明", "Answer", _of("Intent", "answer_reason"), width=32),
    Column("提交时间", "Left at", _of("Intent", "created_at"), Kind.TIME, 20),
    Column("回应时间", "Answered at", _of("Intent", "answered_at"), Kind.TIME, 20),
)
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
