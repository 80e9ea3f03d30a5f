"""Votes that come together are carried out together, and each stays a command of its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, update

from events.accounts.models import Login
from events.audit import AuditRow
from events.live.models import Question, Vote
from events.live.votes import Ballot, cast_all, open_booth
from events.log import LogEntry, public_stream, staff_stream
from server.bursts import Act
from server.commands import Commands
from server.errors import Answer
from server.live import Performer
from server.stored import digest_of
from tests.live import Show, new_show
from tests.world import Person, World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def crowd(world: World, count: int) -> list[Person]:
    return [await world.person(f"听众{number}") for number in range(count)]


async def login_of(world: World, person: Person) -> str:
    async with world.session() as session:
        return str(await session.scalar(select(Login.id).where(Login.user_id == person.id)))


async def act_of(world: World, show: Show, person: Person, question_id: str, voted: bool = True, **more: Any) -> Act:
    """A vote as it comes by a socket."""
    name = "question.vote" if voted else "question.unvote"
    digest = digest_of(f"live {name} {show.id}", {"question_id": question_id})
    given = {"cmd_id": f"{person.id}-{question_id}-{voted}", "login_id": await login_of(world, person)} | more
    return Act(show.id, question_id, voted, digest=digest, **given)


async def together(world: World, acts: list[Act]) -> list[Answer]:
    """The acts in one transaction: they all wait before the first is begun."""
    commands: Commands = world.app.state.roadshow.commands
    return list(await asyncio.gather(*(commands.perform(act) for act in acts)))


async def counts(world: World, question_id: str) -> tuple[int, int, int]:
    """The counter, the investors' counter, and the rows behind them."""
    async with world.session() as session:
        question = await session.get_one(Question, question_id)
        rows = await session.scalar(select(func.count()).where(Vote.question_id == question_id))
    return question.votes, question.investor_votes, rows or 0


async def test_a_burst_is_counted_told_and_recorded_once(world: World, show: Show) -> None:
    people = await crowd(world, 6)
    await world.verified(show.host, show.organizer_id, people[0])
    first, second = await show.ask(show.host, "一"), await show.ask(show.host, "二")
    acts = [await act_of(world, show, person, first) for person in people]
    acts += [await act_of(world, show, person, second) for person in people[:2]]
    commits = world.app.state.roadshow.commands.commits

    answers = await together(world, acts)

    assert {(answer.status, answer.body) for answer in answers} == {
        (200, f'{{"question_id":"{first}","voted":true}}'.encode()),
        (200, f'{{"question_id":"{second}","voted":true}}'.encode()),
    }
    assert world.app.state.roadshow.commands.commits == commits + 1
    assert [await counts(world, first), await counts(world, second)] == [(6, 1, 6), (2, 1, 2)]
    async with world.session() as session:
        for stream in (public_stream(show.id), staff_stream(show.id)):
            told = select(LogEntry.data).where(LogEntry.stream_id == stream, LogEntry.kind == "question.tallied")
            assert sorted(await session.scalars(told), key=lambda data: -int(data["votes"])) == [
                {"id": first, "votes": 6, "investor_votes": 1},
                {"id": second, "votes": 2, "investor_votes": 1},
            ]
        trail = (await session.scalars(select(AuditRow).where(AuditRow.action == "votes.moved"))).one()
    assert trail.detail == {
        "cast": {first: " ".join(person.id for person in people), second: " ".join(p.id for p in people[:2])}
    }


async def test_words_of_one_person_keep_their_order(world: World, show: Show) -> None:
    person = await world.person()
    question = await show.ask(show.host)
    words = [True, False, True, True, False, True]

    acts = [await act_of(world, show, person, question, voted, cmd_id=f"k{n}") for n, voted in enumerate(words)]
    answers = await together(world, acts)
    withdrawn = await together(world, [await act_of(world, show, person, question, False, cmd_id="last")])

    assert [b'"voted":true' in answer.body for answer in answers] == words
    assert [answer.status for answer in withdrawn] == [200]
    assert await counts(world, question) == (0, 0, 0)


async def test_commands_among_votes_keep_their_place(world: World, show: Show) -> None:
    """A vote before the room closes counts, one after it does not, though all are one transaction."""
    early, late = await crowd(world, 2)
    question = await show.ask(show.host)
    acts = [await act_of(world, show, person, question) for person in (early, late)]
    commands: Commands = world.app.state.roadshow.commands

    first = asyncio.ensure_future(commands.perform(acts[0]))
    await asyncio.sleep(0)
    close = asyncio.ensure_future(show.act(show.host, "room.close"))
    await close
    answers = await asyncio.gather(first, commands.perform(acts[1]))

    assert [answer.status for answer in answers] == [200, 410]
    assert await counts(world, question) == (1, 0, 1)


async def test_a_repeat_inside_a_burst_gets_the_same_bytes_and_counts_once(world: World, show: Show) -> None:
    person = await world.person()
    question, other = await show.ask(show.host, "一"), await show.ask(show.host, "二")
    vote = await act_of(world, show, person, question, cmd_id="k")
    twin = await act_of(world, show, person, question, cmd_id="k")
    forged = await act_of(world, show, person, other, cmd_id="k")

    first = await together(world, [vote, twin, forged])
    later = await together(world, [twin, forged])
    by_http = await person.post(f"{show.path}/live/question.vote", {"question_id": question}, key="k")
    other_by_http = await person.post(f"{show.path}/live/question.vote", {"question_id": other}, key="k")

    assert [answer.status for answer in first + later] == [200, 200, 422, 200, 422]
    assert first[0].body == first[1].body == later[0].body == by_http.content
    assert first[2].body == later[1].body == other_by_http.content
    assert b'"cmd_conflict"' in first[2].body
    assert [await counts(world, question), await counts(world, other)] == [(1, 0, 1), (0, 0, 0)]


async def test_a_withdrawn_vote_does_not_return_with_a_repeat(world: World, show: Show) -> None:
    person = await world.person()
    question = await show.ask(show.host)
    vote = await act_of(world, show, person, question)

    await together(world, [vote])
    await together(world, [await act_of(world, show, person, question, False)])
    repeated = await together(world, [vote])

    assert repeated[0].status == 200
    assert await counts(world, question) == (0, 0, 0)


async def test_what_refuses_one_touches_no_other(world: World, show: Show) -> None:
    """Revoked and expired logins, an unknown and a hidden question, beside a vote that counts."""
    good, revoked, expired, astray, blind = await crowd(world, 5)
    question, hidden = await show.ask(show.host, "一"), await show.ask(show.host, "二")
    await show.act(show.host, "question.hide", {"question_id": hidden, "reason": "无关"})
    acts = [
        await act_of(world, show, revoked, question),
        await act_of(world, show, expired, question),
        await act_of(world, show, astray, show.id),
        await act_of(world, show, blind, hidden),
        await act_of(world, show, good, question),
    ]
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(delete(Login).where(Login.user_id == revoked.id))
        past = datetime(2020, 1, 1, tzinfo=UTC)
        await session.execute(update(Login).where(Login.user_id == expired.id).values(expires_at=past))

    answers = await together(world, acts)

    assert [answer.status for answer in answers] == [401, 401, 404, 404, 200]
    assert [await counts(world, question), await counts(world, hidden)] == [(1, 0, 1), (0, 0, 0)]


async def test_who_may_not_be_in_the_room_is_refused_as_at_its_door(world: World) -> None:
    show = await new_show(world, is_open=True, needs_approval=True)
    seated, stranger = await crowd(world, 2)
    await show.register(seated)
    question = await show.ask(show.host)
    assert show.startup is not None
    voters = [seated, stranger, show.startup, show.host]

    answers = await together(world, [await act_of(world, show, person, question) for person in voters])

    assert [answer.status for answer in answers] == [200, 403, 200, 200]
    assert b'"not_admitted"' in answers[1].body
    assert await counts(world, question) == (3, 0, 3)


async def test_nobody_votes_before_the_room_opens(world: World) -> None:
    show = await new_show(world)
    person = await world.person()

    answers = await together(world, [await act_of(world, show, person, show.id)])

    assert (answers[0].status, b'"room_not_open"' in answers[0].body) == (409, True)


async def test_the_statements_of_a_burst_do_not_grow_with_it(world: World, show: Show) -> None:
    people = await crowd(world, 12)
    questions = [await show.ask(show.host, f"问题{number}") for number in range(3)]

    async def sent(count: int, question: str) -> int:
        acts = [await act_of(world, show, person, question) for person in people[:count]]
        database = world.app.state.roadshow.database
        engine = (database._inner if database.is_sqlite else database.writer).sync_engine
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if "INSERT INTO commands" not in statement and "INSERT INTO votes" not in statement:
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        await together(world, acts)
        event.remove(engine, "before_cursor_execute", note)
        return len([each for each in statements if not each.startswith(("SELECT audit", "UPDATE audit"))])

    await sent(1, questions[0])
    few, many = await sent(2, questions[1]), await sent(12, questions[2])

    assert abs(few - many) <= 3, "the recorder may have been busy beside it"
    assert many <= 25


async def test_a_vote_row_that_appears_under_the_lock_is_never_counted_twice(world: World, show: Show) -> None:
    """The same ballots cast again change neither rows nor counters."""
    people = await crowd(world, 3)
    question = await show.ask(show.host)
    ballots = [Ballot(question, person.id, voted=True) for person in people]
    database = world.app.state.roadshow.database

    for _ in range(2):
        async with database.write() as session:
            booth = await open_booth(session, show.id, [question])
            await cast_all(session, booth, ballots * 2, datetime.now(UTC))

    assert await counts(world, question) == (3, 0, 3)


async def submitted(performer: Performer, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes] | None:
    """What `done` was told, or None when the performer did not take it."""
    told: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    if not performer.submit(name, cmd_id, body, lambda status, answer: told.set_result((status, answer))):
        return None
    return await told


async def test_a_socket_submits_votes_without_a_task(world: World, show: Show) -> None:
    person = await world.person()
    question = await show.ask(show.host)
    performer = Performer(world.app.state.roadshow, show.id, await login_of(world, person))
    body = f'{{"question_id":"{question}"}}'.encode()

    fast = await submitted(performer, "question.vote", "k", body)
    slow = await performer("question.vote", "k", body)

    assert fast == slow == (200, f'{{"question_id":"{question}","voted":true}}'.encode())
    assert performer.user_id == person.id
    assert await counts(world, question) == (1, 0, 1)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("question.ask", b'{"text":"?"}'), ("question.vote", b"[]"), ("question.vote", b'{"question_id":"x"}'),
        ("question.vote", b'{"question_id":"01JD3V0000000000000000000A","more":1}'), ("question.vote", b"{"),
    ],
)  # fmt: skip
async def test_what_is_no_plain_vote_goes_the_ordinary_way(small_world: World, name: str, body: bytes) -> None:
    performer = Performer(small_world.app.state.roadshow, "01JD3V0000000000000000000A", "login")

    assert await submitted(performer, name, "k", body) is None


async def test_a_stranger_has_nothing_to_submit(small_world: World) -> None:
    performer = Performer(small_world.app.state.roadshow, "01JD3V0000000000000000000A", None)

    assert await submitted(performer, "question.vote", "k", b'{"question_id":"01JD3V0000000000000000000A"}') is None


async def test_votes_are_limited_without_asking_redis(small_world: World) -> None:
    show = await new_show(small_world, is_open=True)
    person = await small_world.person()
    question = await show.ask(show.host)
    state = small_world.app.state.roadshow
    state.limits._on = True
    performer = Performer(state, show.id, await login_of(small_world, person), person.id)
    body = f'{{"question_id":"{question}"}}'.encode()

    statuses = [(await submitted(performer, "question.vote", f"k{n}", body) or (0, b""))[0] for n in range(123)]

    assert statuses == [200] * 120 + [429] * 3
    assert await counts(small_world, question) == (1, 0, 1)
