"""Strangers who ask for the same page at the same time share one answer, and never an older one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.together import Rounds
from tests.world import World, soon

PATH = f"/calendar?from={soon(0):%Y-%m-%d}&to={soon(20):%Y-%m-%d}"


class Work:
    """Counts how often it was begun; each returns its number when told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        await self.go_on.wait()
        if self.fails and number == 2:
            raise ValueError
        return number


async def started(rounds: Rounds, work: Work, count: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(rounds.get("k", work)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_while_it_is_worked_out_gets_the_next_answer_together_with_others() -> None:
    rounds, work = Rounds(), Work()
    tasks = [task for count in (1, 5) for task in await started(rounds, work, count)]
    work.go_on.set()

    assert await asyncio.gather(*tasks) == [1, 2, 2, 2, 2, 2]
    assert rounds._places == {}


async def test_others_work_for_themselves_where_the_first_failed_or_left() -> None:
    rounds, work = Rounds(), Work()
    work.fails = True
    tasks = [task for count in (1, 3) for task in await started(rounds, work, count)]
    gone = (await started(rounds, work, 1))[0]
    gone.cancel()
    work.go_on.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in found] == [int, ValueError, int, int]
    assert rounds._places == {}


@pytest.fixture
def counted(small_world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each calendar that is worked out."""
    from server.api import calendar

    seen: list[str] = []
    plain = calendar.calendar

    async def slowly(*args: Any, **options: Any) -> Any:
        seen.append("calendar")
        found = await plain(*args, **options)
        await asyncio.sleep(0.2)
        return found

    monkeypatch.setattr(calendar, "calendar", slowly)
    return seen


async def test_strangers_share_an_answer_and_each_gets_headers_of_its_own(
    small_world: World, counted: list[str]
) -> None:
    stranger = await small_world.stranger()

    answers = await asyncio.gather(*(stranger.get(PATH) for _ in range(12)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 12
    assert {answer.headers.get_list("x-content-type-options")[0] for answer in answers} == {"nosniff"}
    assert all(len(answer.headers.get_list("content-security-policy")) == 1 for answer in answers)
    assert len(counted) <= 3


async def test_who_is_signed_in_and_who_asks_otherwise_is_answered_alone(
    small_world: World, counted: list[str]
) -> None:
    person, stranger = await small_world.person(), await small_world.stranger()

    await asyncio.gather(*(person.get(PATH) for _ in range(3)), *(stranger.get(f"{PATH}&series={n}") for n in range(3)))

    assert len(counted) == 6


async def test_what_was_written_before_is_in_the_answer(small_world: World, counted: list[str]) -> None:
    owner, organizer = await small_world.organizer()
    stranger = await small_world.stranger()
    early = asyncio.create_task(stranger.get(PATH))
    while not counted:
        await asyncio.sleep(0.01)

    roadshow = await small_world.roadshow(owner, organizer["id"])

    assert roadshow["id"] in (await stranger.get(PATH)).text
    assert (await early).status_code == 200
