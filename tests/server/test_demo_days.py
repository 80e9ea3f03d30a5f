"""The demo day is believable on any day it is started: holidays, unannounced years, the day after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from sqlalchemy import select

from events.calendars.queries import organizer_calendar
from events.directory.models import Organizer
from events.programme import workdays
from events.programme.calendar import calendar
from events.programme.models import RoadshowState
from server.database import Database
from server.demo import story
from server.demo.days import is_played, plans_around
from tests.clock import MOMENTS, SHANGHAI

OFTEN = ("new-year",)
DAYS_AHEAD = 28


@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.full) for name in MOMENTS]
)
async def test_demo_is_believable_and_can_be_started_again_a_day_later(
    name: str, sqlite_url: str, tmp_path: Path
) -> None:
    first = MOMENTS[name](datetime.now(UTC)).astimezone(UTC)
    database = Database(sqlite_url)
    try:
        for now in (first, first + timedelta(days=1)):
            await story.load(database, now, lambda what, done, total: None, tmp_path)
            today = now.astimezone(SHANGHAI).date()
            async with database.read() as session:
                found = await calendar(session, today - timedelta(days=2), today + timedelta(days=DAYS_AHEAD), now)
                organizer_id = await session.scalar(select(Organizer.id))
                assert organizer_id is not None
                feed = await organizer_calendar(session, organizer_id, "https://roadshow.example.org", now)

            cards = [card for day in found.days for card in day.roadshows]
            assert sum(card.state is RoadshowState.LIVE for card in cards) == 1
            assert sum(card.starts_at > now for card in cards) >= 14
            assert len(icalendar.Calendar.from_ical(feed.content).walk("VEVENT")) >= len(cards)
    finally:
        await database.close()


@pytest.mark.parametrize("name", MOMENTS)
def test_demo_plans_a_roadshow_for_most_working_days(name: str) -> None:
    today = MOMENTS[name](datetime.now(UTC)).astimezone(SHANGHAI).date()

    ahead = [day for day in workdays.days(today, today + timedelta(days=DAYS_AHEAD)) if is_played(day)]
    planned = {plan.starts_at.astimezone(SHANGHAI).date() for plan in plans_around(today)}

    assert len(ahead) > 14
    assert len([day for day in ahead if day.date not in planned]) <= 3
