"""HEAD on everything that can be got, and what an address says it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.settings import Settings
from tests.security.calls import call
from tests.security.place import Place, laid_out
from tests.security.routes import PROVED_ELSEWHERE, ROUTES
from tests.security.table import Row, Who
from tests.world import World

VARY = {"x-request-id", "date", "content-length", "content-disposition", "repr-digest", "etag", "last-modified"}
"""What two answers to the same GET may differ in: they say when it was, or how long the text about it is."""
GOT = sorted(name for name in ROUTES if name.startswith("GET "))


@pytest.fixture(scope="module")
async def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with laid_out(sqlite_template, tmp_path_factory.mktemp("head")) as place:
        yield place


@pytest.mark.field
@pytest.mark.parametrize("name", GOT)
async def test_head_has_the_status_and_the_headers_of_get(name: str, place: Place) -> None:
    row = ROUTES[name]
    if "live/poll" in name or name.startswith("GET /screens/{address}/poll"):
        row = Row(row.answers, query=row.query + "&wait=0", ids=row.ids)
    owner = place.people[Who.OWNER]

    got = await call(place, name, row, owner)
    head = await call(place, name.replace("GET", "HEAD"), row, owner)

    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.keys() == got.headers.keys()
    assert {name: head.headers[name] for name in head.headers if name not in VARY} == {
        name: got.headers[name] for name in got.headers if name not in VARY
    }


@pytest.mark.field
@pytest.mark.parametrize("name", [name for name in PROVED_ELSEWHERE if name.endswith("/events")])
async def test_head_of_what_is_written_on_and_on_ends_at_once(name: str, place: Place) -> None:
    row = Row({}, query="?follow=public", ids={"address": "screen_address"})

    head = await call(place, name.replace("GET", "HEAD"), row, place.people[Who.OWNER])

    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert head.content == b""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A front end as a build leaves it."""
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-4f2a.js").write_text("let a = 1")
    (tmp_path / "dist" / "index.html").write_text("<!doctype html>")
    (tmp_path / "dist" / "logo.svg").write_text("<svg/>")
    return tmp_path / "dist"


@pytest.mark.field
async def test_pages_and_files_answer_head_and_hashed_ones_are_kept_a_year(
    built: Path, sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path / "files", static_dir=built)
    async with World.open(settings) as world:
        client = (await world.stranger()).client
        for path in ("/", "/calendar", "/logo.svg", "/assets/index-4f2a.js", "/healthz", "/readyz"):
            got, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers.get("content-length") == got.headers.get("content-length")
        hashed = await client.get("/assets/index-4f2a.js")
        known = await client.head("/assets/index-4f2a.js", headers={"If-None-Match": hashed.headers["etag"]})
        page = await client.get("/")

    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (known.status_code, known.headers["cache-control"]) == (304, hashed.headers["cache-control"])
    assert page.headers["cache-control"] == "no-cache"


async def allowed(client: httpx.AsyncClient, method: str, path: str) -> tuple[int, str | None]:
    answer = await client.request(method, path)
    return answer.status_code, answer.headers.get("allow")


@pytest.mark.field
async def test_an_address_says_what_it_takes(small_world: World) -> None:
    client = (await small_world.stranger()).client

    assert await allowed(client, "PUT", "/api/v1/calendar") == (405, "GET, HEAD")
    assert await allowed(client, "PUT", "/api/v1/session") == (405, "POST, DELETE")
    assert await allowed(client, "DELETE", "/api/v1/organizers") == (405, "GET, HEAD, POST")
    assert await allowed(client, "POST", "/calendar") == (405, "GET, HEAD")
    assert await allowed(client, "POST", "/healthz") == (405, "GET, HEAD")
    assert await allowed(client, "POST", "/api/v1/nothing") == (404, None)


@pytest.mark.field
async def test_a_wrong_feed_secret_by_head_counts_as_a_miss(sqlite_url: str, tmp_path: Path) -> None:
    async with World.open(Settings(database_url=sqlite_url, files_dir=tmp_path)) as world:
        client = (await world.stranger()).client
        statuses = [(await client.head(f"/api/v1/feeds/{'a' * 40}{n:03}.ics")).status_code for n in range(22)]
        by_get = (await client.get(f"/api/v1/feeds/{'b' * 43}.ics")).status_code

    assert statuses == [404] * 20 + [429] * 2
    assert by_get == 429
