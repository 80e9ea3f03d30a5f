"""Votes count once a person, may be withdrawn, and are told as tallies."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from events.live.models import Question, Vote
from events.log import LogEntry, public_stream, user_stream
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
        kinds = select(LogEntry.kind).where(LogEntry.stream_id == user_stream(show.id, voter.id))
        assert list(await session.scalars(kinds)) == ["vote.changed"]
    assert again == ref | {"voted": True}
    assert (await show.state(voter))["state"]["questions"][0]["votes"] == 1


async def test_withdrawn_vote_is_gone(world: World, show: Show) -> None:
    voter = await world.person()
    ref = {"question_id": await show.ask(await world.person())}

    await show.act(voter, "question.vote", ref)
    await show.act(voter, "question.unvote", ref)
    await show.act(voter, "question.unvote", ref)

    assert (await show.state(voter))["state"]["questions"][0]["votes"] == 0
    assert (await show.state(voter, "user"))["state"]["votes"] == []


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
