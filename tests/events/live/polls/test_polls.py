"""Polls are made, opened, closed, shown; deleting can be undone; drafts stay with the staff."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from server.polling import run_polls
from tests.events.live.polls.scene import BALLOTS, KINDS, close, draft, new_poll, poll_of, vote
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    """Fold, ballots and the clock are proved on both databases elsewhere."""
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def run_clock(world: World, now: datetime) -> int:
    return await run_polls(world.app.state.roadshow.database, lambda bells: None, now)


async def polls(show: Show, stream: str = "public") -> list[str]:
    person = show.host if stream == "staff" else await show.world.stranger()
    return [poll["state"] for poll in (await show.state(person, stream))["state"]["polls"]]


async def test_draft_is_the_staffs_alone_until_it_opens(show: Show) -> None:
    poll_id = await new_poll(show, is_open=False)

    before = (await polls(show), await polls(show, "staff"))
    await show.act(show.host, "poll.open", {"poll_id": poll_id})

    assert before == ([], ["draft"])
    assert (await polls(show), await polls(show, "staff")) == (["open"], ["open"])


@pytest.mark.parametrize("kind", list(KINDS))
async def test_every_kind_is_answered_closed_and_frozen(world: World, show: Show, kind: str) -> None:
    poll_id = await new_poll(show, kind)
    for ballot in BALLOTS[kind]:
        await vote(show, await world.person(), poll_id, **ballot)

    closed = await close(show, poll_id)

    public = await poll_of(show, await world.stranger())
    record = await (await world.person()).read(f"/polls/{poll_id}/record")
    assert public["results"] == closed["results"] == json.loads(record["text"])["results"]
    assert public["results"]["all"]["ballots"] == public["ballots"] == 2
    assert hashlib.sha256(record["text"].encode()).hexdigest() == public["digest"] == record["digest"]


async def test_deleting_can_be_undone(show: Show) -> None:
    poll_id = await new_poll(show)
    refused = await show.refused(show.host, "poll.delete", {"poll_id": poll_id})
    await close(show, poll_id)

    await show.act(show.host, "poll.delete", {"poll_id": poll_id})
    gone = (await polls(show), await polls(show, "staff"))
    await show.act(show.host, "poll.restore", {"poll_id": poll_id})

    assert refused == (409, "poll_state")
    assert gone == ([], [])
    assert (await polls(show), await polls(show, "staff")) == (["closed"], ["closed"])


async def test_copy_asks_the_same_anew(show: Show) -> None:
    poll_id = await new_poll(show, "multiple", names="all")
    await close(show, poll_id)

    copied = await show.act(show.host, "poll.copy", {"poll_id": poll_id})

    original = await poll_of(show, show.host, "staff")
    same = ("kind", "title", "options", "max_choices", "names", "electorate", "results_when")
    assert {name: copied[name] for name in same} == {name: original[name] for name in same}
    assert (copied["state"], copied["ballots"], copied["results"]) == ("draft", 0, None)


async def test_only_a_draft_can_be_edited(show: Show) -> None:
    poll_id = await new_poll(show, is_open=False)
    body = draft(title="换一个问法") | {"poll_id": poll_id}

    edited = await show.act(show.host, "poll.edit", body)
    await show.act(show.host, "poll.open", {"poll_id": poll_id})

    assert edited["title"] == "换一个问法"
    assert await show.refused(show.host, "poll.edit", body) == (409, "poll_state")
    assert await show.refused(show.host, "poll.open", {"poll_id": poll_id}) == (409, "poll_state")


async def test_big_screen_shows_the_poll_opened_last_or_the_one_the_host_says(world: World, show: Show) -> None:
    first, second = await new_poll(show), await new_poll(show)

    async def shown() -> list[bool]:
        return [poll["on_screen"] for poll in (await show.state(show.host))["state"]["polls"]]

    opened = await shown()
    await show.act(show.host, "poll.show", {"poll_id": first})
    chosen = await shown()
    await show.act(show.host, "poll.show", {"poll_id": None})

    assert (opened, chosen, await shown()) == ([False, True], [True, False], [False, False])
    assert second


async def test_results_wait_for_the_hosts_word(world: World, show: Show) -> None:
    poll_id = await new_poll(show, names="host", results_when="reveal")
    await vote(show, await world.person(), poll_id, options=["1"])
    stranger = await world.person()

    await close(show, poll_id)
    held = (await poll_of(show, stranger))["results"]
    no_record = (await stranger.get(f"/polls/{poll_id}/record")).status_code
    await show.act(show.host, "poll.reveal", {"poll_id": poll_id})

    assert (held, no_record) == (None, 404)
    assert (await poll_of(show, stranger))["results"]["all"]["options"][0]["votes"] == 1


async def test_blocked_word_leaves_the_cloud_and_may_come_back(world: World, show: Show) -> None:
    poll_id = await new_poll(show, "words", names="host", results_when="live")
    await vote(show, await world.person(), poll_id, words=["好", "ＢＡＤ"])
    stranger = await world.stranger()

    async def words() -> list[str]:
        return [word["text"] for word in (await poll_of(show, stranger))["results"]["all"]["words"]]

    before = await words()
    await show.act(show.host, "poll.block", {"poll_id": poll_id, "word": "bad"})
    blocked = await words()
    await vote(show, await world.person(), poll_id, words=["Bad"])
    still = await words()
    await show.act(show.host, "poll.block", {"poll_id": poll_id, "word": "BAD", "blocked": False})

    assert (before, blocked, still, await words()) == (["BAD", "好"], ["好"], ["好"], ["BAD", "好"])


async def test_clock_opens_and_closes(world: World, show: Show) -> None:
    start = datetime.now(UTC) + timedelta(minutes=5)
    await new_poll(show, is_open=False, opens_at=start.isoformat(), seconds=30)

    early = await run_clock(world, start - timedelta(seconds=1))
    opened = await run_clock(world, start)
    poll = await poll_of(show, show.host)
    again = await run_clock(world, start + timedelta(seconds=29))
    ended = await run_clock(world, start + timedelta(seconds=30))

    assert (early, opened, again, ended) == (0, 1, 0, 1)
    assert datetime.fromisoformat(poll["closes_at"]) == start + timedelta(seconds=30)
    assert (await poll_of(show, show.host))["state"] == "closed"


async def test_clock_leaves_a_room_alone_that_is_not_open(world: World) -> None:
    show = await new_show(world)
    start = datetime.now(UTC)
    await new_poll(show, is_open=False, opens_at=start.isoformat())

    assert await run_clock(world, start + timedelta(hours=1)) == 0
    await show.act(show.host, "room.open")
    assert await run_clock(world, start + timedelta(hours=1)) == 1
    await show.act(show.host, "room.close")
    assert await run_clock(world, start + timedelta(hours=1)) == 1
    assert await polls(show) == ["closed"]


async def test_host_gives_more_time_or_takes_the_clock_away(show: Show) -> None:
    poll_id = await new_poll(show, seconds=60)

    longer = await show.act(show.host, "poll.time", {"poll_id": poll_id, "seconds": 300})
    by_hand = await show.act(show.host, "poll.time", {"poll_id": poll_id, "seconds": None})

    assert datetime.fromisoformat(longer["closes_at"]) > datetime.now(UTC) + timedelta(seconds=250)
    assert by_hand["closes_at"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"options": []}, "options_invalid"),
        ({"title": " "}, "validation_failed"),
        ({"opens_at": "2027-01-01T08:00:00Z", "closes_at": "2027-01-01T08:00:00Z"}, "close_in_past"),
        ({"closes_at": "2027-01-01T08:00:00"}, "validation_failed"),
    ],
)
async def test_poll_that_cannot_be_asked_is_refused(show: Show, change: dict[str, object], code: str) -> None:
    assert await show.refused(show.host, "poll.create", draft() | change) == (422, code)


async def test_poll_of_another_room_is_not_found(world: World, show: Show) -> None:
    other = await new_show(world, is_open=True)
    ref = {"poll_id": await new_poll(other)}

    for name in ("poll.open", "poll.close", "poll.delete", "poll.restore", "poll.copy", "poll.reveal", "poll.show"):
        assert await show.refused(show.host, name, ref) == (404, "not_found")
    assert await show.refused(await world.person(), "poll.answer", ref | {"options": ["1"]}) == (404, "not_found")
