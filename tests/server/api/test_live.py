"""The live room over HTTP: guests, join codes, the snapshot, the description of the wire."""

from __future__ import annotations

import pytest
import yaml
from sqlalchemy import event

from events import log
from events.live.snapshots import snapshot
from server.intents import intents_of
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def test_guest_joins_by_code_and_asks_under_a_nickname(world: World, show: Show) -> None:
    guest = await world.stranger()
    code = (await show.state(guest))["state"]["room"]["join_code"]

    found = await guest.read(f"/join/{code.lower()}")
    user = await guest.made(f"{show.path}/guests", {"name": " 后排\u202e观众 "})
    await guest.refresh()
    await show.ask(guest, "听得到吗？")

    assert found == {"roadshow_id": show.id}
    assert (user["name"], user["is_guest"], user["email"]) == ("后排观众", True, None)
    assert (await show.state(guest))["state"]["questions"][0]["author"] == "后排观众"


async def test_joining_twice_with_one_key_makes_nobody_the_first_guest(world: World, show: Show) -> None:
    guest, other = await world.stranger(), await world.stranger()

    first = await guest.post(f"{show.path}/guests", {"name": "甲"}, key="one-key")
    again = await other.post(f"{show.path}/guests", {"name": "甲"}, key="one-key")
    await guest.refresh()
    await other.refresh()

    assert (first.status_code, again.status_code) == (201, 201)
    assert (guest.id, other.id) == (first.json()["id"], again.json()["id"])
    assert guest.id != other.id


async def test_who_is_signed_in_does_not_become_a_guest(world: World, show: Show) -> None:
    person = await world.person("有账号的人")

    user = await person.made(f"{show.path}/guests", {"name": "别名"})

    assert (user["id"], user["name"]) == (person.id, "有账号的人")


async def test_guests_stay_out_where_they_are_not_wanted(world: World) -> None:
    for fields in ({"needs_approval": True}, {"open_to_guests": False}):
        show = await new_show(world, **fields)
        response = await (await world.stranger()).post(f"{show.path}/guests", {"name": "甲"})
        assert (response.status_code, response.json()["code"]) == (401, "sign_in_required")


async def test_unknown_join_code_is_not_found(world: World) -> None:
    response = await (await world.stranger()).get("/join/000000")

    assert response.status_code == 404


@pytest.mark.parametrize("stream", ["staff", "user"])
async def test_snapshot_of_a_stream_that_is_not_ours_is_not_found(world: World, show: Show, stream: str) -> None:
    response = await (await world.stranger()).get(f"{show.path}/live/snapshot", params={"stream": stream})

    assert response.status_code == 404


async def test_snapshot_costs_the_same_few_queries_however_full_the_room(world: World, show: Show) -> None:
    asker = await world.person()
    database = world.app.state.roadshow.database

    async def count(stream: str) -> int:
        statements: list[str] = []
        async with database.read() as session:
            connection = (await session.connection()).sync_connection
            event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
            await snapshot(session, stream, intents_of)
        return len(statements)

    streams = [log.public_stream(show.id), log.staff_stream(show.id), log.user_stream(show.id, asker.id)]
    await show.ask(asker, "问题")
    one = [await count(stream) for stream in streams]
    for n in range(5):
        await show.ask(asker, f"问题{n}")
    full = [await count(stream) for stream in streams]

    assert full == one
    assert max(full) <= 14


async def test_wire_is_described(world: World) -> None:
    response = await (await world.stranger()).get("/asyncapi.yaml")

    document = yaml.safe_load(response.text)
    assert document["asyncapi"] == "3.0.0"
    assert "command.question.ask" in document["components"]["messages"]
    assert "author_name" not in document["components"]["schemas"]["PublicQuestion"]["properties"]


async def test_every_live_command_has_a_documented_twin(world: World) -> None:
    paths = (await (await world.stranger()).get("/openapi.json")).json()["paths"]

    from server.live_commands import LIVE_COMMANDS

    twins = {name: paths[f"/api/v1/roadshows/{{roadshow_id}}/live/{name}"]["post"] for name in LIVE_COMMANDS}
    assert {name: twin["x-permission"] for name, twin in twins.items()} == {
        name: command.permission for name, command in LIVE_COMMANDS.items()
    }
    assert all("requestBody" in twin and twin["description"] for twin in twins.values())


async def test_text_with_half_a_character_is_refused_not_crashed(world: World, show: Show) -> None:
    person = await world.person()

    response = await person.send(
        "POST", f"{show.path}/live/question.ask", headers={"Content-Type": "application/json"},
        content=b'{"text": "\\ud800"}',
    )  # fmt: skip

    assert response.status_code == 422
