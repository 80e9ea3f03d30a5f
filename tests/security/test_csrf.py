"""A request by cookie must come from our own page: its origin, and the login's token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from server.settings import Settings
from tests.world import ORIGIN, PASSWORD, Person, World

NEW = {"slug": "optics", "name": "光谷"}


async def post(person: Person, headers: Mapping[str, str]) -> httpx.Response:
    """A POST with exactly these headers."""
    return await person.client.post("/api/v1/organizers", json=NEW, headers=headers)


def outcome(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_own_page_with_token_is_accepted(small_world: World) -> None:
    person = await small_world.person()

    answer = await post(person, {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": person.csrf})

    assert outcome(answer) == (201, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
        {"Origin": f"{ORIGIN}/path"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_other_sites_page_is_refused_even_with_the_token(small_world: World, headers: dict[str, str]) -> None:
    person = await small_world.person()

    answer = await post(person, headers | {"X-CSRF-Token": person.csrf})

    assert outcome(answer) == (403, "cross_site")


@pytest.mark.parametrize("token", ["", "guess", "é"])
async def test_own_page_without_the_token_is_refused(small_world: World, token: str) -> None:
    person = await small_world.person()

    answer = await post(person, httpx.Headers({"Origin": ORIGIN, "X-CSRF-Token": token}, encoding="utf-8"))

    assert outcome(answer) == (403, "cross_site")


async def test_token_of_another_login_is_refused(small_world: World) -> None:
    person, other = await small_world.person(), await small_world.person()

    answer = await post(person, {"Origin": ORIGIN, "X-CSRF-Token": other.csrf})

    assert outcome(answer) == (403, "cross_site")


async def test_form_of_another_site_cannot_sign_anybody_in(small_world: World) -> None:
    stranger = await small_world.stranger()
    data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}

    answer = await stranger.client.post("/api/v1/accounts", json=data, headers={"Origin": "https://evil.example"})

    assert outcome(answer) == (403, "cross_site")


async def test_body_that_is_not_json_is_refused(small_world: World) -> None:
    stranger = await small_world.stranger()
    text = '{"email": "a@example.com", "password": "a long password", "name": "x"}'

    answer = await stranger.client.post("/api/v1/accounts", content=text, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 422


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "bearer-ish"])
async def test_another_authorization_header_does_not_switch_the_guard_off(small_world: World, scheme: str) -> None:
    person = await small_world.person()

    answer = await post(person, {"Origin": "https://evil.example", "Authorization": f"{scheme} eHg6eXk="})

    assert outcome(answer) == (403, "cross_site")


async def test_bearer_token_needs_no_csrf_token_and_brings_no_cookie(small_world: World) -> None:
    person = await small_world.person()

    answer = await post(person, {"Origin": "https://partner.example", "Authorization": "Bearer unknown"})

    assert outcome(answer) == (401, "sign_in_required")


async def test_with_base_url_only_that_origin_is_ours(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path, base_url="https://r.example.org")
    async with World.open(settings) as world:
        stranger = await world.stranger()
        data = {"email": "a@example.com", "password": PASSWORD, "name": "甲"}

        by_host = await stranger.client.post("/api/v1/accounts", json=data, headers={"Origin": ORIGIN})
        by_name = await stranger.client.post("/api/v1/accounts", json=data, headers={"Origin": "https://r.example.org"})

    assert (by_host.status_code, by_name.status_code) == (403, 201)


FILES = [
    "/roadshows/{id}/exports/intents.csv",
    "/organizers/{id}/exports/intents.xlsx",
    "/roadshows/{id}/record.html",
    "/imports/{id}/errors.csv",
    "/changes.jsonl",
]


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_another_site_sets_off_no_export(small_world: World, path: str, headers: dict[str, str]) -> None:
    person = await small_world.person()
    path = path.replace("{id}", "01JD3V0000000000000000000A")

    foreign = await person.get(path, headers=headers)
    own = await person.get(path, headers={"Sec-Fetch-Site": "same-origin"})
    by_token = await person.get(path, headers=headers | {"Authorization": "Bearer unknown"})

    assert outcome(foreign) == (403, "cross_site")
    assert outcome(own)[1] != "cross_site"
    assert outcome(by_token)[1] != "cross_site"
