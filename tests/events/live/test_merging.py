"""Merging keeps both authors and all voters, taking apart restores each, and nothing unseen leaks by it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from events.live import similar
from events.live.families import Families
from events.live.models import Question, Vote
from events.log import LogEntry, public_stream
from tests.live import Show, new_show
from tests.world import Person, World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def vote(show: Show, question_id: str, *voters: Person) -> None:
    for voter in voters:
        await show.act(voter, "question.vote", {"question_id": question_id})


async def merge(show: Show, question_id: str, into_id: str) -> dict[str, object]:
    return await show.act(show.host, "question.merge", {"question_id": question_id, "into_id": into_id})


async def unmerge(show: Show, question_id: str) -> dict[str, object]:
    return await show.act(show.host, "question.unmerge", {"question_id": question_id})


async def public(show: Show) -> dict[str, tuple[int, int]]:
    """Votes and investors' votes of what the audience sees."""
    rows = (await show.state(await show.world.stranger()))["state"]["questions"]
    return {row["id"]: (row["votes"], row["investor_votes"]) for row in rows}


async def test_merged_question_counts_everybody_once_and_investors_apart(world: World, show: Show) -> None:
    both, first_only, second_only = [await world.person(str(n)) for n in range(3)]
    await world.verified(show.host, show.organizer_id, second_only)
    first, second = await show.ask(both, "良率多少"), await show.ask(both, "请问良率是多少？")
    await vote(show, first, both, first_only)
    await vote(show, second, both, second_only)

    merged = await merge(show, second, first)

    assert await public(show) == {first: (3, 1)}
    assert merged["merged"] == [{"id": second, "text": "请问良率是多少？", "author": "0"}]


async def test_taking_apart_restores_votes_and_state_exactly(world: World, show: Show) -> None:
    both, first_only, second_only = [await world.person(str(n)) for n in range(3)]
    await world.verified(show.host, show.organizer_id, second_only)
    first, second = await show.ask(both, "一"), await show.ask(both, "二")
    await vote(show, first, both, first_only)
    await vote(show, second, both, second_only)
    await show.act(show.host, "question.answer", {"question_id": second, "how": "aloud"})
    votes = select(Vote.question_id, Vote.user_id, Vote.is_investor)
    async with world.session() as session:
        before = sorted(tuple(row) for row in await session.execute(votes))

    await merge(show, second, first)
    await unmerge(show, second)

    async with world.session() as session:
        after = sorted(tuple(row) for row in await session.execute(votes))
        states = {row.id: row.state for row in await session.execute(select(Question.id, Question.state))}
    assert after == before
    assert await public(show) == {first: (2, 0), second: (2, 1)}
    assert states == {first: "published", second: "answered"}


async def test_who_withdraws_from_the_merged_question_withdrew_from_all_of_it(world: World, show: Show) -> None:
    voter = await world.person()
    first, second = await show.ask(voter, "一"), await show.ask(voter, "二")
    await vote(show, second, voter)
    await merge(show, second, first)

    await show.act(voter, "question.unvote", {"question_id": first})
    withdrawn = await public(show)
    await unmerge(show, second)

    assert withdrawn == {first: (0, 0)}
    assert await public(show) == {first: (0, 0), second: (0, 0)}


async def test_chain_of_merges_has_one_head_and_comes_apart_link_by_link(world: World, show: Show) -> None:
    people = [await world.person(str(n)) for n in range(3)]
    a, b, c = [await show.ask(people[n], f"问题{n}") for n in range(3)]
    for question_id, voter in zip((a, b, c), people, strict=True):
        await vote(show, question_id, voter)
    await merge(show, a, b)

    await merge(show, b, c)
    staff = {row["id"]: row["merged_into"] for row in (await show.state(show.host, "staff"))["state"]["questions"]}
    whole = await public(show)
    await unmerge(show, b)
    halves = await public(show)
    await unmerge(show, a)

    assert staff == {a: c, b: c, c: None}
    assert whole == {c: (3, 0)}
    assert halves == {b: (2, 0), c: (1, 0)}
    assert await public(show) == {a: (1, 0), b: (1, 0), c: (1, 0)}


async def test_merging_into_a_merged_question_goes_to_its_head(world: World, show: Show) -> None:
    asker = await world.person()
    a, b, c = [await show.ask(asker, text) for text in "甲乙丙"]
    await merge(show, b, a)

    head = await merge(show, c, b)

    assert head["id"] == a
    assert await show.refused(show.host, "question.merge", {"question_id": a, "into_id": c}) == (
        409,
        "merge_into_itself",
    )


async def test_both_authors_learn_of_the_merge_and_of_the_answer(world: World, show: Show) -> None:
    first_author, second_author = await world.person("甲"), await world.person("乙")
    first, second = await show.ask(first_author, "一"), await show.ask(second_author, "二")
    await merge(show, second, first)

    await show.act(show.host, "question.answer", {"question_id": first, "how": "written", "text": "九成。"})

    own = (await show.state(second_author, "user"))["state"]["questions"][0]
    assert (own["state"], own["merged_into"]["text"], own["merged_into"]["answer"]) == ("merged", "一", "九成。")
    assert (await show.state(first_author, "user"))["state"]["questions"][0]["answer"] == "九成。"


async def test_pending_question_merged_away_is_nowhere_in_public(world: World, show: Show) -> None:
    asker, other = await world.person("公开者"), await world.person("待审者")
    first = await show.ask(asker, "公开的问题")
    await show.act(show.host, "room.moderation", {"mode": "before"})
    second = await show.ask(other, "含有秘密的待审问题")

    await merge(show, second, first)

    stranger = await world.stranger()
    seen = json.dumps(await show.state(stranger), ensure_ascii=False)
    alike = await stranger.read(f"{show.path}/live/similar", params={"text": "含有秘密的待审问题"})
    async with world.session() as session:
        said = await session.scalars(select(LogEntry.data).where(LogEntry.stream_id == public_stream(show.id)))
        log = json.dumps(list(said), ensure_ascii=False)
    assert "秘密" not in seen + log + json.dumps(alike, ensure_ascii=False)
    assert second not in seen + log


async def test_author_of_a_merged_question_sees_nothing_of_a_hidden_one(world: World, show: Show) -> None:
    asker, other = await world.person("甲"), await world.person("乙")
    first, second = await show.ask(asker, "不当言论"), await show.ask(other, "二")
    await merge(show, second, first)

    await show.act(show.host, "question.hide", {"question_id": first, "reason": "不当"})

    own = (await show.state(other, "user"))["state"]["questions"][0]
    assert (own["merged_into"]["id"], own["merged_into"]["text"], own["merged_into"]["state"]) == (first, "", None)
    assert await public(show) == {}


async def test_hiding_a_merged_question_takes_its_words_back(world: World, show: Show) -> None:
    asker = await world.person()
    first, second = await show.ask(asker, "好问题"), await show.ask(asker, "不当言论")
    await vote(show, second, asker)
    await merge(show, second, first)

    await show.act(show.host, "question.hide", {"question_id": second, "reason": "不当"})

    seen = json.dumps(await show.state(await world.stranger()), ensure_ascii=False)
    async with world.session() as session:
        last = select(LogEntry).where(LogEntry.stream_id == public_stream(show.id)).order_by(LogEntry.seq.desc())
        kinds = [entry.kind for entry in (await session.scalars(last.limit(2)))]
    assert "不当言论" not in seen
    assert await public(show) == {first: (0, 0)}
    assert "question.removed" in kinds


async def test_anonymous_authors_stay_anonymous_in_a_merge(world: World, show: Show) -> None:
    asker, hidden = await world.person("公开者"), await world.person("不愿具名者")
    first = await show.ask(asker, "一")
    second = await show.ask(hidden, "二", anonymous=True)

    await merge(show, second, first)

    rows = (await show.state(await world.stranger()))["state"]["questions"]
    assert rows[0]["merged"] == [{"id": second, "text": "二", "author": None}]
    assert "不愿具名者" not in json.dumps(rows, ensure_ascii=False)


async def test_what_may_not_be_merged(world: World, show: Show) -> None:
    asker = await world.person()
    first, second, promised = [await show.ask(asker, text) for text in "甲乙丙"]
    await show.act(show.host, "question.promise", {"question_id": promised})
    await show.act(show.host, "question.hide", {"question_id": second, "reason": "无关"})
    await show.act(show.host, "room.moderation", {"mode": "before"})
    pending = await show.ask(asker, "丁")

    def into(question_id: str, into_id: str) -> dict[str, str]:
        return {"question_id": question_id, "into_id": into_id}

    assert await show.refused(show.host, "question.merge", into(first, first)) == (409, "merge_into_itself")
    assert await show.refused(show.host, "question.merge", into(first, second)) == (409, "question_hidden")
    assert await show.refused(show.host, "question.merge", into(second, first)) == (409, "question_hidden")
    assert await show.refused(show.host, "question.merge", into(first, pending)) == (409, "question_not_public")
    assert await show.refused(show.host, "question.merge", into(promised, first)) == (409, "merge_promised")
    assert await show.refused(asker, "question.merge", into(pending, first)) == (404, "not_found")


async def test_merged_question_can_be_neither_voted_for_nor_answered(world: World, show: Show) -> None:
    asker = await world.person()
    first, second = await show.ask(asker, "一"), await show.ask(asker, "二")
    await show.act(show.host, "question.pin", {"question_id": second})
    await merge(show, second, first)

    ref = {"question_id": second}
    assert await show.refused(asker, "question.vote", ref) == (404, "not_found")
    assert await show.refused(show.host, "question.answer", ref | {"how": "aloud"}) == (409, "question_not_public")
    assert (await show.state(asker))["state"]["room"]["pinned_question_id"] is None


async def test_host_is_shown_pairs_that_seem_to_ask_the_same(world: World, show: Show) -> None:
    asker = await world.person()
    first = await show.ask(asker, "封装良率目前是多少？")
    await show.ask(asker, "团队有多少人？")
    second = await show.ask(asker, "请问封装良率多少?")
    await vote(show, second, asker)

    found = await show.host.read(f"{show.path}/live/duplicates")
    alike = await asker.read(f"{show.path}/live/similar", params={"text": "封装良率是多少"})

    assert found["items"] == [{"question_id": first, "into_id": second, "score": 1.0}]
    assert [each["question_id"] for each in alike["items"]] == [first, second]


async def test_only_the_latest_questions_are_compared_with_each_other(
    world: World, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = await world.person()
    asked = [await show.ask(asker, text) for text in ("封装良率目前是多少？", "请问封装良率多少?", "团队有多少人？")]
    monkeypatch.setattr(similar, "MOST_COMPARED", 2)

    found = await show.host.read(f"{show.path}/live/duplicates")

    assert len(asked) == 3
    assert found["items"] == []


def test_family_of_a_question_is_everything_that_ends_in_it() -> None:
    rows = [Question(id=name, merged_into=into) for name, into in {"a": "b", "b": "d", "c": "d"}.items()]

    kin = Families.of(rows)

    assert {name: kin.head_of(name) for name in "abcd"} == {"a": "d", "b": "d", "c": "d", "d": "d"}
    assert {name: [each.id for each in kin.under(name)] for name in "abcd"} == {
        "a": [], "b": ["a"], "c": [], "d": ["a", "b", "c"],
    }  # fmt: skip
