"""Rows of polls and contests: a closed poll's counters, and every judge's points with the place they led to.

Of a secret poll only what all may see is exported: no counter tells investors apart, and none has a person.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from events.directory.models import Company, Project
from events.exports.tables import Column, Kind
from events.live.polls.models import Contest, ContestJudge, ContestScore, Names, Poll, PollState, PollTally
from events.programme.models import Roadshow
from events.vocabulary import word


def _option(row: Any, locale: str) -> str:
    """The option's words; the word itself; or that the row counts all ballots."""
    if not row.PollTally.thing:
        return word("poll", "ballots", locale)
    if row.PollTally.thing in row.Poll.blocked:
        return word("poll", "blocked", locale)
    named = {option["id"]: option["text"] or row.Poll.title for option in row.Poll.options}
    return str(named.get(row.PollTally.thing, row.PollTally.text))


def _investors(row: Any, _locale: str) -> int | None:
    return None if row.Poll.names == Names.NOBODY else row.PollTally.investors


def _criterion(name: str) -> Any:
    def value(row: Any, _locale: str) -> Any:
        known = {criterion["id"]: criterion[name] for criterion in row.Contest.criteria}
        return known.get(row.ContestScore.criterion)

    return value


def _standing(name: str, hundredths: bool) -> Any:
    """What the frozen standings say of the project; nothing before they are frozen."""

    def value(row: Any, _locale: str) -> Any:
        for standing in row.Contest.standings or ():
            if standing["project_id"] == row.ContestScore.project_id:
                return Decimal(standing[name]) / 100 if hundredths else standing[name]
        return None

    return value


def _roadshow(name: str) -> Any:
    return lambda row, _locale: getattr(row, f"roadshow_{name}")


ROADSHOW = (
    Column("路演", "Roadshow", _roadshow("title"), width=28),
    Column("路演开始时间", "Roadshow starts", _roadshow("starts_at"), Kind.TIME, 20),
)
POLLS = (
    *ROADSHOW,
    Column("题目", "Poll", lambda row, _: row.Poll.title, width=36),
    Column("题型", "Kind", lambda row, locale: word("poll_kind", row.Poll.kind, locale)),
    Column("记名方式", "Names", lambda row, locale: word("poll_names", row.Poll.names, locale), width=18),
    Column("选项或词语", "Option or word", _option, width=28),
    Column("分值或名次", "Score or rank", lambda row, _: row.PollTally.score or None, Kind.NUMBER, 12),
    Column("票数", "Votes", lambda row, _: row.PollTally.votes, Kind.NUMBER, 8),
    Column("其中已核验投资人", "Of verified investors", _investors, Kind.NUMBER, 18),
    Column("结束时间", "Closed at", lambda row, _: row.Poll.closed_at, Kind.TIME, 20),
    Column("结果摘要", "Digest", lambda row, _: row.Poll.digest, width=66),
)
SCORES = (
    *ROADSHOW,
    Column("项目", "Project", lambda row, _: row.project_name, width=24),
    Column("企业", "Company", lambda row, _: row.company_name, width=28),
    Column("评委", "Judge", lambda row, _: row.judge_name),
    Column("评分项", "Criterion", _criterion("name"), width=20),
    Column("权重", "Weight", _criterion("weight"), Kind.NUMBER, 8),
    Column("分数", "Points", lambda row, _: row.ContestScore.points, Kind.NUMBER, 8),
    Column("满分", "Out of", lambda row, _: row.Contest.scale, Kind.NUMBER, 8),
    Column("评委分", "Jury", _standing("jury", True), Kind.MONEY, 10),
    Column("意向分", "Commitments", _standing("commitments", True), Kind.MONEY, 10),
    Column("观众分", "Audience", _standing("audience", True), Kind.MONEY, 10),
    Column("总分", "Total", _standing("total", True), Kind.MONEY, 10),
    Column("名次", "Place", _standing("place", False), Kind.NUMBER, 8),
    Column("评分时间", "Scored at", lambda row, _: row.ContestScore.at, Kind.TIME, 20),
)


def _with_roadshow(*columns: Any) -> Select[Any]:
    return select(*columns, Roadshow.title.label("roadshow_title"), Roadshow.starts_at.label("roadshow_starts_at"))


def polls() -> Select[Any]:
    """Counters of closed polls, a poll after the other."""
    return (
        _with_roadshow(PollTally, Poll)
        .join(Poll, Poll.id == PollTally.poll_id)
        .join(Roadshow, Roadshow.id == Poll.roadshow_id)
        .where(Poll.state == PollState.CLOSED, Poll.deleted_at.is_(None), PollTally.votes > 0)
        .order_by(Poll.closed_at, Poll.id, PollTally.thing, PollTally.score)
    )


def scores() -> Select[Any]:
    """Points by roadshow, project and judge."""
    names = (
        Project.name.label("project_name"), Company.name.label("company_name"), ContestJudge.name.label("judge_name"),
    )  # fmt: skip
    return (
        _with_roadshow(ContestScore, Contest, *names)
        .join(Contest, Contest.roadshow_id == ContestScore.roadshow_id)
        .join(ContestJudge, ContestJudge.id == ContestScore.judge_id)
        .join(Project, Project.id == ContestScore.project_id)
        .join(Company, Company.id == Project.company_id)
        .join(Roadshow, Roadshow.id == ContestScore.roadshow_id)
        .order_by(Roadshow.starts_at, Project.name, ContestJudge.name, ContestScore.criterion)
    )
