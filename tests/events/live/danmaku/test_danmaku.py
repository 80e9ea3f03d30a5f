"""Danmaku: shown at once, held, delayed, taken back; what waits never stands on a stream the audience follows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from events import log
from events.accounts.models import User
from events.audit import AuditRow
from events.live.danmaku.models import Danmaku, ReactionTotal
from events.live.danmaku.release import due_rooms, release
from events.live.danmaku.schemas import DanmakuIn, ReactionsIn
from events.live.danmaku.service import send
from events.log import LogEntry
from server.auth import user_actor
from server.flowing import release_flow
from tests.live import Show, new_show
from tests.queries import counted
from tests.world import Person, World

FREE = {"slow_seconds": 0}


@pytest.fixture
async def show(world: World) -> Show:
    show = await new_show(world, is_open=True)
    await show.act(show.host, "flow.set", FREE)
    return show


async def entries(show: Show, stream: str) -> list[tuple[str, dict[str, Any]]]:
    async with show.world.session() as session:
        query = select(LogEntry.kind, LogEntry.data).where(LogEntry.stream_id == stream).order_by(LogEntry.seq)
        return [(kind, data) for kind, data in await session.execute(query)]


async def moments(show: Show) -> list[tuple[str, Any]]:
    """What went over the screens: texts shown, ids taken back."""
    said = await entries(show, log.danmaku_stream(show.id))
    return [(kind.partition(".")[2], data.get("text", data.get("id", data.get("counts")))) for kind, data in said]


async def say(show: Show, person: Person, text: str = "讲得好") -> dict[str, Any]:
    return await show.act(person, "danmaku.send", {"text": text})


async def told(show: Show, person: Person, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """The refusal of a live command."""
    response = await person.post(f"{show.path}/live/{name}", body)
    assert not response.is_success, response.text
    problem: dict[str, Any] = response.json()
    return problem


async def pass_time(show: Show, seconds: float) -> int:
    """What the duty does that many seconds from now."""
    rung: list[Any] = []
    database = show.world.app.state.roadshow.database
    return await release_flow(database, rung.append, datetime.now(UTC) + timedelta(seconds=seconds))


async def audience_was_told(show: Show, text: str) -> bool:
    """Whether anything of it stands on any stream but the staff's and its sender's."""
    async with show.world.session() as session:
        rows = await session.execute(select(LogEntry.stream_id, LogEntry.data))
        return any(
            text in str(data) for stream, data in rows if not stream.endswith("/staff") and "/user/" not in stream
        )


# Sending.


async def test_danmaku_is_shown_to_everybody_at_once_without_who_exactly_sent_it(world: World, show: Show) -> None:
    sender = await world.person("韩梅梅")

    sent = await say(show, sender, "  良率厉害\u202e ")

    kind, data = (await entries(show, log.danmaku_stream(show.id)))[0]
    assert kind == "danmaku.shown"
    assert data == {"id": sent["id"], "text": "良率厉害", "author": "韩梅梅", "role": "audience", "at": data["at"]}
    assert (sent["state"], sent["finding"]) == ("shown", None)
    assert sender.id not in str(data)


@pytest.mark.parametrize("text", ["", "   ", "长" * 41, "\u202e\u200f"])
async def test_empty_or_long_text_is_refused(world: World, show: Show, text: str) -> None:
    assert (await told(show, await world.person(), "danmaku.send", {"text": text}))["status"] == 422


async def test_roles_are_told_by_what_somebody_is_in_this_room(world: World, show: Show) -> None:
    investor, audience = await world.person("投资人"), await world.person("听众")
    await world.verified(show.host, show.organizer_id, investor)
    assert show.startup is not None
    before = await say(show, show.startup)
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    roles = [(await say(show, person))["role"] for person in (investor, audience, show.startup, show.host)]

    assert (before["role"], roles) == ("audience", ["investor", "audience", "startup", "host"])


async def test_sending_costs_four_statements_before_the_commit(world: World, show: Show) -> None:
    sender = await world.person()
    await say(show, sender)
    async with world.app.state.roadshow.database.write() as session:
        actor = await user_actor(session, await session.get_one(User, sender.id))
        session.expunge_all()
        async with counted(session) as sent:
            await send(session, actor, show.id, DanmakuIn(text="再来一条"), now=datetime.now(UTC))
            await session.flush()

    assert len(sent) == 4, sent


async def test_closed_and_waiting_rooms_take_none(world: World) -> None:
    show = await new_show(world)
    person = await world.person()

    before = await show.refused(person, "danmaku.send", {"text": "开始了吗"})
    await show.act(show.host, "room.open")
    await show.act(show.host, "room.close")

    assert [before, await show.refused(person, "danmaku.send", {"text": "结束了"})] == [
        (409, "room_not_open"),
        (410, "room_over"),
    ]


# Holding.


async def test_leak_is_held_for_the_host_and_its_sender_is_told_why(world: World, show: Show) -> None:
    sender = await world.person("推销员")

    sent = await say(show, sender, "加我微信 abc_12345")

    staff, own = await show.state(show.host, "staff"), await show.state(sender, "user")
    assert (sent["state"], sent["finding"]) == ("held", "wechat")
    assert [(row["id"], row["state"], row["matched"], row["author"]) for row in staff["state"]["held"]] == [
        (sent["id"], "held", "微信abc12345", "推销员")
    ]
    assert own["state"]["held"] == [sent]
    assert not await audience_was_told(show, "abc_12345")


async def test_own_words_of_the_organizer_hold(world: World, show: Show) -> None:
    path, person = f"/organizers/{show.organizer_id}/screening-words", await world.person()
    await show.host.send("PUT", path, {"words": ["某某资本", "某某资本"]}, version=0)

    held = await say(show, person, "某 某 资 本真好")

    assert (held["state"], held["finding"]) == ("held", "word")
    assert await show.host.read(path) == {"words": ["某某资本"], "version": 1}
    stale = await show.host.send("PUT", path, {"words": []}, version=0)
    assert stale.status_code == 412
    await show.host.send("PUT", path, {"words": []}, version=1)
    assert (await say(show, person, "某某资本真好"))["state"] == "shown"


async def test_approved_one_is_shown_and_dropped_one_never(world: World, show: Show) -> None:
    sender = await world.person()
    good, bad = await say(show, sender, "电话：87654321"), await say(show, sender, "稳赚不赔")

    await show.act(show.host, "danmaku.approve", {"danmaku_id": good["id"]})
    await show.act(show.host, "danmaku.remove", {"danmaku_id": bad["id"]})

    assert await moments(show) == [("shown", "电话：87654321")]
    assert (await show.state(show.host, "staff"))["state"]["held"] == []
    assert (await show.state(sender, "user"))["state"]["held"] == []
    assert not await audience_was_told(show, "稳赚不赔")


async def test_host_is_not_screened(show: Show) -> None:
    assert (await say(show, show.host, "会务电话 027-87654321"))["state"] == "shown"


# Removing.


async def test_removed_one_leaves_every_screen_and_returns_by_undo(world: World, show: Show) -> None:
    sent = await say(show, await world.person())
    ref = {"danmaku_id": sent["id"]}

    await show.act(show.host, "danmaku.remove", ref)
    await show.act(show.host, "danmaku.remove", ref)
    await show.act(show.host, "danmaku.restore", ref)
    await show.act(show.host, "danmaku.restore", ref)

    assert await moments(show) == [("shown", "讲得好"), ("removed", sent["id"]), ("shown", "讲得好")]


async def test_undone_drop_waits_again(world: World, show: Show) -> None:
    sent = await say(show, await world.person(), "稳赚不赔")
    ref = {"danmaku_id": sent["id"]}

    await show.act(show.host, "danmaku.remove", ref)
    await show.act(show.host, "danmaku.restore", ref)

    assert [row["id"] for row in (await show.state(show.host, "staff"))["state"]["held"]] == [sent["id"]]
    assert await moments(show) == []


async def test_what_was_said_last_is_listed_for_the_host(world: World, show: Show) -> None:
    one, other = await say(show, await world.person(), "一"), await say(show, await world.person(), "二")
    await say(show, await world.person(), "稳赚不赔")
    await show.act(show.host, "danmaku.remove", {"danmaku_id": one["id"]})

    listed = (await show.host.read(f"{show.path}/live/danmaku"))["items"]

    assert [(row["id"], row["state"]) for row in listed] == [(other["id"], "shown"), (one["id"], "removed")]


async def test_another_rooms_danmaku_cannot_be_touched(world: World, show: Show) -> None:
    other = await new_show(world, is_open=True)
    sent = await say(show, await world.person())

    assert await other.refused(other.host, "danmaku.remove", {"danmaku_id": sent["id"]}) == (404, "not_found")


# The delay line.


async def test_delayed_ones_are_seen_by_the_host_at_once_and_by_others_in_order(world: World, show: Show) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 20})
    sent = [await say(show, await world.person(), f"第{n}条") for n in range(3)]
    await show.act(show.host, "flow.set", {"delay_seconds": 5})
    sent.append(await say(show, await world.person(), "第3条"))

    waiting = (await show.state(show.host, "staff"))["state"]["held"]
    early = await pass_time(show, 10)
    nothing = await moments(show)
    await pass_time(show, 21)

    assert [row["id"] for row in waiting] == [each["id"] for each in sent]
    assert (early, nothing) == (0, [])
    assert await moments(show) == [("shown", f"第{n}条") for n in range(4)]
    assert (await show.state(show.host, "staff"))["state"]["held"] == []
    assert await pass_time(show, 21) == 0


async def test_one_removed_in_the_delay_line_is_never_seen(world: World, show: Show) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 20})
    sent = await say(show, await world.person(), "不该出现")

    await show.act(show.host, "danmaku.remove", {"danmaku_id": sent["id"]})
    await pass_time(show, 30)

    assert not await audience_was_told(show, "不该出现")


async def test_one_approved_in_the_delay_line_goes_at_once_and_only_once(world: World, show: Show) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 20})
    sent = await say(show, await world.person(), "快")

    await show.act(show.host, "danmaku.approve", {"danmaku_id": sent["id"]})
    await pass_time(show, 30)

    assert await moments(show) == [("shown", "快")]


@pytest.mark.parametrize("what", ["killed", "closed", "muted"])
async def test_what_comes_due_when_it_may_not_be_shown_is_dropped(world: World, show: Show, what: str) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 20})
    sent = await say(show, await world.person(), "不该出现")
    if what == "killed":
        await show.act(show.host, "flow.set", {"danmaku_on": False})
    elif what == "closed":
        await show.act(show.host, "room.close")
    else:
        await show.act(show.host, "danmaku.mute", {"danmaku_id": sent["id"], "reason": "刷屏"})

    await pass_time(show, 30)

    async with world.session() as session:
        assert (await session.get_one(Danmaku, sent["id"])).state == "removed"
    assert not await audience_was_told(show, "不该出现")
    assert (await show.state(show.host, "staff"))["state"]["held"] == []


async def test_two_workers_let_each_go_once(world: World, show: Show) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 20})
    for n in range(5):
        await say(show, await world.person(), f"第{n}条")

    await asyncio.gather(*(pass_time(show, 21) for _ in range(4)))

    assert await moments(show) == [("shown", f"第{n}条") for n in range(5)]


async def test_release_looks_only_at_rooms_with_something_due(world: World, show: Show) -> None:
    async with world.session() as session:
        assert await due_rooms(session, datetime.now(UTC) + timedelta(days=1)) == []
    async with world.app.state.roadshow.database.write() as session:
        assert await release(session, show.id, datetime.now(UTC)) == 0


# What the room allows.


async def test_flow_is_told_to_both_audiences_and_only_when_it_changed(show: Show) -> None:
    await show.act(show.host, "flow.set", {"danmaku_on": False, "density": 20})
    await show.act(show.host, "flow.set", {"danmaku_on": False})

    public, staff = await show.state(show.host), await show.state(show.host, "staff")
    flow = {
        "danmaku_on": False, "reactions_on": True, "guests_on": True, "slow_seconds": 0, "delay_seconds": 0,
        "density": 20,
    }  # fmt: skip
    kinds = [kind for kind, _ in await entries(show, log.public_stream(show.id))]
    assert (public["state"]["flow"], staff["state"]["flow"]) == (flow, flow)
    assert kinds.count("flow.changed") == 2


@pytest.mark.parametrize("body", [{"delay_seconds": 31}, {"slow_seconds": -1}, {"density": 0}, {"density": 999}])
async def test_flow_out_of_bounds_is_refused(show: Show, body: dict[str, int]) -> None:
    assert (await show.refused(show.host, "flow.set", body))[0] == 422


async def test_killed_danmaku_and_reactions_are_refused_until_they_are_back(world: World, show: Show) -> None:
    person = await world.person()
    await show.act(show.host, "flow.set", {"danmaku_on": False, "reactions_on": False})

    refused = [
        await show.refused(person, "danmaku.send", {"text": "喂"}),
        await show.refused(person, "reaction.send", {"counts": {"clap": 1}}),
    ]
    await show.act(show.host, "flow.set", {"danmaku_on": True, "reactions_on": True})

    assert refused == [(409, "danmaku_off"), (409, "reactions_off")]
    assert (await say(show, person))["state"] == "shown"


async def test_held_one_is_not_approved_while_danmaku_is_off(world: World, show: Show) -> None:
    sent = await say(show, await world.person(), "稳赚不赔")
    await show.act(show.host, "flow.set", {"danmaku_on": False})

    refused = await show.refused(show.host, "danmaku.approve", {"danmaku_id": sent["id"]})

    assert refused == (409, "danmaku_off")
    assert await moments(show) == []


async def test_slow_mode_tells_the_seconds_left(world: World, show: Show) -> None:
    await show.act(show.host, "flow.set", {"slow_seconds": 30})
    person = await world.person()
    await say(show, person)

    refusal = await told(show, person, "danmaku.send", {"text": "再来"})

    assert (refusal["status"], refusal["code"]) == (429, "danmaku_slow")
    assert 28 <= refusal["details"]["retry_after"] <= 30
    assert (await say(show, await world.person()))["state"] == "shown"


async def test_guests_are_refused_where_members_only_may_send(world: World, show: Show) -> None:
    guest = await world.stranger()
    await guest.made(f"{show.path}/guests", {"name": "游客"})
    await guest.refresh()
    await say(show, guest)
    await show.act(show.host, "flow.set", {"guests_on": False})

    assert await show.refused(guest, "danmaku.send", {"text": "喂"}) == (403, "danmaku_members_only")


# Muting.


async def test_muted_person_reads_why_and_can_be_let_off(world: World, show: Show) -> None:
    person = await world.person("刷屏的人")
    sent = await say(show, person)

    muted = await show.act(show.host, "danmaku.mute", {"danmaku_id": sent["id"], "reason": "刷屏", "minutes": 10})
    refusal = await told(show, person, "danmaku.send", {"text": "喂"})
    own = (await show.state(person, "user"))["state"]["muted"]
    listed = (await show.state(show.host, "staff"))["state"]["mutes"]
    tap = await show.refused(person, "reaction.send", {"counts": {"clap": 1}})
    await show.act(show.host, "danmaku.unmute", {"user_id": person.id})

    assert (refusal["code"], refusal["message"]["zh-CN"]) == ("muted", "您已被主持人禁言：刷屏")
    assert own == {"reason": "刷屏", "until": muted["until"]}
    assert listed == [muted]
    assert (muted["id"], muted["name"]) == (person.id, "刷屏的人")
    assert tap == (403, "muted")
    assert (await show.state(person, "user"))["state"]["muted"] is None
    assert (await say(show, person))["state"] == "shown"


async def test_host_cannot_be_muted(show: Show) -> None:
    sent = await say(show, show.host)

    body = {"danmaku_id": sent["id"], "reason": "误点"}
    assert await show.refused(show.host, "danmaku.mute", body) == (409, "host_not_muted")


async def test_what_the_host_does_is_on_the_trail(world: World, show: Show) -> None:
    sent = await say(show, await world.person(), "稳赚不赔")
    await show.act(show.host, "danmaku.remove", {"danmaku_id": sent["id"]})
    await show.act(show.host, "danmaku.mute", {"danmaku_id": sent["id"], "reason": "刷屏"})

    async with world.session() as session:
        actions = set(await session.scalars(select(AuditRow.action).where(AuditRow.organizer_id == show.organizer_id)))
    assert {"flow.set", "danmaku.sent", "danmaku.removed", "mute.set"} <= actions


# Reactions.


async def test_reactions_are_counted_for_the_slot_on_stage(world: World, show: Show) -> None:
    people = [await world.person(str(n)) for n in range(3)]
    await show.act(people[0], "reaction.send", {"counts": {"clap": 2}})
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    await asyncio.gather(*(show.act(each, "reaction.send", {"counts": {"clap": 5, "heart": 1}}) for each in people))

    async with world.session() as session:
        rows = (await session.scalars(select(ReactionTotal).order_by(ReactionTotal.slot_id, ReactionTotal.kind))).all()
    assert [(row.slot_id, row.kind, row.count) for row in rows] == [
        ("", "clap", 2), (show.slot_ids[0], "clap", 15), (show.slot_ids[0], "heart", 3),
    ]  # fmt: skip


async def test_reactions_are_told_once_a_second_and_the_last_total_is_told_by_the_duty(
    world: World, show: Show
) -> None:
    people = [await world.person(str(n)) for n in range(6)]

    await asyncio.gather(*(show.act(each, "reaction.send", {"counts": {"rocket": 3}}) for each in people))
    during = await moments(show)
    await pass_time(show, 1.1)

    assert len(during) == 1
    assert (await moments(show))[-1] == ("tallied", {"rocket": 18})
    assert await pass_time(show, 5) == 0


@pytest.mark.parametrize("counts", [{}, {"clap": 0}, {"clap": 21}, {"clap": 15, "heart": 6}, {"bomb": 1}])
async def test_taps_out_of_bounds_are_refused(world: World, show: Show, counts: dict[str, int]) -> None:
    assert (await show.refused(await world.person(), "reaction.send", {"counts": counts}))[0] == 422


def test_reactions_in_carry_what_was_tapped() -> None:
    assert ReactionsIn.model_validate({"counts": {"clap": 20}}).counts == {"clap": 20}


async def test_restart_loses_nothing_that_waits(world: World, show: Show) -> None:
    """The delay line is rows: who comes up later finds them by time alone."""
    await show.act(show.host, "flow.set", {"delay_seconds": 30})
    await say(show, await world.person(), "还在")
    async with world.session() as session:
        waiting = await session.scalar(select(func.count()).where(Danmaku.state == "delayed"))

    assert waiting == 1
    await pass_time(show, 3600)
    assert await moments(show) == [("shown", "还在")]
