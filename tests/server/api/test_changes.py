"""The feed partners keep in step with: ordered, gap-free, for those who may, the same as a file."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

from events import changes, log
from events.changes import ChangeKind
from server.dumps import dump
from server.recorder import catch_up
from tests.world import Person, World

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


async def publish(world: World, organizer_id: str, *datas: dict[str, Any] | None) -> None:
    database = world.app.state.roadshow.database
    async with database.write() as session:
        for data in datas:
            changes.publish(session, [organizer_id], ChangeKind.PROJECT, "0" * 26, data, NOW)
    await catch_up(database)


async def partner(world: World, owner: Person, organizer_id: str) -> Person:
    made = await owner.made(f"/organizers/{organizer_id}/tokens", {"name": "鄂融通"})
    person = await world.stranger()
    person.client.headers["Authorization"] = f"Bearer {made['secret']}"
    return person


async def test_partner_reads_page_by_page_to_the_end(world: World) -> None:
    owner, organizer = await world.organizer()
    await publish(world, organizer["id"], *({"name": str(n)} for n in range(7)))
    reader = await partner(world, owner, organizer["id"])

    seen, after, more = [], 0, True
    while more:
        page = await reader.read(f"/changes?after={after}&limit=3")
        seen += [(item["seq"], item["data"]["name"]) for item in page["items"]]
        after, more = page["next_after"], page["more"]

    assert seen == [(n + 1, str(n)) for n in range(7)]
    assert (await reader.read(f"/changes?after={after}"))["items"] == []
    assert (await reader.read(f"/changes?after={after}"))["next_after"] == 7


async def test_change_carries_what_is_needed_to_apply_it(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    await publish(small_world, organizer["id"], {"name": "甲"}, None)
    reader = await partner(small_world, owner, organizer["id"])

    first, second = (await reader.read("/changes"))["items"]
    again = (await reader.read("/changes"))["items"]

    assert first | {"id": ""} == {
        "seq": 1, "id": "", "kind": "project", "op": "put", "object_id": "0" * 26, "schema": 1,
        "at": "2026-11-21T06:30:00Z", "data": {"name": "甲"},
    }  # fmt: skip
    assert (second["op"], second["data"]) == ("delete", None)
    assert again == [first, second]


async def test_dump_is_the_same_feed_as_lines(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    await publish(small_world, organizer["id"], *({"name": "线\n行"} for _ in range(1200)))
    reader = await partner(small_world, owner, organizer["id"])
    file = io.BytesIO()

    over_http = (await reader.get("/changes.jsonl?after=1")).content
    count = await dump(small_world.app.state.roadshow.database, organizer["id"], file)
    listed = (await reader.read("/changes?after=1&limit=1000"))["items"]

    assert count == 1200
    assert file.getvalue().split(b"\n", 1)[1] == over_http
    assert [json.loads(line) for line in over_http.splitlines()][:1000] == listed


async def test_real_changes_reach_the_feed(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    await catch_up(world.app.state.roadshow.database)

    items = (await owner.read(f"/changes?organizer={organizer['id']}"))["items"]

    assert {(item["kind"], item["object_id"]) for item in items} == {("roadshow", roadshow["id"])}
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))


async def test_who_may_read_whose_feed(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    other, elsewhere = await small_world.organizer("别家")
    reader = await partner(small_world, owner, organizer["id"])
    viewer = await small_world.staff(owner, organizer["id"], "viewer")
    mine = f"/changes?organizer={organizer['id']}"

    statuses = {
        "token, own": (await reader.get("/changes")).status_code,
        "token, named": (await reader.get(mine)).status_code,
        "token, other": (await reader.get(f"/changes?organizer={elsewhere['id']}")).status_code,
        "owner": (await owner.get(mine)).status_code,
        "owner, unsaid": (await owner.get("/changes")).status_code,
        "viewer": (await viewer.get(mine)).status_code,
        "other owner": (await other.get(mine)).status_code,
        "stranger": (await (await small_world.stranger()).get("/changes")).status_code,
        "stranger, dump": (await (await small_world.stranger()).get("/changes.jsonl")).status_code,
    }

    assert statuses == {
        "token, own": 200, "token, named": 200, "token, other": 404, "owner": 200, "owner, unsaid": 422,
        "viewer": 403, "other owner": 404, "stranger": 401, "stranger, dump": 401,
    }  # fmt: skip


async def restored(world: World) -> None:
    """What a restore does to the history."""
    database = world.app.state.roadshow.database
    async with database.write() as session:
        await log.renew_epoch(session, NOW)


async def test_cursor_without_an_epoch_holds_until_the_first_restore(world: World) -> None:
    owner, organizer = await world.organizer()
    await publish(world, organizer["id"], *({"name": str(n)} for n in range(3)))
    reader = await partner(world, owner, organizer["id"])
    before = (await reader.get("/changes?after=2")).status_code

    await restored(world)
    after = await reader.get("/changes?after=2")

    assert before == 200
    assert (after.status_code, after.json()["code"]) == (410, "feed_restarted")
    assert (await reader.get("/changes?after=0")).status_code == 200


async def test_cursor_of_another_epoch_is_told_to_start_over(world: World) -> None:
    owner, organizer = await world.organizer()
    await publish(world, organizer["id"], *({"name": str(n)} for n in range(3)))
    reader = await partner(world, owner, organizer["id"])
    old = (await reader.read("/changes?limit=2"))["epoch"]
    await restored(world)

    refused = [await reader.get(f"/changes{form}?after=2&epoch={old}") for form in ("", ".jsonl")]
    page = await reader.read("/changes?after=0&limit=2")
    read_on = await reader.read(f"/changes?after={page['next_after']}&epoch={page['epoch']}")
    dumped = await reader.get(f"/changes.jsonl?after=2&epoch={page['epoch']}")

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(410, "feed_restarted")] * 2
    assert page["epoch"] != old
    assert [item["seq"] for item in read_on["items"]] == [3]
    assert (dumped.status_code, dumped.headers["Feed-Epoch"]) == (200, page["epoch"])


async def test_cursor_beyond_the_end_is_of_another_history(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    await publish(small_world, organizer["id"], {"name": "甲"})
    reader = await partner(small_world, owner, organizer["id"])

    statuses = [(await reader.get(f"/changes?after={after}")).status_code for after in (0, 1, 2)]

    assert statuses == [200, 200, 410]
