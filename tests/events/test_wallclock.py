"""Which of two equal times on the clock: said wherever a time is written for people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from events.wallclock import comes_twice, offset_text
from server.letters import render

LONDON = "Europe/London"


@pytest.mark.field
@pytest.mark.parametrize(
    ("at", "zone", "twice", "offset"),
    [
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), LONDON, True, "UTC+1"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), LONDON, True, "UTC+0"),
        (datetime(2027, 10, 31, 2, 0, tzinfo=UTC), LONDON, False, "UTC+0"),
        (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "America/New_York", True, "UTC-5"),
        (datetime(2027, 4, 3, 15, 10, tzinfo=UTC), "Australia/Lord_Howe", True, "UTC+10:30"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Asia/Shanghai", False, "UTC+8"),
    ],
)
def test_time_that_comes_twice_is_known_with_its_offset(at: datetime, zone: str, twice: bool, offset: str) -> None:
    assert (comes_twice(at, zone), offset_text(at, zone)) == (twice, offset)


@pytest.mark.field
@pytest.mark.parametrize(("hour", "offset"), [(0, "UTC+1"), (1, "UTC+0")])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_letter_says_which_of_two_hours(hour: int, offset: str, locale: str) -> None:
    data = {"name": "王", "title": "专场", "starts_at": f"2027-10-31T{hour:02}:30:00Z", "timezone": LONDON}

    letter = render("roadshow.moved", data, locale, "https://roadshow.example.org")

    assert f"01:30{'（' if locale == 'zh-CN' else ' ('}{LONDON}, {offset}" in letter.body


@pytest.mark.field
def test_letter_keeps_a_title_of_an_older_row_from_turning_its_subject_round() -> None:
    letter = render("roadshow.cancelled", {"name": "王", "title": "王总\u202e方"}, "zh-CN", "https://x.example")

    assert letter.subject == "路演已取消：王总方"
