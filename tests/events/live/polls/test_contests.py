"""A contest from its rubric to the reveal: judges score, the host freezes, the audience sees what is revealed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import select, update

from events.base import new_id
from events.deals.models import Intent
from events.live.polls.models import ContestScore
from events.log import LogEntry
from events.outbox import OutboxRow
from events.programme.models import Booking, BookingState
from tests.events.live.polls.scene import close
from tests.live import NOW, Show, new_show, phone, served
from tests.world import Person, World

RUBRIC = {
    "criteria": [{"name": "技术", "weight": 2}, {"name": "市场", "weight": 1}],
    "jury_weight": 100, "commitments_weight": 0, "audience_weight": 0,
}  # fmt: skip


@pytest.fixture
def world(small_world: World) -> World:
    """The fold proves contests on both databases."""
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    """Two projects on the agenda."""
    show = await new_show(world, is_open=True)
    await second_project(show)
    return show


async def second_project(show: Show) -> str:
    assert show.startup is not None
    project = await show.world.project(show.startup, show.company_id, name="第二个项目")
    booking = Booking(
        id=new_id(), slot_id=show.slot_ids[1], roadshow_id=show.id, project_id=project["id"],
        company_id=show.company_id, state=BookingState.CONFIRMED, booked_by=show.startup.id, starts_at=NOW, ends_at=NOW,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    async with show.world.app.state.roadshow.database.write() as session:
        session.add(booking)
    return str(project["id"])


async def judge(show: Show, name: str = "评委") -> Person:
    """Somebody who followed the invitation's link."""
    person = await show.world.person(name)
    asked = {"name": name, "email": person.email}
    made = await show.host.made(f"{show.path}/contest/judges", asked)
    await person.made("/judging/accept", {"token": made["token"]})
    return person


async def projects(show: Show) -> list[str]:
    agenda = (await show.state(show.host))["state"]["agenda"]
    return [slot["project"]["id"] for slot in agenda if slot["project"]]


async def score(show: Show, person: Person, project_id: str, *points: int | None) -> dict[str, Any]:
    by = {str(number): each for number, each in enumerate(points, start=1)}
    return await show.act(person, "contest.score", {"project_id": project_id, "points": by})


async def contest(show: Show, person: Person, stream: str = "public") -> dict[str, Any]:
    found: dict[str, Any] = (await show.state(person, stream))["state"]["contest"]
    return found


async def frozen(show: Show) -> list[str]:
    """A contest in which the second project won; the projects' ids."""
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first, second) = await judge(show), await projects(show)
    await score(show, member, first, 5, 5)
    await score(show, member, second, 9, 9)
    await show.act(show.host, "contest.freeze")
    return [first, second]


async def test_judge_scores_on_an_own_sheet_and_the_host_sees_who_is_done(show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    one, two = await judge(show, "甲"), await judge(show, "乙")
    first, _ = await projects(show)

    partly = await score(show, one, first, 8, None)
    await score(show, one, first, None, None)
    await score(show, two, first, 7, 6)

    sheet = await two.read(f"{show.path}/contest/sheet")
    staff = await contest(show, show.host, "staff")
    assert partly == {"project_id": first, "points": {"1": 8}}
    assert [project["points"] for project in sheet["projects"]] == [{"1": 7, "2": 6}, {}]
    assert [(each["name"], each["done"]) for each in staff["judges"]] == [("甲", []), ("乙", [first])]


async def test_points_stay_within_the_rubric(show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first, _) = await judge(show), await projects(show)

    for points in ({"1": 11}, {"9": 5}):
        refused = await show.refused(member, "contest.score", {"project_id": first, "points": points})
        assert refused == (422, "score_invalid")
    unknown = {"project_id": show.slot_ids[0], "points": {"1": 5}}
    assert await show.refused(member, "contest.score", unknown) == (404, "not_found")


async def test_only_judges_score_and_nobody_reads_anothers_sheet(world: World, show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first, _) = await judge(show), await projects(show)
    await score(show, member, first, 7, 7)
    body = {"project_id": first, "points": {"1": 5}}

    assert await show.refused(show.host, "contest.score", body) == (404, "not_judge")
    assert (await (await world.person()).get(f"{show.path}/contest/sheet")).status_code == 404
    assert "7" not in json.dumps((await contest(show, await world.person()))["shown"])


async def test_invitation_is_used_once_and_mailed(world: World, show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    first, second = await world.person(), await world.person()
    made = await show.host.made(f"{show.path}/contest/judges", {"name": "专家", "email": first.email.title()})

    welcome = await first.made("/judging/accept", {"token": made["token"]})
    again = await first.made("/judging/accept", {"token": made["token"]})
    late = await second.post("/judging/accept", {"token": made["token"]})
    other = await second.post("/judging/accept", {"token": "x" * 43})

    async with world.session() as session:
        mailed = list(await session.scalars(select(OutboxRow.address).where(OutboxRow.template == "judge_invitation")))
    assert welcome == again == {"roadshow_id": show.id}
    assert (late.status_code, late.json()["code"]) == (410, "invitation_over")
    assert other.status_code == 404
    assert mailed == [first.email]


async def test_judge_who_is_dismissed_takes_the_points_along(world: World, show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first, _) = await judge(show), await projects(show)
    await score(show, member, first, 7, 7)
    staff = await contest(show, show.host, "staff")

    await show.act(show.host, "contest.dismiss", {"judge_id": staff["judges"][0]["id"]})

    async with world.session() as session:
        assert (await session.scalars(select(ContestScore))).all() == []
    assert (await show.refused(member, "contest.score", {"project_id": first, "points": {"1": 5}}))[0] == 404


async def test_judge_of_another_contest_is_not_found(world: World, show: Show) -> None:
    other = await new_show(world, is_open=True)
    for each in (show, other):
        await each.act(each.host, "contest.set", RUBRIC)
    await judge(show)
    judges = (await contest(show, show.host, "staff"))["judges"]

    refused = await other.refused(other.host, "contest.dismiss", {"judge_id": judges[0]["id"]})

    assert refused == (404, "not_found")
    assert (await contest(show, show.host, "staff"))["judges"] == judges


async def test_freezing_waits_for_sheets_unless_told_not_to(show: Show) -> None:
    await show.act(show.host, "contest.set", RUBRIC)
    member, (first, _) = await judge(show), await projects(show)
    await score(show, member, first, 7, 7)

    waiting = await show.refused(show.host, "contest.freeze")
    outlook = await show.host.read(f"{show.path}/contest/standings")
    done = await show.act(show.host, "contest.freeze", {"accepts_missing": True})

    assert waiting == (409, "sheets_missing")
    assert outlook["missing"] == [{"judge": "评委", "project_name": "第二个项目"}]
    best = done["standings"][0]
    assert (best["project_id"], best["jury"], best["sheets"]) == (first, 7000, 1)
    late = await show.refused(member, "contest.score", {"project_id": first, "points": {"1": 5}})
    assert late == (410, "contest_frozen")
    assert await show.refused(show.host, "contest.set", RUBRIC) == (410, "contest_frozen")


async def test_reveal_goes_step_by_step_and_back(world: World, show: Show) -> None:
    first, second = await frozen(show)
    stranger = await world.stranger()

    async def shown() -> list[str]:
        return [row["project_id"] for row in (await contest(show, stranger))["shown"]]

    steps = [await shown()]
    for number in (1, 2, 1):
        await show.act(show.host, "contest.reveal", {"steps": number})
        steps.append(await shown())

    assert steps == [[], [first], [second, first], [first]]
    assert await show.refused(show.host, "contest.reveal", {"steps": 3}) == (422, "reveal_range")


async def test_what_was_revealed_by_mistake_is_not_sent_again(world: World, show: Show) -> None:
    await frozen(show)
    async with served(world.app) as address, phone(address, show) as screen:
        await screen.follow()
        before = screen.at["public"]
        await show.act(show.host, "contest.reveal", {"steps": 2})
        await show.act(show.host, "contest.reveal", {"steps": 0})
        async with phone(address, show) as late:
            late.states, late.at = {"public": {}}, {"public": before}
            answer = await late.follow(resume=True)

    assert answer["type"] == "snapshot"
    assert answer["state"]["contest"]["shown"] == []


async def test_audience_streams_hold_no_place_before_it_is_revealed(world: World, show: Show) -> None:
    await frozen(show)
    query = select(LogEntry.data).where(LogEntry.stream_id == f"{show.id}/public")

    async with world.session() as session:
        told = json.dumps(list(await session.scalars(query)))

    assert '"place"' not in told
    assert (await (await world.stranger()).get(f"{show.path}/contest/record")).status_code == 404


async def test_record_proves_the_standings_once_all_is_revealed(world: World, show: Show) -> None:
    await frozen(show)
    stranger = await world.stranger()
    digest = (await contest(show, stranger))["digest"]

    await show.act(show.host, "contest.reveal", {"steps": 2})

    record = await stranger.read(f"{show.path}/contest/record")
    assert hashlib.sha256(record["text"].encode()).hexdigest() == record["digest"] == digest
    assert json.loads(record["text"])["standings"] == (await contest(show, stranger))["shown"]


async def test_commitments_and_audience_count_by_their_weights(world: World, show: Show) -> None:
    first, second = await projects(show)
    investor = await world.person("投资人")
    await world.verified(show.host, show.organizer_id, investor)
    terms = {"project_id": second, "kind": "equity", "amount_min_fen": 5_000_000_000, "amount_max_fen": 9_000_000_000}
    await show.act(investor, "intent.leave", terms)
    poll = {
        "kind": "rating", "title": "打分", "names": "host",
        "options": [{"text": "甲", "project_id": first}, {"text": "乙", "project_id": second}],
    }  # fmt: skip
    poll_id = (await show.act(show.host, "poll.create", poll))["id"]
    await show.act(show.host, "poll.open", {"poll_id": poll_id})
    await show.act(investor, "poll.answer", {"poll_id": poll_id, "scores": {"1": 5, "2": 3}})
    weights = {"jury_weight": 0, "commitments_weight": 50, "audience_weight": 50, "audience_poll_id": poll_id}

    await show.act(show.host, "contest.set", RUBRIC | weights)
    early = await show.refused(show.host, "contest.freeze")
    await close(show, poll_id)
    done = await show.act(show.host, "contest.freeze")

    assert early == (409, "audience_poll_open")
    assert [
        (
            row["project_id"],
            row["commitments"],
            row["committed_fen"],
            row["institutions"],
            row["audience"],
            row["total"],
        )
        for row in done["standings"]
    ] == [(second, 10000, 1_000_000_000, 1, 5000, 7500), (first, 0, 0, 0, 10000, 5000)]


async def test_withdrawn_intents_commit_nothing(world: World, show: Show) -> None:
    first, _ = await projects(show)
    investor = await world.person("投资人")
    await world.verified(show.host, show.organizer_id, investor)
    terms = {"project_id": first, "kind": "equity", "amount_min_fen": 100, "amount_max_fen": 100}
    await show.act(investor, "intent.leave", terms)
    await show.act(show.host, "contest.set", RUBRIC)
    before = (await show.host.read(f"{show.path}/contest/standings"))["standings"]

    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Intent).values(state="withdrawn"))

    after = (await show.host.read(f"{show.path}/contest/standings"))["standings"]
    assert [max(row["committed_fen"] for row in rows) for rows in (before, after)] == [committed(100), 0]


def committed(fen: int) -> int:
    """Below the cap an amount counts whole."""
    return fen


async def test_rubric_edited_keeps_the_points_of_what_stays(show: Show) -> None:
    made = await show.act(show.host, "contest.set", RUBRIC)
    member, (first, _) = await judge(show), await projects(show)
    await score(show, member, first, 8, 4)
    kept = made["criteria"][1] | {"weight": 5}

    edited = await show.act(show.host, "contest.set", RUBRIC | {"criteria": [kept, {"name": "团队"}]})

    sheet = await member.read(f"{show.path}/contest/sheet")
    assert [criterion["id"] for criterion in edited["criteria"]] == ["2", "3"]
    assert sheet["projects"][0]["points"] == {"2": 4}
