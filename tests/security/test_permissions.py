"""Route × role × own or other tenant: every route has a row in the table, and every row holds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import WebSocketRoute

from events.base import new_id
from server import auth
from server.app import create_app
from server.settings import Settings
from tests.security.calls import call
from tests.security.place import Place, laid_out
from tests.security.routes import PROVED_ELSEWHERE, ROUTES
from tests.security.table import MAY, Row, Who

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
    async with laid_out(sqlite_template, tmp_path_factory.mktemp("permissions")) as place:
        yield place


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

    answer = await call(place, name, row, place.people[Who.OWNER], headers={"X-CSRF-Token": "another"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name.split()[0] in MUTATING))
async def test_foreign_authorization_header_does_not_switch_the_guard_off(name: str, place: Place) -> None:
    headers = {"Authorization": "Basic eHg6eXk=", "X-CSRF-Token": "another"}

    answer = await call(place, name, ROUTES[name], place.people[Who.OWNER], headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if len(_ids(name)) > 1))
async def test_foreign_thing_under_an_own_one_is_missing(name: str, place: Place) -> None:
    row, stranger = ROUTES[name], place.people[Who.STRANGER]
    parent = _ids(name)[0]
    own = name.replace(f"{{{parent}}}", place.strangers[parent])

    foreign = await call(place, own, row, stranger)
    missing = await call(place, own, row, stranger, missing=True)

    assert (foreign.status_code, _told_by(foreign)) == (404, _told_by(missing))


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if "{roadshow_id}" in name or "{slot_id}" in name))
async def test_draft_is_answered_like_a_missing_id_to_who_is_not_of_its_organizer(name: str, place: Place) -> None:
    row = ROUTES[name]
    draft = replace(row, ids=row.ids | {"roadshow_id": "draft_id", "slot_id": "draft_slot_id"})

    for who in (Who.ANONYMOUS, Who.GUEST, Who.STRANGER, Who.NAMESAKE, Who.COMPANY, Who.INSTITUTION, Who.TOKEN):
        person = await place.twin(who) if row.login else place.people[who]
        told = await call(place, name, draft, person)
        missing = await call(place, name, draft, person, missing=True)

        assert _told_by(told) == _told_by(missing), who
        assert told.status_code in {401, 403, 404, 422}, who


OPEN_THINGS = {"organizer_id", "another_organizer_id", "pitching_id", "slot_id"}
"""What anybody may know of."""


def _named_in_body(name: str) -> set[str]:
    return {thing for thing in re.findall(r"\$(\w+_id)", str(ROUTES[name].body)) if thing not in OPEN_THINGS}


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if _named_in_body(name)))
async def test_foreign_thing_in_a_body_is_answered_like_a_missing_one(name: str, place: Place) -> None:
    row, stranger = ROUTES[name], place.people[Who.STRANGER]
    (parent,) = _ids(name)
    own = name.replace(f"{{{parent}}}", place.strangers[parent]) if parent in place.strangers else name

    foreign = await call(place, own, row, stranger)
    missing = await call(place, own, row, stranger, missing_in_body=True)

    echoed = [re.sub(rb"[0-9A-HJKMNP-TV-Z]{26}", b"ID", answer.content) for answer in (foreign, missing)]
    assert foreign.status_code == missing.status_code in {403, 404, 409, 422}
    assert echoed[0] == echoed[1]
    assert _told_by(foreign)[2] == _told_by(missing)[2]


@pytest.mark.parametrize(
    "name", sorted(name for name, row in ROUTES.items() if "_id}" in name and row.answers[Who.ANONYMOUS] == 401)
)
async def test_credential_that_is_worth_nothing_is_answered_as_none_is(name: str, place: Place) -> None:
    """An unknown cookie or token, and a sign-in that ran out, tell nothing more than none at all: there or not."""
    row, nobody = ROUTES[name], place.people[Who.ANONYMOUS]
    cookie = auth.cookie_name(place.world.app.state.settings)

    told = [
        [_told_by(await call(place, name, row, nobody, missing=missing, headers=headers)) for missing in (False, True)]
        for headers in ({}, {"Cookie": f"{cookie}={'A' * 43}"}, {"Authorization": f"Bearer {'A' * 43}"})
    ]

    assert told[0][0][0] == 401
    assert [pair for pair in told if pair != [told[0][0], told[0][0]]] == []


async def test_card_nobody_was_shown_is_answered_like_a_missing_one(place: Place) -> None:
    company = place.people[Who.COMPANY]
    path = f"/companies/{await place.get('company_id')}/projects"
    hidden = (await company.made(path, {"name": "尚未公开"}))["id"]

    for who in (
        Who.ANONYMOUS,
        Who.GUEST,
        Who.STRANGER,
        Who.NAMESAKE,
        Who.VIEWER,
        Who.OWNER,
        Who.INSTITUTION,
        Who.TOKEN,
    ):
        person = place.people[who]
        answers = [await person.get(f"/projects/{each}") for each in (hidden, new_id())]

        assert answers[0].status_code == 404, who
        assert _told_by(answers[0]) == _told_by(answers[1]), who


def _told_by(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that an answer says, but for its own number."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.content, headers


async def _problems(place: Place, name: str, row: Row, who: Who) -> AsyncIterator[str]:
    """What is not as the row says, in words."""
    person = await place.twin(who) if row.login else place.people[who]
    expected = row.answers[who]
    answer = await call(place, name, row, person, afresh=expected == MAY)
    if expected != MAY and answer.status_code != expected:
        yield f"{who}: expected {expected}, got {answer.status_code} {answer.text[:200]}"
    if expected == MAY and not _was_let_in(answer):
        yield f"{who}: expected to be let in, got {answer.status_code} {answer.text[:300]}"
    if expected in {401, 404} and "{" in name:
        missing = await call(place, name, row, person, missing=True)
        if _told_by(missing) != _told_by(answer):
            yield f"{who}: a foreign id is answered otherwise than a missing one: {missing.text[:200]}"


def _was_let_in(answer: httpx.Response) -> bool:
    if answer.status_code == 422:
        return bool(answer.json()["code"] != "validation_failed")
    return answer.is_success or answer.status_code in PAST_THE_CHECK


def _told(what: str, items: list[str]) -> str:
    return "\n  ".join([f"{what}:", *items])
