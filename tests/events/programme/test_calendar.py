"""The public calendar: days, gaps, filters, and its price in queries."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from events.programme.calendar import BadRange, calendar
from events.programme.workdays import day
from tests.queries import counted
from tests.world import World, soon, wire

HOME = ZoneInfo("Asia/Shanghai")


def workday_ahead() -> date:
    """The first day at least two days from now that is a working day, or might be one in a year not announced yet."""
    days = (soon(n).astimezone(HOME).date() for n in range(2, 20))
    return next(one for one in days if day(one).workday is not False)


async def test_calendar_shows_published_roadshows_and_gaps(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    on = workday_ahead()
    starts_at = soon((on - soon(0).astimezone(HOME).date()).days)
    published = await small_world.roadshow(owner, organizer["id"], starts_at=wire(starts_at))
    await small_world.draft(owner, organizer["id"], starts_at=wire(starts_at), title="还是草稿")
    stranger = await small_world.stranger()

    first, last = on - timedelta(days=7), on + timedelta(days=7)
    found = await stranger.read(f"/calendar?from={first}&to={last}")

    by_date = {one["date"]: one for one in found["days"]}
    assert len(found["days"]) == 15
    assert [card["id"] for card in by_date[str(on)]["roadshows"]] == [published["id"]]
    assert by_date[str(on)]["roadshows"][0]["slots_free"] == 3
    assert by_date[str(on)]["gap"] is False
    today = datetime.now(HOME).date()
    for one in found["days"]:
        when = date.fromisoformat(one["date"])
        assert one["gap"] is (day(when).workday is True and when >= today and when != on)


async def test_a_roadshow_stands_on_its_own_local_day(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    late = soon(3, hour=17)
    await small_world.roadshow(owner, organizer["id"], starts_at=wire(late))
    local = late.astimezone(HOME).date()

    found = await owner.read(f"/calendar?from={local}&to={local}")
    before = await owner.read(f"/calendar?from={late.date()}&to={late.date()}")

    assert local == late.date() + timedelta(days=1)
    assert [len(one["roadshows"]) for one in found["days"]] == [1]
    assert [len(one["roadshows"]) for one in before["days"]] == [0]


async def test_calendar_filters_by_series_and_organizer(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    mine = await small_world.roadshow(owner, organizer["id"])
    other_owner, other = await small_world.organizer("另一主办方")
    await small_world.roadshow(other_owner, other["id"])
    on = soon().astimezone(HOME).date()

    by_organizer = await owner.read(f"/calendar?from={on}&to={on}&organizer={organizer['id']}")
    by_series = await owner.read(f"/calendar?from={on}&to={on}&series={mine['series_id']}")
    all_of_it = await owner.read(f"/calendar?from={on}&to={on}")

    assert [card["id"] for card in by_organizer["days"][0]["roadshows"]] == [mine["id"]]
    assert [card["id"] for card in by_series["days"][0]["roadshows"]] == [mine["id"]]
    assert len(all_of_it["days"][0]["roadshows"]) == 2


async def test_holidays_are_named_and_unknown_years_said_plainly(small_world: World) -> None:
    stranger = await small_world.stranger()

    october = await stranger.read("/calendar?from=2026-10-01&to=2026-10-10")
    unknown = await stranger.read("/calendar?from=2031-12-31&to=2032-01-01")

    assert october["days"][0] == {
        "date": "2026-10-01",
        "workday": False,
        "make_up": False,
        "holiday_name": {"zh-CN": "国庆节", "en": "National Day"},
        "gap": False,
        "roadshows": [],
    }
    assert (october["days"][9]["workday"], october["days"][9]["make_up"]) == (True, True)
    assert unknown["unknown_years"] == [2031, 2032]
    assert [(one["workday"], one["gap"]) for one in unknown["days"]] == [(None, False)] * 2


@pytest.mark.parametrize(("first", "last"), [("2026-11-02", "2026-11-01"), ("2026-10-01", "2026-12-02")])
async def test_range_is_one_to_62_days(small_world: World, first: str, last: str) -> None:
    stranger = await small_world.stranger()

    answer = await stranger.get(f"/calendar?from={first}&to={last}")

    assert (answer.status_code, answer.json()["code"]) == (422, BadRange.code)


async def test_calendar_costs_one_query_however_long(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    for n in range(2, 5):
        await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(n)))
    first = soon().astimezone(HOME).date()

    async with small_world.session() as session, counted(session) as sent:
        found = await calendar(session, first, first + timedelta(days=61), soon(0))

    assert sum(len(one.roadshows) for one in found.days) == 3
    assert len(sent) == 1
