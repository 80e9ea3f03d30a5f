"""Each limit on how often something may be tried is asked by the routes it is for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events.errors import TooMany
from server.limits import LIMITS, Limits
from tests.security.calls import call
from tests.security.place import Place, laid_out
from tests.security.routes import LIVE, ROUTES
from tests.security.table import MAY, Who

ONE = "/companies/{company_id}/recognitions/{organizer_id}"
ASKED = [
    ("sign_in", "POST /session"),
    ("sign_in_address", "POST /session"),
    ("sign_up", "POST /accounts"),
    ("sign_up", "POST /password-letters"),
    ("sign_up_letter", "POST /accounts"),
    ("reset_letter", "POST /password-letters"),
    ("confirm_letter", "POST /me/confirmation-letters"),
    ("letter_link", "POST /accounts/confirm"),
    ("letter_link", "POST /password-resets"),
    ("guest", "POST /roadshows/{roadshow_id}/guests"),
    ("feed_miss", "GET /feeds/{address}"),
    ("screen_miss", "GET /screens/{address}"),
    ("password", "PATCH /me"),
    ("invitation", "POST /organizers/{organizer_id}/staff"),
    ("invitation", "POST /roadshows/{roadshow_id}/contest/judges"),
    ("invitation", "POST /roadshows/{roadshow_id}/roles"),
    ("question", f"{LIVE}question.ask"),
    ("reply", f"{LIVE}question.reply"),
    ("vote", f"{LIVE}question.vote"),
    ("danmaku", f"{LIVE}danmaku.send"),
    ("reaction", f"{LIVE}reaction.send"),
    ("ballot", f"{LIVE}poll.answer"),
    ("score", f"{LIVE}contest.score"),
    ("page", f"{LIVE}deck.page"),
    ("deck", "POST /slots/{slot_id}/deck"),
    ("evidence", f"POST {ONE}/evidence"),
    ("recognition_letter", f"POST {ONE}/letters"),
    ("recognition_code", f"POST {ONE}/code"),
    ("import", "POST /organizers/{organizer_id}/imports"),
    ("reading", "POST /imports/{import_id}/reading"),
]
GUESSED = "A" * 43
OTHERWISE = {
    "GET /feeds/{address}": f"GET /feeds/{GUESSED}.ics",
    "GET /screens/{address}": f"GET /screens/{GUESSED}",
}


@pytest.fixture(scope="module")
async def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with laid_out(sqlite_template, tmp_path_factory.mktemp("limits")) as place:
        yield place


def test_every_limit_has_a_route() -> None:
    assert {name for name, _ in ASKED} == LIMITS.keys()


@pytest.mark.parametrize(("limit", "name"), ASKED, ids=lambda each: each)
async def test_route_asks_its_limit_and_says_when_to_come_back(
    place: Place, monkeypatch: pytest.MonkeyPatch, limit: str, name: str
) -> None:
    row = ROUTES[name]
    if name == "PATCH /me":
        row = type(row)(row.answers, body={"password": "another long password", "current_password": "x"})
    who = next(who for who in (Who.COMPANY, Who.INSTITUTION, Who.OWNER, Who.STRANGER) if row.answers[who] == MAY)
    people = [await place.world.stranger() if row.login else place.people[who] for _ in range(2)]

    async def hit(_limits: Limits, asked: str, *whom: str) -> None:
        assert whom
        assert all(whom)
        if asked == limit:
            raise TooMany(retry_after=7)

    await call(place, OTHERWISE.get(name, name), row, people[0])  # makes whatever the call needs
    monkeypatch.setattr(Limits, "hit", hit)
    answer = await call(place, OTHERWISE.get(name, name), row, people[1])

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert answer.headers["retry-after"] == "7"
