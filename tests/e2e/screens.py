"""Every screen of the front end: its route's name, its address, and who looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.e2e.measures import FRONT

ROUTE_NAME = re.compile(r"\bname: '([a-z-]+)'")


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen as somebody sees it; `path` names places of the demo in braces."""

    route: str
    path: str
    role: str | None = None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.route}{'-' if self.note else ''}{self.note}"


def _desk(kind: str, role: str, place: str, names: str, note: str = "") -> tuple[Screen, ...]:
    front = {"organizer": "organizer", "startup": "company", "investor": "institution"}[kind]
    first = Screen(kind, f"/desk/{front}/{{{place}}}", role, note)
    return (
        first,
        *(Screen(f"{kind}-{name}", f"/desk/{front}/{{{place}}}/{name}", role, note) for name in names.split()),
    )


SCREENS = (
    Screen("calendar", "/"),
    Screen("calendar", "/?view=week", note="week"),
    Screen("calendar", "/?view=day", note="day"),
    Screen("roadshow", "/r/{coming}"),
    Screen("roadshow", "/r/{live_roadshow}", "investor", "live"),
    Screen("roadshow", "/r/{past}", note="past"),
    Screen("live", "/live/{live_roadshow}", "investor"),
    Screen("live", "/live/{live_roadshow}", note="stranger"),
    Screen("judge", "/judging/{live_roadshow}", "planner"),
    Screen("judge-invitation", "/judge/an-invitation-that-is-over", "investor"),
    Screen("join", "/join"),
    Screen("host", "/host/{live_roadshow}", "host"),
    Screen("host", "/host/{coming}", "host", "waiting"),
    Screen("screen", "/screen/{live_roadshow}", "host"),
    Screen("screen", "/screen/{coming}", "host", "waiting"),
    Screen("speaker", "/live/{live_roadshow}/speaker", "startup"),
    Screen("speaker", "/live/{live_roadshow}/speaker", "investor", "audience"),
    Screen("shown", "/s/{screen_link}", note="screen"),
    Screen("shown", "/s/{overlay_link}", note="overlay"),
    Screen("shown", "/s/{timer_link}", note="timer"),
    Screen("shown", "/s/{contest_link}", note="contest"),
    Screen("shown", "/s/{monitor_link}", note="monitor"),
    Screen("sign-in", "/sign-in"),
    Screen("sign-up", "/sign-up"),
    Screen("forgot", "/forgot"),
    Screen("reset", "/reset#a-link-nobody-sent"),
    Screen("confirm", "/confirm#a-link-nobody-sent"),
    Screen("demo", "/demo"),
    Screen("desk", "/desk", "organizer"),
    Screen("organizer-new", "/desk/organizer/new", "newcomer"),
    Screen("startup-new", "/desk/company/new", "newcomer"),
    Screen("investor-new", "/desk/institution/new", "startup"),
    *_desk(
        "organizer", "organizer", "organizer",
        "programme series venues intents promises verification recognitions projects institutions import staff exports "
        "feed",
    ),
    Screen("organizer-roadshow-new", "/desk/organizer/{organizer}/roadshows/new", "organizer"),
    Screen("organizer-roadshow", "/desk/organizer/{organizer}/roadshows/{live_roadshow}", "organizer"),
    Screen("organizer-roadshow", "/desk/organizer/{organizer}/roadshows/{coming}", "viewer", "viewer"),
    Screen("organizer-check-in", "/desk/organizer/{organizer}/check-in/{live_roadshow}", "organizer"),
    *_desk("startup", "startup", "company", "card book bookings questions intents members recognitions"),
    *_desk("investor", "investor", "institution", "profile tickets projects intents calendar"),
    *_desk("investor", "newcomer", "new_institution", "profile tickets projects intents calendar", note="new"),
    Screen("project", "/p/{project}", "investor"),
    Screen("invitation", "/invitations/{invitation}", "startup"),
    Screen("ticket", "/t/{ticket}", "investor"),
    Screen("missing", "/no/such/page"),
)  # fmt: skip


def routes() -> set[str]:
    """The names of all routes the front end declares."""
    files = [*(FRONT / "src" / "routes").glob("*.ts"), FRONT / "src" / "router.ts"]
    return {name for path in files for name in ROUTE_NAME.findall(path.read_text())}
