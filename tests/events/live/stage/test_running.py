"""The stage as the host drives it: every act shows to all, and has its way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from events.live.stage.models import Run
from events.outbox import OutboxRow
from events.programme.models import Booking, Slot
from tests.live import Show, new_show
from tests.world import Person, World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    """The first slot began just now by its plan, the second follows after a break of ten minutes; both are booked."""
    show = await new_show(world, is_open=True)
    now = datetime.now(UTC).replace(microsecond=0)
    async with world.app.state.roadshow.database.write() as session:
        for slot_id, minutes in zip(show.slot_ids, (0, 30), strict=True):
            times = {"starts_at": now + timedelta(minutes=minutes), "ends_at": now + timedelta(minutes=minutes + 20)}
            await session.execute(update(Slot).where(Slot.id == slot_id).values(times))
        first = (await session.scalars(select(Booking).where(Booking.roadshow_id == show.id))).one()
        fields = {column.key: getattr(first, column.key) for column in Booking.__table__.columns}
        session.add(Booking(**fields | {"id": "01JD3V0000000000000000000Z", "slot_id": show.slot_ids[1]}))
    return show


async def stage(show: Show, person: Person | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await show.state(person or show.host))["state"]["stage"]
    return found


async def late(world: World, slot_id: str, minutes: int) -> None:
    """As if the slot had begun this long ago."""
    started = datetime.now(UTC) - timedelta(minutes=minutes)
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Run).where(Run.slot_id == slot_id).values(started_at=started))


async def test_start_puts_the_first_project_on_stage_and_its_clock_runs(show: Show) -> None:
    started = await show.act(show.host, "stage.start")

    state = (await show.state(show.host))["state"]
    assert state["room"]["current_slot_id"] == show.slot_ids[0]
    assert state["stage"] == started
    assert (started["timer"]["state"], started["timer"]["planned_seconds"]) == ("running", 1200)


async def test_pause_resume_and_extend_change_the_clock_for_everybody(world: World, show: Show) -> None:
    audience = await world.person()
    await show.act(show.host, "stage.start")

    paused = (await show.act(show.host, "stage.pause"))["timer"]["state"]
    resumed = (await show.act(show.host, "stage.resume"))["timer"]["state"]
    await show.act(show.host, "stage.extend", {"seconds": 120})
    await show.act(show.host, "stage.extend", {"seconds": -60})

    assert (paused, resumed, (await stage(show, audience))["timer"]["extra_seconds"]) == ("paused", "running", 60)


async def test_next_ends_one_clock_and_starts_the_other_and_back_undoes_it(show: Show) -> None:
    before = await show.act(show.host, "stage.start")

    after = await show.act(show.host, "stage.next")
    runs = {run["slot_id"]: (run["started_at"] is not None, run["ended_at"] is not None) for run in after["run"]}
    undone = await show.act(show.host, "stage.back")

    assert runs == {show.slot_ids[0]: (True, True), show.slot_ids[1]: (True, False)}
    assert undone["timer"] == before["timer"]
    assert [run["started_at"] is not None for run in undone["run"]] == [True, False]


async def test_after_the_last_there_is_no_next(show: Show) -> None:
    await show.act(show.host, "stage.start", {"slot_id": show.slot_ids[1]})

    assert await show.refused(show.host, "stage.next") == (409, "no_next_slot")
    assert await show.refused(show.host, "stage.back") == (409, "no_previous_slot")


async def test_a_slot_left_by_mistake_goes_on_when_it_comes_back(show: Show) -> None:
    before = await show.act(show.host, "stage.start")

    await show.act(show.host, "room.stage", {"slot_id": None})
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    assert (await stage(show))["timer"] == before["timer"]


async def test_clear_undoes_a_start(show: Show) -> None:
    await show.act(show.host, "stage.start")

    assert (await show.act(show.host, "stage.clear"))["timer"]["state"] == "idle"
    assert await show.refused(show.host, "stage.pause") == (409, "clock_not_running")


async def test_closing_the_room_ends_the_clock(show: Show) -> None:
    await show.act(show.host, "stage.start")

    await show.act(show.host, "room.close")

    assert (await stage(show))["timer"]["state"] == "over"
    assert (await show.refused(show.host, "stage.start"))[1] == "room_over"


async def test_preview_changes_nothing_and_carrying_moves_the_later_slot(world: World, show: Show) -> None:
    await show.act(show.host, "stage.start")
    await late(world, show.slot_ids[0], 45)

    preview = await show.act(show.host, "stage.carry", {"mode": "move", "preview": True})
    untouched = (await stage(show))["carried"]
    applied = await show.act(show.host, "stage.carry", {"mode": "move"})
    carried = await stage(show)
    back = await show.act(show.host, "stage.carry", {"mode": "plan"})

    assert untouched is None
    assert [slot["slot_id"] for slot in preview["slots"]] == [show.slot_ids[1]]
    assert carried["carried"] == "move"
    assert {run["slot_id"]: run["carried_start_at"] for run in carried["run"]}[show.slot_ids[1]] == (
        applied["slots"][0]["to_start_at"]
    )
    assert back["slots"][0]["moved_seconds"] == -applied["slots"][0]["moved_seconds"]
    assert (await stage(show))["carried"] is None


@pytest.mark.parametrize(("extra", "letters"), [(5, 0), (20, 1)])
async def test_only_a_move_of_ten_minutes_is_written_about(world: World, show: Show, extra: int, letters: int) -> None:
    await show.act(show.host, "stage.start")
    await show.act(show.host, "stage.extend", {"seconds": extra * 60})

    await show.act(show.host, "stage.carry", {"mode": "move"})
    await show.act(show.host, "stage.carry", {"mode": "move"})

    async with world.app.state.roadshow.database.read() as session:
        rows = await session.scalars(select(OutboxRow).where(OutboxRow.template == "slot.carried"))
        assert len([row for row in rows if row.data.get("roadshow_id") == show.id]) == letters


async def test_words_to_the_speaker_are_acknowledged_by_its_people_alone(world: World, show: Show) -> None:
    assert show.startup is not None
    stranger = await world.person()
    await show.act(show.host, "stage.start")

    sent = await show.act(show.host, "message.send", {"text": "还有 1 分钟，请收尾"})
    refused = await show.refused(stranger, "message.acknowledge", {"message_id": sent["id"]})
    seen = await show.act(show.startup, "message.acknowledge", {"message_id": sent["id"]})

    assert refused == (403, "not_your_stage")
    assert (seen["acknowledged_by"], seen["acknowledged_at"] is not None) == ("创业者", True)
    for person, stream in ((show.host, "staff"), (show.startup, "speaker")):
        assert (await show.state(person, stream))["state"]["messages"] == [seen]
    hidden = await stranger.get(f"{show.path}/live/snapshot", params={"stream": "speaker"})
    assert hidden.status_code == 404
    assert "请收尾" not in str(await show.state(stranger))


async def test_words_in_another_room_are_not_found(world: World, show: Show) -> None:
    other = await new_show(world, is_open=True)
    await show.act(show.host, "stage.start")
    sent = await show.act(show.host, "message.send", {"text": "还有 1 分钟，请收尾"})

    refused = await other.refused(other.host, "message.acknowledge", {"message_id": sent["id"]})

    assert refused == (404, "not_found")
    assert (await show.state(show.host, "staff"))["state"]["messages"] == [sent]


async def test_moderator_moderates_and_cohost_hosts_in_this_room_alone(world: World, show: Show) -> None:
    helper, other = await world.person("帮手"), await new_show(world, is_open=True)
    asked = await show.ask(await world.person(), "能私下聊吗？")
    email = (await helper.read("/me"))["user"]["email"]
    hide = {"question_id": asked, "reason": "无关"}
    before = await show.refused(helper, "question.hide", hide)

    await show.host.made(f"{show.path}/roles", {"email": email, "role": "moderator"})
    hidden = await show.act(helper, "question.hide", hide)
    stage_refused = await show.refused(helper, "stage.start")
    sees = (await show.state(helper, "staff"))["state"]["questions"][0]["state"]
    role = await show.host.made(f"{show.path}/roles", {"email": email, "role": "cohost"})
    await show.act(helper, "stage.start")
    elsewhere = await other.refused(helper, "stage.start")
    giving = (await helper.post(f"{show.path}/roles", {"email": email, "role": "cohost"})).status_code
    await show.host.send("DELETE", f"{show.path}/roles/{role['id']}")
    after = await show.refused(helper, "stage.pause")

    assert (before, hidden["state"], stage_refused, sees) == (
        (404, "not_found"), "hidden", (403, "forbidden"), "hidden",
    )  # fmt: skip
    assert (elsewhere, giving, after) == ((404, "not_found"), 404, (404, "not_found"))
