"""The public calendar: every day with what kind of day it is, its roadshows, and whether it is a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Invalid
from events.programme import workdays
from events.programme.cards import cards, to_cards
from events.programme.models import Roadshow, RoadshowState
from events.programme.schemas import CalendarView, DayView, RoadshowCard, TwoNames

SHOWN = (RoadshowState.PUBLISHED, RoadshowState.LIVE, RoadshowState.ENDED)
LONGEST_DAYS = 62
HOME = ZoneInfo("Asia/Shanghai")


class BadRange(Invalid):
    code = "range_invalid"
    zh, en = "日期范围须在1至62天之间。", "Ask for 1 to 62 days."
    fix_zh, fix_en = "请缩短日期范围。", "Ask for fewer days at once."


async def calendar(
    session: AsyncSession,
    first: date,
    last: date,
    now: datetime,
    *,
    organizer_id: str | None = None,
    series_id: str | None = None,
) -> CalendarView:
    """The days from `first` to `last`, both included, in one query. Refuses: range_invalid."""
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise BadRange
    by_day: dict[date, list[RoadshowCard]] = defaultdict(list)
    for card in await _roadshows(session, first, last, organizer_id, series_id):
        by_day[card.starts_at.astimezone(ZoneInfo(card.timezone)).date()].append(card)
    today = now.astimezone(HOME).date()
    days = [_day(day, by_day[day.date], today) for day in workdays.days(first, last)]
    return CalendarView(days=days, unknown_years=workdays.unknown_years(first, last))


async def _roadshows(
    session: AsyncSession, first: date, last: date, organizer_id: str | None, series_id: str | None
) -> Sequence[RoadshowCard]:
    """Public roadshows from a day before to a day after, since a day begins elsewhere in other time zones."""
    begin = datetime.combine(first - timedelta(days=1), time(), UTC)
    end = datetime.combine(last + timedelta(days=2), time(), UTC)
    query = cards().where(Roadshow.starts_at >= begin, Roadshow.starts_at < end, Roadshow.state.in_(SHOWN))
    if organizer_id is not None:
        query = query.where(Roadshow.organizer_id == organizer_id)
    if series_id is not None:
        query = query.where(Roadshow.series_id == series_id)
    rows = (await session.execute(query.order_by(Roadshow.starts_at, Roadshow.id))).all()
    return to_cards(rows)


def _day(day: workdays.Day, roadshows: list[RoadshowCard], today: date) -> DayView:
    holiday = None
    if day.holiday_zh is not None and day.holiday_en is not None:
        holiday = TwoNames(zh=day.holiday_zh, en=day.holiday_en)
    return DayView(
        date=day.date.isoformat(),
        workday=day.workday,
        make_up=day.make_up,
        holiday_name=holiday,
        gap=day.workday is True and day.date >= today and not roadshows,
        roadshows=roadshows,
    )
