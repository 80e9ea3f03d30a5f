"""The demo's programme: series, venues, and a roadshow for each working day around today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from events.errors import Refusal
from events.programme import bookings, roadshows, workdays
from events.programme.models import VenueKind
from events.programme.schemas import BookingIn, RoadshowIn, SeriesIn, SlotIn, VenueIn
from events.programme.series import create_series
from events.programme.slots import replace_slots
from events.programme.venues import create_venue
from events.registrations.schemas import RegistrationIn
from events.registrations.service import register
from server.demo import cast
from server.demo.people import Ensemble

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAD = timedelta(days=4)
OPEN_ALL_WEEK = {str(day): [["08:00", "22:00"]] for day in range(7)}
GAPS_AHEAD = {6, 11}
"""Working days ahead that stay empty, so that the calendar has a gap to show."""


@dataclass(slots=True)
class Stage:
    """Where the demo plays."""

    series: dict[str, str] = field(default_factory=dict)
    halls: list[str] = field(default_factory=list)
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One roadshow to make: which series, when, where, how many pitches."""

    series: str
    title: str
    starts_at: datetime
    pitches: int
    minutes: int
    hall: int | None
    needs_approval: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.pitches * (self.minutes + 5) + 20)


async def build_stage(session: AsyncSession, all_: Ensemble, now: datetime) -> Stage:
    """Three series, two halls and an online channel."""
    stage = Stage()
    for plan in cast.SERIES:
        data = SeriesIn(
            slug=plan.slug, name=plan.name, theme=plan.theme, colour=plan.colour, cadence=plan.cadence, about=plan.about
        )
        stage.series[plan.slug] = (await create_series(session, all_.owner, all_.organizer_id, data, now=now)).id
    for name, capacity, address in (("长江路演厅", 80, "光谷三路 88 号 2 层"), ("喻家山会客厅", 40, "珞喻路 1037 号")):
        hall = VenueIn(
            kind=VenueKind.HALL, name=name, capacity=capacity, address=address, kit="LED 大屏 · 无线话筒 4 支 · 导播台",
            hours=OPEN_ALL_WEEK, setup_minutes=30, teardown_minutes=15,
        )  # fmt: skip
        stage.halls.append((await create_venue(session, all_.owner, all_.organizer_id, hall, now=now)).id)
    channel = VenueIn(
        kind=VenueKind.ONLINE, name="云路演直播间", capacity=500, stream_url="https://live.example.org/optics-valley"
    )
    stage.channel = (await create_venue(session, all_.owner, all_.organizer_id, channel, now=now)).id
    return stage


def plans_around(today: date) -> list[Plan]:
    """This month so far and four weeks ahead: the daily series, and the two others on their weekdays."""
    plans: list[Plan] = []
    ahead = 0
    first = min(today.replace(day=1), today - timedelta(days=14))
    for day in workdays.days(first, today + timedelta(days=28)):
        if not is_played(day) or day.date == today:
            continue
        ahead += day.date > today
        if day.date > today and ahead in GAPS_AHEAD:
            continue
        plans += _plans_of(day.date)
    return plans


def is_played(day: workdays.Day) -> bool:
    """Whether the demo has a roadshow on this day; in a year not announced yet, from Monday to Friday."""
    return day.date.weekday() < 5 if day.workday is None else day.workday


def _plans_of(day: date) -> list[Plan]:
    industries = list(_INDUSTRY_ZH.values())
    theme = industries[day.toordinal() % len(industries)]
    plans = [Plan("daily", f"天天有路演 · {theme}专场", _at(day, 14, 30), 4, 20, 0)]
    if day.weekday() == 2:
        plans.append(Plan("one-chain", f"一月一链 · {theme}产业链", _at(day, 9, 30), 3, 25, 1, needs_approval=True))
    if day.weekday() == 4:
        plans.append(Plan("morning-coffee", "金融早咖啡 · 两个项目", _at(day, 8, 45), 2, 25, 1))
    return plans


_INDUSTRY_ZH = {
    "optoelectronics": "光电子信息", "semiconductor": "集成电路", "ai": "人工智能", "health": "大健康",
    "automotive": "汽车制造", "space": "北斗空天", "energy": "新能源", "materials": "新材料",
}  # fmt: skip


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


async def make_roadshow(session: AsyncSession, all_: Ensemble, stage: Stage, plan: Plan, when: datetime) -> str:
    """Plan it, give it its slots, publish it, all at `when`. Returns its id."""
    data = RoadshowIn(
        series_id=stage.series[plan.series], title=plan.title, starts_at=plan.starts_at, ends_at=plan.ends_at,
        hall_id=None if plan.hall is None else stage.halls[plan.hall],
        channel_id=stage.channel if plan.series == "daily" else None,
        capacity=40 if plan.series != "daily" else 80, needs_approval=plan.needs_approval,
        summary="每家企业路演后现场问答；机构可在直播间直接留下意向。（演示数据）",
    )  # fmt: skip
    planner = all_.staff["planner"]
    roadshow = await roadshows.create_roadshow(session, planner, all_.organizer_id, data, now=when)
    step = timedelta(minutes=plan.minutes + 5)
    starts = [plan.starts_at + timedelta(minutes=10) + step * n for n in range(plan.pitches)]
    slots = [SlotIn(starts_at=at, ends_at=at + timedelta(minutes=plan.minutes)) for at in starts]
    await replace_slots(session, planner, roadshow.id, slots, now=when)
    await roadshows.publish_roadshow(session, planner, roadshow.id, now=when)
    return roadshow.id


async def fill_slots(
    session: AsyncSession, all_: Ensemble, slot_ids: list[str], chance: Random, when: datetime
) -> list[int]:
    """Book these slots for firms that are free. Returns the firms' numbers in the order of the slots."""
    booked: list[int] = []
    for slot_id in slot_ids:
        for number in chance.sample(range(1, len(all_.projects)), 6):
            if await book(session, all_, number, slot_id, when):
                booked.append(number)
                break
    return booked


async def book(session: AsyncSession, all_: Ensemble, number: int, slot_id: str, when: datetime) -> bool:
    """Book the slot for this firm; False when it was refused."""
    founder = all_.founders[number]
    try:
        async with session.begin_nested():
            data = BookingIn(project_id=all_.projects[number])
            held = await bookings.hold_slot(session, founder, slot_id, data, now=when)
            await bookings.confirm_booking(session, founder, held.id, now=when)
    except Refusal:
        return False
    return True


async def seat_investors(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, numbers: list[int], when: datetime
) -> None:
    """Register these investors, each for the institution."""
    for number in numbers:
        data = RegistrationIn(institution_id=all_.institutions[number])
        await register(session, all_.investors[number], roadshow_id, data, now=when)
