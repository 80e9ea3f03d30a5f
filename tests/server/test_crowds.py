"""A crowd at the door: looked up together, judged one by one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from events.errors import NotFound, Refusal
from realtime.admission import Admission
from server.strangers import GOOD_SECONDS, Strangers
from tests.live import Show, new_show, phone, served
from tests.world import World


async def nothing(name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
    return 200, b"{}"


async def test_strangers_of_one_moment_are_asked_about_once() -> None:
    now, asked = [0.0], [0]

    async def admit() -> Admission:
        asked[0] += 1
        await asyncio.sleep(0)
        return Admission({"public": "r"}, nothing)

    strangers = Strangers(lambda: now[0])
    first = await asyncio.gather(*(strangers.admitted("r", admit) for _ in range(100)))
    now[0] = GOOD_SECONDS
    await strangers.admitted("r", admit)
    at_once = asked[0]
    now[0] += 0.01
    await strangers.admitted("r", admit)
    await strangers.admitted("other", admit)

    assert (at_once, asked[0], len({id(each) for each in first})) == (1, 3, 1)


async def test_refusal_of_a_stranger_is_not_kept() -> None:
    answers: list[Refusal | Admission] = [NotFound(), Admission({}, nothing)]

    async def admit() -> Admission:
        answer = answers.pop(0)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    strangers = Strangers(lambda: 0.0)
    with pytest.raises(NotFound):
        await strangers.admitted("r", admit)

    assert (await strangers.admitted("r", admit)).streams == {}


async def test_people_who_come_at_once_share_each_query_and_get_their_own_rights(small_world: World) -> None:
    world = small_world
    show: Show = await new_show(world, is_open=True)
    people = [await world.person(str(number)) for number in range(6)]
    await people[0].send("DELETE", "/session")
    queries: list[str] = []
    engine = world.app.state.roadshow.database.reader.sync_engine
    listen = event.listens_for(engine, "before_cursor_execute")
    listen(lambda _c, _cur, statement, *_rest: queries.append(statement))

    async def streams(person: object) -> list[str]:
        async with phone(address, show, person) as device:  # type: ignore[arg-type]
            return list(device.frames[0]["streams"])

    async with served(world.app) as address:
        heard = await asyncio.gather(*(streams(person) for person in [*people, show.host, None]))

    own = [{"user", "staff"} & set(each) for each in heard]
    assert own == [set(), *[{"user"}] * 5, {"user", "staff"}, set()]
    for shared in ("FROM logins JOIN users", "FROM memberships", "FROM registrations"):
        assert sum(shared in query for query in queries) < 6, shared
