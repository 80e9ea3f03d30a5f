"""No screen's request sends more statements because the library is larger, or because it asks for a longer page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from benchmarks.screens import ORIGIN, SCREENS, Screen, entered, names
from events.live.polls.models import ContestJudge
from server.app import create_app
from server.database import Database
from server.demo.days import Plan, plans_around
from server.demo.story import load
from server.settings import Settings
from tests.multiplied import multiply
from tests.queries import sent_by_this_task

TIMES = 5
PAST, AHEAD = 5, 3
NOT_A_LIST = {
    "/asyncapi.yaml": "a document",
    "/changes.jsonl": "a stream in pages",
    "/organizers/{organizer_id}/exports/{file}": "a stream in pages",
    "/roadshows/{roadshow_id}/exports/{file}": "a stream in pages",
    "/roadshows/{roadshow_id}/record.{form}": "a stream in pages",
    "/imports/{import_id}/errors.csv": "a stream in pages",
    "/decks/{deck_id}/file": "a file",
    "/evidence/{evidence_id}/file": "a file",
    "/slots/{slot_id}/deck": "a file",
    "/screens/{address}/deck/{deck_id}": "a file",
    "/imports/{import_id}": "one row",
    "/imports/{import_id}/matches": "of one uploaded file",
    "/imports/{import_id}/errors": "a page of one table",
    "/polls/{poll_id}/roll": "the demo has no roll-call",
    "/roadshows/{roadshow_id}/live/events": "a live connection",
    "/roadshows/{roadshow_id}/live/poll": "a live connection",
    "/screens/{address}/events": "a live connection",
    "/screens/{address}/poll": "a live connection",
}
"""Routes that are not counted here, and why their cost does not follow the number of rows."""
MORE = (
    Screen("host", "/screens/{screen}"),
    Screen("investor", "/feeds/{feed}"),
    Screen("judge", "/roadshows/{contest}/contest/sheet"),
)
"""What can only be read with a secret that was made, or a part that was given."""
Counts = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visit:
    """The application over a database, the people of the demo in it, and what their paths name."""

    clients: dict[str, httpx.AsyncClient]
    named: dict[str, str]

    async def statements(self, screen: Screen, **query: Any) -> list[str]:
        url = httpx.URL(screen.path.format(**self.named)).copy_merge_params(query)
        with sent_by_this_task() as sent:
            answer = await self.clients[screen.role].get(url)
        assert answer.status_code == 200, (screen.name, answer.status_code, answer.text[:300])
        return sent

    async def person(self, role: str) -> str:
        found: str = (await self.clients[role].get("/me")).json()["user"]["id"]
        return found


@asynccontextmanager
async def visited(app: FastAPI, named: dict[str, str] | None) -> AsyncIterator[Visit]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        roles = {screen.role for screen in SCREENS} | {"nobody", "investor", "startup", "organizer", "host"}
        clients = {role: await entered(transport, role) for role in sorted(roles)}
        clients["judge"] = clients["investor"]
        if named is None:
            dates = {"month": _day(-28), "month_end": _day(28), "now": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
            named = await names(clients, dates, "")
            named |= {"large": named["live"]} | await _made(app, clients, named)
        yield Visit(clients, named)
        for client in clients.values():
            await client.aclose()


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def _made(app: FastAPI, clients: dict[str, httpx.AsyncClient], named: dict[str, str]) -> dict[str, str]:
    """One of each thing the demo has none of, so that there is a row to multiply."""

    async def made(role: str, path: str, body: Any) -> Any:
        client = clients[role]
        token = (await client.get("/me")).json()["csrf_token"]
        headers = {"Origin": ORIGIN, "X-CSRF-Token": token, "Idempotency-Key": path}
        answer = await client.post(path, json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    screen = await made("host", f"/roadshows/{named['live']}/screens", {"kind": "screen"})
    feed = await made("investor", "/me/feed", None)
    await made("host", f"/roadshows/{named['live']}/roles", {"email": "investor2@demo.example", "role": "moderator"})
    await made("organizer", f"/organizers/{named['organizer']}/tokens", {"name": "同步"})
    await made("startup", f"/companies/{named['company']}/recognitions", {"organizer_id": named["organizer"]})
    investor = (await clients["investor"].get("/me")).json()["user"]["id"]
    async with app.state.roadshow.database.write() as session:
        judge = select(ContestJudge.id).where(ContestJudge.roadshow_id == named["contest"]).limit(1).scalar_subquery()
        await session.execute(update(ContestJudge).where(ContestJudge.id == judge).values(user_id=investor))
    return {"screen": screen["url"].rsplit("/", 1)[1], "feed": feed["url"].rsplit("/", 1)[1]}


async def counted(visit: Visit) -> Counts:
    """What each screen's request sends, asked for the second time: what is built once is there."""
    found: Counts = {}
    for screen in (*SCREENS, *MORE):
        await visit.statements(screen)
        found[screen.name] = await visit.statements(screen)
    return found


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with the days around today only: it is there sooner."""

    def near(today: date) -> list[Plan]:
        plans = plans_around(today)
        past = [plan for plan in plans if plan.starts_at.date() < today]
        return past[-PAST:] + plans[len(past) :][:AHEAD]

    monkeypatch.setattr("server.demo.story.plans_around", near)


async def test_no_request_sends_more_statements_for_more_rows_or_a_longer_page(
    settings: Settings, few_days: None
) -> None:
    settings = settings.model_copy(update={"demo": True, "log_level": "error"})
    database = Database(settings.database_url)
    await load(database, datetime.now(UTC), lambda *_: None)
    async with visited(create_app(settings), None) as visit:
        named, before = visit.named, await counted(visit)
        people = [await visit.person(role) for role in sorted(visit.clients) if role != "nobody"]

    added = await multiply(database, TIMES, {*named.values(), *people})
    await database.close()
    async with visited(create_app(settings), named) as visit:
        after = await counted(visit)
        short, long = {}, {}
        for screen in paged(create_app(settings).openapi()):
            short[screen.name] = await visit.statements(screen, limit=1)
            long[screen.name] = await visit.statements(screen, limit=200)

    assert len([count for count in added.values() if count]) >= 30, added
    assert grown(before, after) == {}
    assert len(short) > 20
    assert grown(short, long) == {}


def grown(few: Counts, many: Counts) -> dict[str, tuple[int, int, list[str]]]:
    """Where the number of statements is not the same, and which were sent beside the others."""
    return {
        name: (len(few[name]), len(many[name]), sorted(set(many[name]) ^ set(few[name])) or many[name][-2:])
        for name in few
        if len(few[name]) != len(many[name])
    }


def paged(openapi: dict[str, Any]) -> list[Screen]:
    """The screens whose route gives pages of a length that is asked for."""
    routes = {route: operations["get"] for route, operations in openapi["paths"].items() if "get" in operations}
    return [
        screen
        for screen in SCREENS
        if any(each["name"] == "limit" for each in routes[route_of(screen, routes)].get("parameters", []))
    ]


def route_of(screen: Screen, routes: Any) -> str:
    """The route of the API a screen's path belongs to: the most literal that fits."""
    path = "/api/v1" + screen.path.partition("?")[0]
    fitting = [route for route in routes if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path)]
    assert fitting, screen.name
    return min(fitting, key=lambda route: route.count("{"))


def test_every_route_that_reads_is_counted_or_says_why_not() -> None:
    openapi = create_app(Settings(demo=True)).openapi()
    routes = {route for route, operations in openapi["paths"].items() if "get" in operations}

    seen = {route_of(screen, routes) for screen in (*SCREENS, *MORE)}

    assert routes - seen == {f"/api/v1{route}" for route in NOT_A_LIST}
