"""Ballots through two processes on one PostgreSQL: once a person whichever answers, counted or refused at the close."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from tests.faults.crowd import found_room
from tests.faults.nodes import Node
from tests.world import Person

VOTERS, TRIES = 8, 6


async def test_a_person_votes_once_whichever_process_answers_and_none_is_lost_at_the_close(
    fresh_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    nodes = [Node(tmp_path, fresh_postgres_url, redis_url) for _ in range(2)]
    await asyncio.gather(*(node.start() for node in nodes))
    try:
        async with httpx.AsyncClient(base_url=nodes[0].url) as client:
            host = Person(client)
            room = await found_room(host)
            poll_id = await _open(host, room)
            codes, voted = await _rush(nodes, room, poll_id)
            late_codes, late_voted = await _rush(nodes, room, poll_id, close_by=host)
            poll = (await host.read(f"/roadshows/{room}/live/snapshot"))["state"]["polls"][0]
    finally:
        for node in nodes:
            node.stop()

    assert codes == Counter({"200": VOTERS, "already_answered": VOTERS * (TRIES - 1)})
    assert voted == VOTERS
    assert set(late_codes) <= {"200", "already_answered", "poll_closed"}
    assert (poll["state"], poll["ballots"]) == ("closed", VOTERS + late_voted)
    assert poll["results"]["all"]["options"][0]["votes"] == VOTERS + late_voted


async def _open(host: Person, room: str) -> str:
    live = f"/roadshows/{room}/live"
    asked = {"kind": "single", "title": "有兴趣吗？", "options": [{"text": "有"}, {"text": "没有"}]}
    poll_id = str((await host.made(f"{live}/poll.create", asked))["id"])
    await host.made(f"{live}/poll.open", {"poll_id": poll_id})
    return poll_id


async def _rush(nodes: list[Node], room: str, poll_id: str, close_by: Person | None = None) -> tuple[Counter[str], int]:
    """Every voter tries several times at once through both processes; what they were told, and how many got through."""
    answers = await asyncio.gather(
        *(_vote(nodes, room, poll_id) for _ in range(VOTERS)), _close(close_by, room, poll_id)
    )
    codes: Counter[str] = sum(answers[:-1], Counter())
    return codes, sum(1 for each in answers[:-1] if each["200"])


async def _close(host: Person | None, room: str, poll_id: str) -> Counter[str]:
    if host is not None:
        await asyncio.sleep(0.05)
        await host.made(f"/roadshows/{room}/live/poll.close", {"poll_id": poll_id})
    return Counter()


async def _vote(nodes: list[Node], room: str, poll_id: str) -> Counter[str]:
    async with httpx.AsyncClient(base_url=nodes[0].url) as one, httpx.AsyncClient(base_url=nodes[1].url) as two:
        voter = Person(one)
        await voter.made(f"/roadshows/{room}/guests", {"name": "观众"})
        await voter.refresh()
        twin = Person(two)
        twin.csrf = voter.csrf
        two.cookies.update(one.cookies)
        path, body = f"/roadshows/{room}/live/poll.answer", {"poll_id": poll_id, "options": ["1"]}
        doors = [voter, twin] * (TRIES // 2)
        answers = await asyncio.gather(*(door.post(path, body) for door in doors))
        return Counter("200" if answer.is_success else str(answer.json()["code"]) for answer in answers)
