"""An answer on its way to somebody who does not read holds no connection to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.pool import QueuePool

from server.database import POSTGRES_POOL
from tests import pdfs
from tests.attacks.site import calendar_path
from tests.live import Show, new_show
from tests.world import Person, World

SECONDS = 60


class Stuck:
    """Clients that take the head of an answer and then nothing more."""

    def __init__(self) -> None:
        self.waiting = 0
        self._tasks: list[asyncio.Task[None]] = []

    def ask(self, world: World, person: Person, path: str) -> None:
        """One more client."""
        path, _, query = path.partition("?")
        cookie = "; ".join(f"{each.name}={each.value}" for each in person.client.cookies.jar)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", cookie.encode())],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {},
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            await asyncio.Event().wait()
            return {}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 200
                return
            self.waiting += 1
            await asyncio.Event().wait()

        self._tasks.append(asyncio.create_task(world.app(scope, receive, send)))

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def stuck(world: World, person: Person, path: str) -> AsyncIterator[Stuck]:
    """More of them than the pool has connections, all stopped at the first byte of the body."""
    many, clients = POSTGRES_POOL + 1, Stuck()
    try:
        for _ in range(many):
            clients.ask(world, person, path)
        async with asyncio.timeout(SECONDS):
            while clients.waiting < many:
                await asyncio.sleep(0.02)
        yield clients
    finally:
        await clients.end()


async def addresses(world: World, show: Show) -> dict[str, tuple[Person, str]]:
    """Answers of every kind: a view, a calendar file, exports, the feed, a file from disk, an archive."""
    assert show.startup is not None
    sent = await show.startup.post(f"/slots/{show.slot_ids[0]}/deck", files={"file": ("a.pdf", pdfs.plain())})
    room, organizer = f"/api/v1/roadshows/{show.id}", f"/api/v1/organizers/{show.organizer_id}"
    return {
        "view": (show.startup, calendar_path()),
        "ics": (show.startup, f"{organizer}/calendar.ics"),
        "deck": (show.startup, f"/api/v1/decks/{sent.json()['id']}/file"),
        "export": (show.host, f"{room}/exports/questions.csv"),
        "feed": (show.host, f"/api/v1/changes.jsonl?organizer={show.organizer_id}"),
        "record": (show.host, f"{room}/record.json"),
    }


@pytest.mark.parametrize("kind", ["view", "ics", "deck", "export", "feed", "record"])
async def test_answer_that_is_not_read_holds_no_connection(world: World, kind: str) -> None:
    show = await new_show(world, is_open=True)
    person, path = (await addresses(world, show))[kind]
    pool = world.app.state.roadshow.database.reader.pool
    assert isinstance(pool, QueuePool)

    async with stuck(world, person, path):
        async with asyncio.timeout(SECONDS):
            while pool.checkedout():
                await asyncio.sleep(0.02)
        beside = await asyncio.gather(*(show.host.get("/me") for _ in range(POSTGRES_POOL)))

    assert {answer.status_code for answer in beside} == {200}
