"""Every GET a screen issues, with the role that uses it; `{…}` is filled in from what the role finds first.

`tests/server/test_statements.py` holds this list complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

ORIGIN = "http://127.0.0.1:8000"
ABSENT = "查无此名甲乙"
"""A name nobody has."""


@dataclass(frozen=True, slots=True)
class Screen:
    role: str
    path: str
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.role} {self.path}"


SCREENS = (
    Screen("nobody", "/calendar?from={month}&to={month_end}"),
    Screen("nobody", "/organizers"),
    Screen("nobody", "/organizers/{organizer}"),
    Screen("nobody", "/organizers/{organizer}/series?limit=200"),
    Screen("nobody", "/organizers/{organizer}/calendar.ics"),
    Screen("nobody", "/series/{series}"),
    Screen("nobody", "/series/{series}/calendar.ics"),
    Screen("nobody", "/projects"),
    Screen("nobody", "/projects?q=光子"),
    Screen("nobody", f"/projects?q={ABSENT}"),
    Screen("nobody", "/projects/{shown}"),
    Screen("nobody", "/roadshows/{live}"),
    Screen("nobody", "/roadshows/{live}/slots"),
    Screen("nobody", "/roadshows/{live}/questions"),
    Screen("nobody", "/roadshows/{live}/calendar.ics"),
    Screen("nobody", "/roadshows/{live}/live/snapshot?stream=public"),
    Screen("nobody", "/join/{code}"),
    Screen("nobody", "/roadshows/{contest}/contest/record"),
    Screen("nobody", "/demo/roles"),
    Screen("investor", "/me"),
    Screen("investor", "/me/registrations?limit=100"),
    Screen("investor", "/me/intents?limit=100"),
    Screen("investor", "/me/feed"),
    Screen("investor", "/registrations/{registration}/ticket.svg"),
    Screen("investor", "/projects"),
    Screen("investor", "/projects?industry=ai&stage=seed"),
    Screen("investor", "/projects?q=示例"),
    Screen("investor", "/projects?q=芯"),
    Screen("investor", f"/projects?q={ABSENT}"),
    Screen("investor", "/projects/{shown}"),
    Screen("investor", "/institutions/{institution}"),
    Screen("investor", "/institutions/{institution}/members"),
    Screen("investor", "/roadshows/{live}/live/mine"),
    Screen("investor", "/roadshows/{live}/live/me"),
    Screen("investor", "/roadshows/{live}/live/similar?text=良率目前是多少"),
    Screen("investor", "/roadshows/{large}/live/similar?text=良率目前是多少"),
    Screen("startup", "/me"),
    Screen("startup", "/companies/{company}"),
    Screen("startup", "/companies/{company}/members"),
    Screen("startup", "/companies/{company}/recognitions"),
    Screen("startup", "/companies/{company}/projects?limit=100"),
    Screen("startup", "/companies/{company}/bookings?limit=100"),
    Screen("startup", "/companies/{company}/intents?limit=100"),
    Screen("startup", "/companies/{company}/promises?state=open"),
    Screen("startup", "/projects/{own}"),
    Screen("host", "/roadshows/{live}/live/snapshot?stream=staff"),
    Screen("host", "/roadshows/{live}/live/duplicates"),
    Screen("host", "/roadshows/{live}/live/danmaku"),
    Screen("host", "/roadshows/{contest}/contest/standings"),
    Screen("host", "/polls/{poll}/record"),
    Screen("host", "/roadshows/{live}/roles"),
    Screen("host", "/roadshows/{live}/screens"),
    Screen("host", "/roadshows/{live}/record"),
    Screen("organizer", "/calendar?organizer={organizer}&from={month}&to={month_end}"),
    Screen("organizer", "/organizers/{organizer}/roadshows"),
    Screen("organizer", "/organizers/{organizer}/roadshows?from={now}"),
    Screen("organizer", "/organizers/{organizer}/roadshows?q=光子"),
    Screen("organizer", f"/organizers/{{organizer}}/roadshows?q={ABSENT}"),
    Screen("organizer", "/organizers/{organizer}/venues?limit=200"),
    Screen("organizer", "/venues/{venue}"),
    Screen("organizer", "/organizers/{organizer}/staff"),
    Screen("organizer", "/organizers/{organizer}/recognitions"),
    Screen("organizer", "/organizers/{organizer}/tokens"),
    Screen("organizer", "/organizers/{organizer}/projects"),
    Screen("organizer", "/organizers/{organizer}/projects?q=光子"),
    Screen("organizer", "/organizers/{organizer}/projects?q=示例"),
    Screen("organizer", "/organizers/{organizer}/projects?q=光"),
    Screen("organizer", f"/organizers/{{organizer}}/projects?q={ABSENT}"),
    Screen("organizer", "/organizers/{organizer}/projects?industry=ai"),
    Screen("organizer", "/organizers/{organizer}/institutions"),
    Screen("organizer", "/organizers/{organizer}/institutions?status=pending"),
    Screen("organizer", "/organizers/{organizer}/institutions?q=创投"),
    Screen("organizer", f"/organizers/{{organizer}}/institutions?q={ABSENT}"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&state=declined"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&kind=loan&state=left"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&from={month}&to={month_end}"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&q=光子"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&q=1号基金"),
    Screen("organizer", "/organizers/{organizer}/intents?limit=50&q=示例"),
    Screen("organizer", f"/organizers/{{organizer}}/intents?limit=50&q={ABSENT}"),
    Screen("organizer", "/organizers/{organizer}/promises"),
    Screen("organizer", "/organizers/{organizer}/promises?state=open"),
    Screen("organizer", "/organizers/{organizer}/promises?state=overdue"),
    Screen("organizer", "/organizers/{organizer}/promises?state=kept"),
    Screen("organizer", "/organizers/{organizer}/screening-words"),
    Screen("organizer", "/roadshows/{ended}/registrations"),
    Screen("organizer", "/roadshows/{ended}/registrations?q=投资"),
    Screen("organizer", "/roadshows/{ended}/bookings?limit=200"),
    Screen("organizer", "/roadshows/{ended}/questions"),
    Screen("organizer", "/changes?organizer={organizer}&after=0&limit=100"),
)


async def entered(transport: httpx.AsyncBaseTransport, role: str) -> httpx.AsyncClient:
    """Somebody with a browser, signed in as one of the demo's people."""
    client = httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/api/v1", timeout=120)
    if role != "nobody":
        headers = {"Origin": ORIGIN, "X-CSRF-Token": (await client.get("/me")).json()["csrf_token"] or ""}
        (await client.post("/demo/enter", json={"role": role}, headers=headers)).raise_for_status()
    return client


async def names(clients: dict[str, httpx.AsyncClient], dates: dict[str, str], large: str) -> dict[str, str]:
    """What stands for each `{…}`, found as the roles would find it."""

    async def read(role: str, path: str) -> Any:
        answer = await clients[role].get(path)
        answer.raise_for_status()
        return answer.json()

    organizer = (await read("nobody", "/organizers"))["items"][0]["id"]
    days = (await read("nobody", f"/calendar?from={dates['month']}&to={dates['month_end']}"))["days"]
    shows = [show for day in days for show in day["roadshows"]]
    live = next(show["id"] for show in shows if show["state"] == "live")
    ended = next(show["id"] for show in shows if show["state"] == "ended")
    belongs = {
        role: next(m["id"] for m in (await read(role, "/me"))["memberships"] if m["kind"] == kind)
        for role, kind in (("startup", "company"), ("investor", "institution"))
    }
    company = belongs["startup"]
    contest = await _first(clients["nobody"], [show["id"] for show in shows if show["state"] == "ended"])
    polls = (await read("nobody", f"/roadshows/{contest}/live/snapshot?stream=public"))["state"]["polls"]
    venues = (await read("organizer", f"/organizers/{organizer}/venues"))["items"]
    seats = (await read("investor", "/me/registrations"))["items"]
    return dates | {
        "organizer": organizer,
        "series": shows[0]["series_id"],
        "live": live,
        "ended": ended,
        "contest": contest,
        "poll": next(poll["id"] for poll in polls if poll["state"] == "closed"),
        "venue": next(venue["id"] for venue in venues),
        "registration": next(seat["id"] for seat in seats if seat["state"] == "confirmed"),
        "large": large,
        "code": (await read("nobody", f"/roadshows/{live}"))["join_code"],
        "shown": (await read("nobody", "/projects"))["items"][0]["id"],
        "company": company,
        "own": (await read("startup", f"/companies/{company}/projects"))["items"][0]["id"],
        "institution": belongs["investor"],
    }


async def _first(client: httpx.AsyncClient, roadshow_ids: list[str]) -> str:
    """The first of them with a contest whose result is frozen."""
    for roadshow_id in roadshow_ids:
        if (await client.get(f"/roadshows/{roadshow_id}/contest/record")).is_success:
            return roadshow_id
    raise LookupError("no contest")
