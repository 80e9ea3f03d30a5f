"""Ballots count once a person, are told once a commit, and secret ones leave no trace of who chose what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from events import log
from events.audit import AuditRow
from events.live.polls import ballots
from events.live.polls.models import Poll, PollTally, PollVoter
from events.live.polls.schemas import BallotIn
from events.log import LogEntry
from events.registrations.queries import is_registered
from events.tables import metadata
from server.auth import user_actor
from server.commands import CommandRow, digest_of
from server.polling import run_polls
from tests.events.live.polls.scene import BALLOTS, close, new_poll, poll_of, vote
from tests.live import Show, new_show
from tests.queries import counted
from tests.world import Person, World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def crowd(world: World, size: int) -> list[Person]:
    return [await world.person(f"观众{n}") for n in range(size)]


async def entries(show: Show, stream: str, kind: str = "poll.tallied") -> list[dict[str, Any]]:
    query = select(LogEntry.data).where(LogEntry.stream_id == f"{show.id}/{stream}", LogEntry.kind == kind)
    async with show.world.session() as session:
        return list(await session.scalars(query.order_by(LogEntry.seq)))


def votes(results: dict[str, Any] | None) -> list[int]:
    assert results is not None
    return [option["votes"] for option in results["all"]["options"]]


async def test_secret_ballot_counts_once_and_cannot_be_changed(world: World, show: Show) -> None:
    poll_id, voter = await new_poll(show), await world.person()

    said = await vote(show, voter, poll_id, options=["1"])
    again = await show.refused(voter, "poll.answer", {"poll_id": poll_id, "options": ["2"]})
    closed = await close(show, poll_id)

    assert said == {"poll_id": poll_id, "ballot": {"options": [], "scores": {}, "words": [], "is_secret": True}}
    assert again == (409, "already_answered")
    assert votes(closed["results"]) == [1, 0, 0]


async def test_roll_call_ballot_is_changed_until_the_close(world: World, show: Show) -> None:
    poll_id, voter = await new_poll(show, names="host"), await world.person("实名者")
    await world.verified(show.host, show.organizer_id, voter, name="明示资本")

    await vote(show, voter, poll_id, options=["1"])
    await vote(show, voter, poll_id, options=["3"])
    await vote(show, voter, poll_id, options=["3"])
    closed = await close(show, poll_id)

    roll = (await show.host.read(f"/polls/{poll_id}/roll"))["items"]
    assert (votes(closed["results"]), closed["ballots"]) == ([0, 0, 1], 1)
    assert closed["results"]["investors"] == closed["results"]["all"]
    assert [(line["name"], line["institution"], line["ballot"]["options"]) for line in roll] == [
        ("实名者", "明示资本", ["3"])
    ]
    late = await show.refused(voter, "poll.answer", {"poll_id": poll_id, "options": ["1"]})
    assert late == (410, "poll_closed")


@pytest.mark.parametrize("kind", list(BALLOTS))
async def test_changed_ballots_of_every_kind_leave_no_old_counts(world: World, show: Show, kind: str) -> None:
    poll_id, voter = await new_poll(show, kind, names="host"), await world.person()
    first, second = BALLOTS[kind]

    await vote(show, voter, poll_id, **first)
    await vote(show, voter, poll_id, **second)
    changed = await close(show, poll_id)

    other = await new_poll(show, kind, names="host")
    await vote(show, voter, other, **second)
    assert changed["results"] == (await close(show, other))["results"]


async def test_burst_is_counted_whole_and_told_once_a_commit(world: World, show: Show) -> None:
    poll_id, voters = await new_poll(show, results_when="live"), await crowd(world, 12)

    await asyncio.gather(*(vote(show, voter, poll_id, options=["1"]) for voter in voters))
    closed = await close(show, poll_id)

    told = await entries(show, "public")
    assert votes(closed["results"]) == [12, 0, 0]
    assert [tally["ballots"] for tally in told][-1] == 12
    assert len(told) <= 12
    assert len({tally["ballots"] for tally in told}) == len(told), "no commit told twice"


async def test_ballots_of_one_transaction_are_told_once(world: World, show: Show) -> None:
    poll_id, voters = await new_poll(show), await crowd(world, 6)
    database = world.app.state.roadshow.database
    data = BallotIn(poll_id=poll_id, options=["2"])

    async with database.write() as session:
        for voter in voters:
            actor = await user_actor(session, await _user(session, voter))
            await ballots.answer(session, actor, show.id, data, is_registered, now=datetime.now(UTC))
        await log.run_deferred(session)

    assert [tally["ballots"] for tally in await entries(show, "staff")] == [6]


async def test_one_ballot_costs_few_statements(world: World, show: Show) -> None:
    poll_id, voter = await new_poll(show), await world.person()
    data = BallotIn(poll_id=poll_id, options=["2"])

    async with world.app.state.roadshow.database.write() as session:
        actor = await user_actor(session, await _user(session, voter))
        async with counted(session) as sent:
            await ballots.answer(session, actor, show.id, data, is_registered, now=datetime.now(UTC))
            await session.flush()

    assert len(sent) == 5, "room, poll, voter, counters, trail"


async def test_before_the_close_the_audience_hears_only_the_number_of_ballots(world: World, show: Show) -> None:
    poll_id, voters = await new_poll(show, names="host"), await crowd(world, 2)

    for voter in voters:
        await vote(show, voter, poll_id, options=["1"])

    staff = await poll_of(show, show.host, "staff")
    public = await poll_of(show, await world.stranger())
    assert [(tally["ballots"], tally["results"]) for tally in await entries(show, "public")] == [(1, None), (2, None)]
    assert votes(staff["results"]) == [2, 0, 0]
    assert (public["ballots"], public["results"], public["digest"]) == (2, None, None)


async def test_secret_results_grow_in_steps_of_five_even_for_staff(world: World, show: Show) -> None:
    poll_id = await new_poll(show, results_when="live")

    for voter in await crowd(world, 7):
        await vote(show, voter, poll_id, options=["1"])

    told = [tally["results"] and votes(tally["results"])[0] for tally in await entries(show, "staff")]
    assert told == [None, None, None, None, 5, 5, 5]
    assert votes((await close(show, poll_id))["results"]) == [7, 0, 0]


async def test_only_the_electorate_may_answer(world: World, show: Show) -> None:
    investor, registrant, anybody = await crowd(world, 3)
    await world.verified(show.host, show.organizer_id, investor)
    await show.register(registrant)
    everybody = [investor, registrant, anybody]

    async def answers(electorate: str) -> list[str]:
        poll_id = await new_poll(show, electorate=electorate)
        body = {"poll_id": poll_id, "options": ["1"]}
        return [(await show.refused(person, "poll.answer", body))[1] for person in everybody]

    no = "not_in_electorate"
    assert await answers("everyone") == ["", "", ""]
    assert await answers("registered") == [no, "", no]
    assert await answers("verified") == ["", no, no]


async def test_investors_stand_apart(world: World, show: Show) -> None:
    poll_id, (investor, other) = await new_poll(show, names="host"), await crowd(world, 2)
    await world.verified(show.host, show.organizer_id, investor)

    await vote(show, investor, poll_id, options=["1"])
    await vote(show, other, poll_id, options=["2"])

    results = (await close(show, poll_id))["results"]
    assert [option["votes"] for option in results["investors"]["options"]] == [1, 0, 0]
    assert votes(results) == [1, 1, 0]


async def test_ballot_is_in_if_it_committed_before_the_close_whatever_the_clock_said(world: World, show: Show) -> None:
    """P11: the close is a transaction; the time it was meant for is not what decides."""
    poll_id, (early, late) = await new_poll(show, seconds=5), await crowd(world, 2)
    after_time = datetime.now(UTC) + timedelta(seconds=60)

    async with world.app.state.roadshow.database.write() as session:
        actor = await user_actor(session, await _user(session, early))
        data = BallotIn(poll_id=poll_id, options=["1"])
        await ballots.answer(session, actor, show.id, data, is_registered, now=after_time)
        await log.run_deferred(session)
    await run_polls(world.app.state.roadshow.database, lambda bells: None, after_time)

    assert await show.refused(late, "poll.answer", {"poll_id": poll_id, "options": ["1"]}) == (410, "poll_closed")
    assert votes((await poll_of(show, late))["results"]) == [1, 0, 0]


async def test_ballots_racing_the_close_are_counted_or_refused_never_lost(world: World, show: Show) -> None:
    poll_id, voters = await new_poll(show, seconds=5), await crowd(world, 16)
    due = datetime.now(UTC) + timedelta(seconds=60)
    body = {"poll_id": poll_id, "options": ["1"]}

    answers = await asyncio.gather(
        *(show.refused(voter, "poll.answer", body) for voter in voters),
        run_polls(world.app.state.roadshow.database, lambda bells: None, due),
    )

    counted_in = sum(1 for status, _ in answers[:-1] if status == 200)
    poll = await poll_of(show, voters[0])
    assert (poll["state"], poll["ballots"], votes(poll["results"])[0]) == ("closed", counted_in, counted_in)
    assert set(answers[:-1]) <= {(200, ""), (410, "poll_closed")}


async def test_second_voter_row_is_impossible(world: World, show: Show) -> None:
    poll_id, voter = await new_poll(show), await world.person()
    await vote(show, voter, poll_id, options=["1"])

    with pytest.raises(IntegrityError):
        async with world.app.state.roadshow.database.write() as session:
            session.add(PollVoter(poll_id=poll_id, user_id=voter.id))


async def test_repeated_ballot_is_one_whatever_it_says(world: World, show: Show) -> None:
    """The digest of the command leaves the choice out, so that trying all choices does not find it."""
    poll_id, voter = await new_poll(show), await world.person()

    first = await show.act(voter, "poll.answer", {"poll_id": poll_id, "options": ["1"]}, key="k")
    again = await show.act(voter, "poll.answer", {"poll_id": poll_id, "options": ["2"]}, key="k")

    async with world.session() as session:
        row = await session.get_one(CommandRow, (voter.id, "k"))
    tried = [digest_of(f"live poll.answer {show.id}", {"poll_id": poll_id, "options": [n]}) for n in ("1", "2", "3")]
    assert first == again
    assert row.digest not in tried
    assert votes((await close(show, poll_id))["results"]) == [1, 0, 0]


async def test_no_row_of_the_database_holds_who_chose_what_in_secret(world: World, show: Show) -> None:
    poll_id, voters = await new_poll(show, "words"), await crowd(world, 5)
    said = [f"独特的词{n}" for n in range(5)]
    for voter, word in zip(voters, said, strict=True):
        await vote(show, voter, poll_id, words=[word])
    await close(show, poll_id)

    ids = {voter.id for voter in voters}
    linking = [row async for row in _rows(world) if any(_has(row, i) for i in ids) and any(_has(row, w) for w in said)]

    async with world.session() as session:
        trail = select(AuditRow.actor_id).where(AuditRow.action == "poll.answered")
        who = set(await session.scalars(trail))
    assert linking == []
    assert who == {None}
    assert set(metadata.tables["poll_voters"].columns.keys()) == {"poll_id", "user_id"}
    assert "user_id" not in metadata.tables["poll_tallies"].columns


async def _rows(world: World) -> Any:
    async with world.session() as session:
        for table in metadata.sorted_tables:
            for row in await session.execute(select(table)):
                yield [table.name, *row]


def _has(row: Iterable[Any], needle: str) -> bool:
    return needle in json.dumps([str(value) for value in row], ensure_ascii=False) or any(
        isinstance(value, bytes) and needle.encode() in value for value in row
    )


async def test_counters_are_the_ballots(world: World, show: Show) -> None:
    poll_id = await new_poll(show)
    for n, voter in enumerate(await crowd(world, 4)):
        await vote(show, voter, poll_id, options=[str(1 + n % 3)])

    async with world.session() as session:
        poll = await session.get_one(Poll, poll_id)
        voters = await session.scalar(select(func.count()).select_from(PollVoter))
        total = await session.scalar(select(PollTally.votes).where(PollTally.thing == ""))
    assert (poll.ballots, voters, total) == (4, 4, 4)


async def _user(session: Any, person: Person) -> Any:
    from events.accounts.models import User

    return await session.get_one(User, person.id)
