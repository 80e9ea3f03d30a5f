"""Danmaku on a real port: a stream of moments; what is held, removed, muted or delayed reaches nobody early."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.live import Phone, Show, new_show, phone, served
from tests.world import Person, World

SECRET = "加我微信 mimi_20261"


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    show = await new_show(world, is_open=True)
    await show.act(show.host, "flow.set", {"slow_seconds": 0})
    return show


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as address:
        yield address


async def tune_in(device: Phone, *streams: str) -> Phone:
    """Follow these and the lossy stream, which has no state to wait for."""
    for stream in streams:
        await device.follow(stream)
    await device.say(type="subscribe", stream="danmaku")
    await device.until("snapshot", stream="danmaku")
    return device


async def moment(device: Phone, kind: str, seconds: float = 5) -> Any:
    return (await device.until("entry", seconds, stream="danmaku", kind=kind))["data"]


async def quiet(device: Phone, seconds: float = 0.4) -> None:
    """Hear everything there is."""
    try:
        while True:
            await device.hear(seconds)
    except TimeoutError:
        return


async def test_danmaku_flies_over_every_phone_and_a_late_one_sees_none_of_it(
    world: World, show: Show, address: str
) -> None:
    sender, reader = await world.person("韩梅梅"), await world.person()
    async with phone(address, show, sender) as mine, phone(address, show) as stranger:
        await tune_in(mine, "public")
        await tune_in(stranger, "public")
        ack = await mine.act("danmaku.send", {"text": "良率厉害"})
        heard = await moment(stranger, "danmaku.shown")
        await quiet(mine)

    async with phone(address, show, reader) as late:
        await tune_in(late, "public")
        await quiet(late)

    assert (ack["status"], ack["body"]["state"]) == (200, "shown")
    assert (heard["text"], mine.raw.count("danmaku.shown")) == ("良率厉害", 1)
    assert "良率厉害" not in late.raw


async def test_nothing_that_waits_leaks_by_push_snapshot_or_resume(world: World, show: Show, address: str) -> None:
    sender, reader = await world.person("推销员"), await world.person()
    async with phone(address, show, reader) as audience, phone(address, show, show.host) as host:
        await tune_in(audience, "public", "user")
        await tune_in(host, "staff")
        held = await show.act(sender, "danmaku.send", {"text": SECRET})
        await show.act(show.host, "flow.set", {"delay_seconds": 30})
        await show.act(sender, "danmaku.send", {"text": "延迟中的话"})
        waits = [await host.until("entry", kind="danmaku.held") for _ in range(2)]
        await show.act(show.host, "danmaku.remove", {"danmaku_id": held["id"]})
        await quiet(audience)
    async with phone(address, show, reader) as again:
        again.states, again.at = audience.states, {"public": ("", 0)} | audience.at
        await again.follow("public", resume=True)
        await tune_in(again, "user")
        await quiet(again)

    snapshots = [await show.state(reader), await show.state(reader, "user")]
    seen = audience.raw + again.raw + json.dumps(snapshots, ensure_ascii=False)
    assert [each["data"]["danmaku"]["text"] for each in waits] == [SECRET, "延迟中的话"]
    assert [text in seen for text in ("mimi_20261", "延迟中的话", held["id"], sender.id)] == [False] * 4


async def test_removed_one_is_taken_back_on_every_phone(world: World, show: Show, address: str) -> None:
    async with phone(address, show) as screen:
        await tune_in(screen, "public")
        sent = await show.act(await world.person(), "danmaku.send", {"text": "不合适的话"})
        await moment(screen, "danmaku.shown")
        await show.act(show.host, "danmaku.remove", {"danmaku_id": sent["id"]})

        assert await moment(screen, "danmaku.removed") == {"id": sent["id"]}


async def test_delay_line_lets_go_by_itself_in_order(world: World, show: Show, address: str) -> None:
    await show.act(show.host, "flow.set", {"delay_seconds": 1})
    people = [await world.person(str(n)) for n in range(3)]
    async with phone(address, show) as screen:
        await tune_in(screen, "public")
        for number, person in enumerate(people):
            await show.act(person, "danmaku.send", {"text": f"第{number}条"})
        heard = [(await moment(screen, "danmaku.shown"))["text"] for _ in people]

    assert heard == ["第0条", "第1条", "第2条"]


async def test_kill_switch_is_heard_at_once_on_the_durable_stream(show: Show, address: str) -> None:
    async with phone(address, show) as screen:
        await tune_in(screen, "public")
        await show.act(show.host, "flow.set", {"danmaku_on": False})

        await screen.until("entry", 2, kind="flow.changed")

    assert screen.states["public"]["flow"]["danmaku_on"] is False


async def test_muted_person_learns_it_at_once_and_nobody_else_does(world: World, show: Show, address: str) -> None:
    loud, other = await world.person("刷屏的人"), await world.person()
    sent = await show.act(loud, "danmaku.send", {"text": "刷"})
    async with phone(address, show, loud) as theirs, phone(address, show, other) as others:
        await tune_in(theirs, "user")
        await tune_in(others, "public", "user")
        await show.act(show.host, "danmaku.mute", {"danmaku_id": sent["id"], "reason": "请勿刷屏", "minutes": 5})
        told = await theirs.until("entry", kind="muted.changed")
        await quiet(others)

    assert told["data"]["muted"]["reason"] == "请勿刷屏"
    assert "请勿刷屏" not in others.raw


async def test_taps_of_a_crowd_are_one_tally_a_second(world: World, show: Show, address: str) -> None:
    people = [await world.person(str(n)) for n in range(5)]
    async with phone(address, show) as screen:
        await tune_in(screen, "public")
        await asyncio.gather(*(_tap(show, each) for each in people))
        last = await moment(screen, "reaction.tallied")
        while last["counts"]["clap"] < 15:
            last = await moment(screen, "reaction.tallied")

    tallies = [frame for frame in screen.frames if frame.get("kind") == "reaction.tallied"]
    assert last == {"counts": {"clap": 15}}
    assert len(tallies) <= 3


async def _tap(show: Show, person: Person) -> None:
    await show.act(person, "reaction.send", {"counts": {"clap": 3}})
