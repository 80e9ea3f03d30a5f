"""Route × role × own or other tenant: every route has a row in the table, and every row holds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.routing import WebSocketRoute

from events.base import new_id
from server.app import create_app
from server.settings import Settings
from tests.security import recognitions
from tests.security.place import Place
from tests.security.routes import PROVED_ELSEWHERE, ROUTES
from tests.security.table import MAY, Row, Who
from tests.world import Person, World

assert recognitions.__doc__  # importing it registers its makers
PREFIX = "/api/v1"
PAST_THE_CHECK = {409, 410, 412}
MUTATING = {"POST", "PUT", "PATCH", "DELETE"}


def _ids(name: str) -> list[str]:
    """The ids in a route's path, outermost first."""
    return re.findall(r"{(\w+_id)}", name)


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """Every route of the application by `METHOD /path`, with what OpenAPI says of it."""
    paths = create_app(Settings(database_url="sqlite:////nowhere/at/all")).openapi()["paths"]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": operation
        for path, methods in paths.items()
        if path.startswith(PREFIX)
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
async def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    directory = tmp_path_factory.mktemp("permissions")
    (directory / "p.sqlite3").write_bytes(sqlite_template.read_bytes())
    settings = Settings(
        database_url=f"sqlite:///{directory / 'p.sqlite3'}", files_dir=directory / "files", rate_limits=False
    )
    async with World.open(settings) as world:
        yield await Place.lay_out(world)


def test_every_route_has_a_row(operations: dict[str, dict[str, Any]]) -> None:
    without = sorted(operations.keys() - ROUTES.keys() - PROVED_ELSEWHERE.keys())

    assert not without, _told("add a row to tests/security/routes.py (its first lines say how) for", without)


def test_every_row_has_a_route(operations: dict[str, dict[str, Any]]) -> None:
    stale = sorted(ROUTES.keys() - operations.keys())

    assert not stale, _told("tests/security/routes.py names what is no route", stale)


def test_every_socket_is_proved_elsewhere() -> None:
    app = create_app(Settings(database_url="sqlite:////nowhere/at/all"))
    sockets = {f"WS {route.path}" for route in app.routes if isinstance(route, WebSocketRoute)}

    assert sockets == {name for name in PROVED_ELSEWHERE if name.startswith("WS ")}
    assert [path for path in PROVED_ELSEWHERE.values() if not Path(path).is_file()] == []


def test_every_route_names_its_permission(operations: dict[str, dict[str, Any]]) -> None:
    silent = sorted(name for name, operation in operations.items() if not operation.get("x-permission"))

    assert not silent, _told("say openapi_extra=names(...) on", silent)


def test_every_mutating_route_takes_an_idempotency_key(operations: dict[str, dict[str, Any]]) -> None:
    deaf = sorted(
        name
        for name, operation in operations.items()
        if name.split()[0] in MUTATING
        and "idempotency-key" not in {parameter["name"].lower() for parameter in operation.get("parameters", [])}
    )

    assert deaf == []


@pytest.mark.parametrize("name", sorted(ROUTES))
async def test_row_holds_for_every_role(name: str, place: Place) -> None:
    row = ROUTES[name]
    refused_first = sorted(Who, key=lambda who: row.answers[who] == MAY)

    wrong = [problem for who in refused_first async for problem in _problems(place, name, row, who)]

    assert not wrong, _told(f"{name}: the row in tests/security/routes.py and the route do not agree", wrong)


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name.split()[0] in MUTATING))
async def test_cookie_without_csrf_token_is_refused(name: str, place: Place) -> None:
    row = ROUTES[name]

    answer = await _call(place, name, row, place.people[Who.OWNER], headers={"X-CSRF-Token": "another"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name.split()[0] in MUTATING))
async def test_foreign_authorization_header_does_not_switch_the_guard_off(name: str, place: Place) -> None:
    headers = {"Authorization": "Basic eHg6eXk=", "X-CSRF-Token": "another"}

    answer = await _call(place, name, ROUTES[name], place.people[Who.OWNER], headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if len(_ids(name)) > 1))
async def test_foreign_thing_under_an_own_one_is_missing(name: str, place: Place) -> None:
    row, stranger = ROUTES[name], place.people[Who.STRANGER]
    parent = _ids(name)[0]
    own = name.replace(f"{{{parent}}}", place.strangers[parent])

    foreign = await _call(place, own, row, stranger)
    missing = await _call(place, own, row, stranger, missing=True)

    assert (foreign.status_code, foreign.content) == (404, missing.content)


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if "{roadshow_id}" in name or "{slot_id}" in name))
async def test_draft_is_answered_like_a_missing_id_to_who_is_not_of_its_organizer(name: str, place: Place) -> None:
    row = ROUTES[name]
    draft = replace(row, ids=row.ids | {"roadshow_id": "draft_id", "slot_id": "draft_slot_id"})

    for who in (Who.ANONYMOUS, Who.GUEST, Who.STRANGER, Who.NAMESAKE, Who.COMPANY, Who.INSTITUTION, Who.TOKEN):
        person = await place.twin(who) if row.login else place.people[who]
        told = await _call(place, name, draft, person)
        missing = await _call(place, name, draft, person, missing=True)

        assert (told.status_code, told.content) == (missing.status_code, missing.content), who
        assert told.status_code in {401, 403, 404, 422}, who


async def _problems(place: Place, name: str, row: Row, who: Who) -> AsyncIterator[str]:
    """What is not as the row says, in words."""
    person = await place.twin(who) if row.login else place.people[who]
    expected = row.answers[who]
    answer = await _call(place, name, row, person, afresh=expected == MAY)
    if expected != MAY and answer.status_code != expected:
        yield f"{who}: expected {expected}, got {answer.status_code} {answer.text[:200]}"
    if expected == MAY and not _was_let_in(answer):
        yield f"{who}: expected to be let in, got {answer.status_code} {answer.text[:300]}"
    if expected in {401, 404} and "{" in name:
        missing = await _call(place, name, row, person, missing=True)
        if (missing.status_code, missing.content) != (answer.status_code, answer.content):
            yield f"{who}: a foreign id is answered otherwise than a missing one: {missing.text[:200]}"


def _was_let_in(answer: httpx.Response) -> bool:
    if answer.status_code == 422:
        return bool(answer.json()["code"] != "validation_failed")
    return answer.is_success or answer.status_code in PAST_THE_CHECK


async def _call(
    place: Place,
    name: str,
    row: Row,
    person: Person,
    *,
    afresh: bool = False,
    missing: bool = False,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Knock with the place's own ids; `afresh` makes anew what the call uses up, `missing` asks for what is not."""
    method, path = name.split(" ", 1)
    parts = re.findall(r"{(\w+)}", path)
    things: dict[str, str] = {}
    for part in {*parts, *re.findall(r"\$(\w+)", f"{row.body} {row.query}")}:
        thing = row.ids.get(part, part)
        anew = thing.startswith("new_") or (afresh and thing in row.fresh)
        things[part] = await (place.fresh(thing) if anew else place.get(thing))
    for part in parts:
        path = path.replace(f"{{{part}}}", new_id() if missing and part.endswith("_id") else things[part])
    options: dict[str, Any] = {"headers": headers or {}, "version": 1 if row.version else None}
    body = _named(row.body, things)
    if row.files:
        options |= {"files": row.files, "data": body}
    return await person.send(method, path + _named(row.query, things), None if row.files else body, **options)


def _named(body: Any, things: dict[str, str]) -> Any:
    """The body with every `$name` replaced by the place's own; `new_…` are another each time."""
    if isinstance(body, str):
        body = body.replace("$uuid", str(uuid4()))
        return re.sub(r"\$(\w+)", lambda found: things[found[1]], body)
    if isinstance(body, dict):
        return {key: _named(value, things) for key, value in body.items()}
    return [_named(value, things) for value in body] if isinstance(body, list) else body


def _told(what: str, items: list[str]) -> str:
    return "\n  ".join([f"{what}:", *items])
