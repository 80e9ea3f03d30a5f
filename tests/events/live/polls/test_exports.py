"""Closed polls and judges' points as sheets: counters and places, never a person's secret ballot."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.events.live.polls.scene import close, new_poll, vote
from tests.events.live.polls.test_contests import RUBRIC, judge, projects, score
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def rows(show: Show, what: str) -> list[dict[str, Any]]:
    response = await show.host.get(f"{show.path}/exports/{what}.csv")
    assert response.is_success, response.text
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    header = next(at for at, line in enumerate(lines) if line[:1] == ["路演"])
    return [dict(zip(lines[header], line, strict=False)) for line in lines[header + 1 :] if len(line) > 3]


async def test_counters_of_closed_polls_are_rows_and_open_ones_are_not(world: World, show: Show) -> None:
    voter = await world.person("不留名的人")
    await world.verified(show.host, show.organizer_id, voter)
    secret, named = await new_poll(show, title="不记名的"), await new_poll(show, names="host", title="记名的")
    for poll_id in (secret, named):
        await vote(show, voter, poll_id, options=["2"])
        await close(show, poll_id)
    still_open = await new_poll(show, title="还没结束的")
    await vote(show, voter, still_open, options=["1"])

    found = await rows(show, "polls")

    assert [(row["题目"], row["选项或词语"], row["票数"], row["其中已核验投资人"]) for row in found] == [
        ("不记名的", "（全部选票）", "1", ""),
        ("不记名的", "再了解", "1", ""),
        ("记名的", "（全部选票）", "1", "1"),
        ("记名的", "再了解", "1", "1"),
    ]
    assert "不留名的人" not in str(found)


async def test_points_are_rows_with_the_place_they_led_to(world: World, show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first,) = await judge(show, "专家"), await projects(show)
    await score(show, member, first, 9, 6)
    before = await rows(show, "scores")
    await show.act(show.host, "contest.freeze")

    found = await rows(show, "scores")

    assert [row["名次"] for row in before] == ["", ""]
    assert [(row["评委"], row["评分项"], row["权重"], row["分数"], row["名次"]) for row in found] == [
        ("专家", "技术", "2", "9", "1"),
        ("专家", "市场", "1", "6", "1"),
    ]
    assert [float(row["总分"]) for row in found] == [80, 80]
