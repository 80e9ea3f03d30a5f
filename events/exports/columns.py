"""The columns of the long lists, over rows with named values, and the values of rows. Pure, and small to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from events.exports.tables import Column, Kind, Value, wan
from events.vocabulary import word


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
LONG: Mapping[str, Sequence[Column]] = {
    "registrations": REGISTRATIONS,
    "questions": QUESTIONS,
    "intents": INTENTS,
}


def cells(columns: Sequence[Column], rows: Sequence[Any], zone: ZoneInfo, locale: str) -> list[list[Value]]:
    """The values of rows, times on that zone's clock. Takes its time: not for the event loop."""
    read = [(column.value, column.kind is Kind.TIME) for column in columns]
    return [
        [
            value.astimezone(zone).replace(tzinfo=None, microsecond=0) if is_time and value is not None else value
            for value, is_time in [(each(row, locale), is_time) for each, is_time in read]
        ]
        for row in rows
    ]
