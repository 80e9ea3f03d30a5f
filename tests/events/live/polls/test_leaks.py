"""What must not leave the house does not: by push, resume, snapshot, export, or what is another person's to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.events.live.polls.scene import close, new_poll, vote
from tests.live import Phone, Show, new_show, phone, served
from tests.world import Person, World

SECRET_WORDS = ["隐秘词甲", "隐秘词乙"]


@pytest.fixture
def world(small_world: World) -> World:
    """Leaks do not depend on the database."""
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def heard(device: Phone, *streams: str) -> str:
    """Everything these streams send, by push until now and by resuming from their beginning."""
    epoch = {stream: device.at[stream][0] for stream in streams}
    for stream in streams:
        device.states[stream], device.at[stream] = {}, (epoch[stream], 0)
        await device.say(type="subscribe", stream=stream, epoch=epoch[stream], seq=0)
        await device.until("resumed", fold=False, stream=stream)
    return device.raw


async def results_for(person: Person, show: Show) -> list[Any]:
    return [poll["results"] for poll in (await show.state(person))["state"]["polls"]]


async def test_draft_never_reaches_the_audience(world: World, show: Show) -> None:
    audience = await world.person()
    async with served(world.app) as address, phone(address, show, audience) as device:
        await device.follow()
        await device.follow("user")
        poll_id = await new_poll(show, is_open=False, title="还没想好的问题")
        await show.act(show.host, "poll.copy", {"poll_id": poll_id})
        await show.act(show.host, "poll.delete", {"poll_id": poll_id})
        await show.act(show.host, "poll.restore", {"poll_id": poll_id})
        await show.ask(audience, "收到了吗")
        await device.until("entry", kind="question.changed")
        told = await heard(device, "public", "user")

    assert "还没想好的问题" not in told
    assert poll_id not in told
    assert await results_for(audience, show) == []


@pytest.mark.parametrize("names", ["nobody", "host", "all"])
async def test_no_result_is_sent_before_its_time(world: World, show: Show, names: str) -> None:
    audience, voters = await world.person(), [await world.person(f"投票者{n}") for n in range(6)]
    async with served(world.app) as address, phone(address, show, audience) as device:
        await device.follow()
        await device.follow("user")
        poll_id = await new_poll(show, "words", names=names, results_when="reveal")
        for voter in voters:
            await vote(show, voter, poll_id, words=SECRET_WORDS)
        await close(show, poll_id)
        await show.ask(audience, "收到了吗")
        await device.until("entry", kind="question.changed")
        told = await heard(device, "public", "user")

    reads = [await audience.get(f"/polls/{poll_id}/{what}") for what in ("roll", "record")]
    told += json.dumps((await show.state(audience))["state"], ensure_ascii=False)
    assert [word for word in SECRET_WORDS if word in told] == []
    assert [voter.id for voter in voters if voter.id in told] == []
    assert [answer.status_code for answer in reads] == [404, 404]


async def test_secret_ballot_is_in_no_stream_not_even_the_staffs_with_a_name(world: World, show: Show) -> None:
    voter = await world.person("投下这一票的人")
    async with served(world.app) as address, phone(address, show, show.host) as device:
        for stream in ("public", "staff", "user"):
            await device.follow(stream)
        poll_id = await new_poll(show, "words")
        await vote(show, voter, poll_id, words=SECRET_WORDS)
        await close(show, poll_id)
        await show.ask(show.host, "收到了吗")
        await device.until("entry", kind="question.changed", stream="public")
        told = await heard(device, "public", "staff", "user")

    assert voter.id not in told
    assert "投下这一票的人" not in told
    assert (await show.host.get(f"/polls/{poll_id}/roll")).status_code == 404


async def test_mine_tells_ones_own_ballots_and_of_secret_ones_only_that_they_were_cast(
    world: World, show: Show
) -> None:
    one, other = await world.person(), await world.person()
    secret, named = await new_poll(show), await new_poll(show, names="host")
    for poll_id in (secret, named):
        await vote(show, one, poll_id, options=["2"])

    mine = (await one.read(f"{show.path}/live/mine"))["ballots"]
    theirs = (await other.read(f"{show.path}/live/mine"))["ballots"]

    assert mine[secret] == {"options": [], "scores": {}, "words": [], "is_secret": True}
    assert mine[named] == {"options": ["2"], "scores": {}, "words": [], "is_secret": False}
    assert theirs == {}


async def test_roll_of_a_poll_for_all_is_read_after_the_close_only(world: World, show: Show) -> None:
    voter, reader = await world.person("实名者"), await world.person()
    poll_id = await new_poll(show, names="all")
    await vote(show, voter, poll_id, options=["1"])

    early = (await reader.get(f"/polls/{poll_id}/roll")).status_code
    await close(show, poll_id)

    assert early == 404
    assert [line["name"] for line in (await reader.read(f"/polls/{poll_id}/roll"))["items"]] == ["实名者"]


async def test_deleted_poll_is_not_sent_again(world: World, show: Show) -> None:
    async with served(world.app) as address, phone(address, show) as device:
        await device.follow()
        epoch = device.at["public"][0]
        poll_id = await new_poll(show, title="不该问的问题")
        await close(show, poll_id)
        await show.act(show.host, "poll.delete", {"poll_id": poll_id})
        async with phone(address, show) as late:
            late.states, late.at = {"public": {}}, {"public": (epoch, 0)}
            answer = await late.follow(resume=True)

    assert answer["type"] == "snapshot"
    assert "不该问的问题" not in late.raw
