"""Votes count once a person, may be withdrawn, and are told as tallies."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from events.live.models import Question, Vote
from events.log import LogEntry, public_stream
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def test_second_vote_of_a_person_changes_nothing(world: World, show: Show) -> None:
    voter = await world.person()
    ref = {"question_id": await show.ask(await world.person())}

    await show.act(voter, "question.vote", ref)
    again = await show.act(voter, "question.vote", ref)

    async with world.session() as session:
        told = select(LogEntry.data).where(LogEntry.kind == "question.tallied").order_by(LogEntry.stream_id)
        assert list(await session.scalars(told)) == [{"id": ref["question_id"], "votes": 1, "investor_votes": 0}] * 2
    assert again == ref | {"voted": True}
    assert (await show.state(voter))["state"]["questions"][0]["votes"] == 1


async def test_withdrawn_vote_is_gone(world: World, show: Show) -> None:
    voter = await world.person()
    ref = {"question_id": await show.ask(await world.person())}

    await show.act(voter, "question.vote", ref)
    await show.act(voter, "question.unvote", ref)
    await show.act(voter, "question.unvote", ref)

    assert (await show.state(voter))["state"]["questions"][0]["votes"] == 0
    assert await voter.read(f"{show.path}/live/mine") == {"votes": [], "ballots": {}}


async def test_votes_of_verified_investors_are_counted_apart(world: World, show: Show) -> None:
    investor, other, elsewhere = [await world.person(name) for name in ("投资人", "观众", "别处的投资人")]
    await world.verified(show.host, show.organizer_id, investor)
    owner, organizer = await world.organizer("另一主办方")
    await world.verified(owner, organizer["id"], elsewhere, name="别处资本")
    ref = {"question_id": await show.ask(other)}

    for voter in (investor, other, elsewhere):
        await show.act(voter, "question.vote", ref)
    three = (await show.state(other))["state"]["questions"][0]
    await show.act(investor, "question.unvote", ref)
    two = (await show.state(show.host, "staff"))["state"]["questions"][0]

    assert (three["votes"], three["investor_votes"]) == (3, 1)
    assert (two["votes"], two["investor_votes"]) == (2, 0)


async def test_what_one_did_is_read_on_entering(world: World, show: Show) -> None:
    voter, other = await world.person(), await world.person()
    first, second = await show.ask(other, "一"), await show.ask(other, "二")

    await show.act(voter, "question.vote", {"question_id": second})
    await show.act(other, "question.vote", {"question_id": first})

    assert await voter.read(f"{show.path}/live/mine") == {"votes": [second], "ballots": {}}


async def test_burst_of_votes_is_counted_whole_and_told_in_few_entries(world: World, show: Show) -> None:
    voters = [await world.person(str(n)) for n in range(12)]
    ref = {"question_id": await show.ask(voters[0])}

    await asyncio.gather(*(show.act(voter, "question.vote", ref) for voter in voters for _ in range(3)))

    async with world.session() as session:
        rows = await session.scalar(select(func.count()).select_from(Vote))
        tallies = (
            await session.scalars(
                select(LogEntry.data).where(
                    LogEntry.stream_id == public_stream(show.id), LogEntry.kind == "question.tallied"
                )
            )
        ).all()
        question = await session.get_one(Question, ref["question_id"])
    assert (rows, question.votes) == (12, 12)
    assert max(tally["votes"] for tally in tallies) == 12
    assert len(tallies) <= 12


async def test_what_the_audience_cannot_see_cannot_be_voted_for(world: World, show: Show) -> None:
    await show.act(show.host, "room.moderation", {"mode": "before"})
    voter = await world.person()
    ref = {"question_id": await show.ask(await world.person())}

    assert await show.refused(voter, "question.vote", ref) == (404, "not_found")


async def test_stranger_cannot_vote(world: World, show: Show) -> None:
    ref = {"question_id": await show.ask(await world.person())}

    assert await show.refused(await world.stranger(), "question.vote", ref) == (401, "sign_in_required")
