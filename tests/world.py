"""The application driven over HTTP, one client per person, as the tests' own small world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State
from stdnum.cn import uscc

from events.accounts import users
from events.accounts.models import Login, User
from events.accounts.schemas import AccountIn
from events.actor import NOBODY
from events.outbox import OutboxRow
from server import auth
from server.app import create_app
from server.settings import Settings

ALWAYS = {str(weekday): [["00:00", "24:00"]] for weekday in range(7)}
PASSWORD = "a long enough password"
ORIGIN = "http://127.0.0.1:8000"
_IDLE: defaultdict[tuple[object, ...], list[FastAPI]] = defaultdict(list)
"""Applications nobody uses any longer, by what they were built from: building the routes takes most of a test."""


class Person:
    """Somebody with a browser: cookies, the CSRF token, and a fresh Idempotency-Key for every act."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.id = ""
        self.email = ""
        self.csrf = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", **options)

    async def send(
        self, method: str, path: str, json: Any = None, *, version: int | None = None, key: str | None = None,
        **options: Any,
    ) -> httpx.Response:  # fmt: skip
        headers = {
            "Idempotency-Key": key or str(uuid4()),
            "Origin": str(self.client.base_url).rstrip("/"),
            "X-CSRF-Token": self.csrf,
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        headers |= options.pop("headers", {})
        return await self.client.request(method, f"/api/v1{path}", json=json, headers=headers, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.send("POST", path, json, **options)

    async def made(self, path: str, json: Any = None, **options: Any) -> dict[str, Any]:
        """POST that must succeed; its view."""
        response = await self.post(path, json, **options)
        assert response.is_success, response.text
        return response.json() if response.content else {}

    async def read(self, path: str, **options: Any) -> dict[str, Any]:
        """GET that must succeed; its view."""
        response = await self.get(path, **options)
        assert response.is_success, response.text
        view: dict[str, Any] = response.json()
        return view

    async def refresh(self) -> None:
        """Learn the CSRF token of the present login."""
        me = await self.read("/me")
        self.csrf = me["csrf_token"] or ""
        self.id = (me["user"] or {}).get("id", "")


class World:
    """The application and the people in it."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.app = app
        self._stack = stack

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[World]:
        idle = _IDLE[settings.is_https, settings.static_dir, settings.log_level, settings.log_format]
        app = idle.pop() if idle else create_app(settings)
        app.state = State({"settings": settings})
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(app.router.lifespan_context(app))
            yield cls(app, stack)
        idle.append(app)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """The database as it stands, for looking."""
        async with self.app.state.roadshow.database.read() as session:
            yield session

    async def stranger(self) -> Person:
        """A browser nobody has signed in with."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        await self._stack.enter_async_context(client)
        return Person(client)

    async def person(self, name: str = "李雷") -> Person:
        """Somebody with an account, signed in, whose address is confirmed; written as rows, as a sign-up leaves it."""
        person, settings = await self.stranger(), self.app.state.settings
        person.email, now = f"{uuid4().hex[:12]}@example.com", datetime.now(UTC)
        async with self.app.state.roadshow.database.write() as session:
            asked = AccountIn(email=person.email, password=PASSWORD, name=name)
            user = await users.sign_up(session, NOBODY, asked, _password_hash(), now=now, proved=True)
            secret = await auth.open_login(session, user.id, settings, now, instead_of=None)
            person.id = user.id
            login = select(Login.csrf_token).where(Login.user_id == user.id)
            person.csrf = (await session.execute(login)).scalar_one()
        person.client.cookies.set(auth.cookie_name(settings), secret, domain="127.0.0.1", path="/")
        return person

    async def prove(self, person: Person) -> None:
        """As if the letter to the person's address had come back."""
        async with self.app.state.roadshow.database.write() as session:
            proved = {"email": User.asked_email, "asked_email": None, "email_proved_at": datetime.now(UTC)}
            await session.execute(update(User).where(User.id == person.id).values(proved))
            await session.execute(delete(OutboxRow).where(OutboxRow.address == person.email))

    async def newcomer(self, name: str = "李雷", email: str = "") -> Person:
        """Somebody who signed up a moment ago, signed in; the letter that confirms the address is on its way."""
        person = await self.stranger()
        person.email = email or f"{uuid4().hex[:12]}@example.com"
        await person.made("/accounts", {"email": person.email, "password": PASSWORD, "name": name})
        await person.refresh()
        return person

    async def letters(self, address: str) -> list[OutboxRow]:
        """What was written to the address, the oldest first."""
        async with self.session() as session:
            query = select(OutboxRow).where(OutboxRow.address == address).order_by(OutboxRow.id)
            return list(await session.scalars(query))

    async def organizer(self, name: str = "光谷路演中心") -> tuple[Person, dict[str, Any]]:
        """A new organizer: its owner, and its view."""
        owner = await self.person("主办负责人")
        organizer = await owner.made("/organizers", {"slug": f"o-{uuid4().hex[:10]}", "name": name})
        return owner, organizer

    async def staff(self, owner: Person, organizer_id: str, role: str) -> Person:
        """Somebody who accepted the owner's invitation."""
        person = await self.person(role)
        asked = {"email": person.email, "role": role}
        invitation = await owner.made(f"/organizers/{organizer_id}/staff", asked)
        await person.made("/invitations/accept", {"token": invitation["token"]})
        return person

    async def company(self, person: Person, name: str = "示例光子科技有限公司") -> dict[str, Any]:
        """A company the person is the first member of; its view."""
        joined = await person.made("/companies", {"credit_code": new_credit_code(), "name": name})
        view: dict[str, Any] = joined["company"]
        return view

    async def project(self, person: Person, company_id: str, **fields: Any) -> dict[str, Any]:
        """A project card of the person's company; its own view."""
        return await person.made(f"/companies/{company_id}/projects", {"name": "示例光子芯片"} | fields)

    async def institution(self, person: Person, **fields: Any) -> dict[str, Any]:
        """An institution the person is the first member of; its own view."""
        joined = await person.made("/institutions", {"name": "示例创业投资", "kind": "vc"} | fields)
        view: dict[str, Any] = joined["institution"]
        return view

    async def verified(self, owner: Person, organizer_id: str, person: Person, **fields: Any) -> dict[str, Any]:
        """An institution of the person's that the organizer has verified; its own view."""
        institution = await self.institution(person, **fields)
        asked = {"organizer_id": organizer_id}
        await person.made(f"/institutions/{institution['id']}/verification-requests", asked)
        decided = f"/organizers/{organizer_id}/institutions/{institution['id']}/verification"
        await owner.made(decided, {"status": "verified"})
        return await person.read(f"/institutions/{institution['id']}")

    async def series(self, owner: Person, organizer_id: str, **fields: Any) -> dict[str, Any]:
        """A series; its view."""
        return await owner.made(f"/organizers/{organizer_id}/series", {"name": "一月一链"} | fields)

    async def venue(self, owner: Person, organizer_id: str, **fields: Any) -> dict[str, Any]:
        """A hall for 60 that is open around the clock, unless said otherwise; its view."""
        hall = {"kind": "hall", "name": "长江路演厅", "capacity": 60, "hours": ALWAYS}
        return await owner.made(f"/organizers/{organizer_id}/venues", hall | fields)

    async def draft(self, owner: Person, organizer_id: str, slots: int = 3, **fields: Any) -> dict[str, Any]:
        """A draft of two hours, two days from now, in a series and hall of its own; slots of 20 minutes."""
        starts_at = soon()
        plan: dict[str, Any] = {"title": "光电子信息专场", "starts_at": wire(starts_at)} | fields
        if "series_id" not in plan:
            plan["series_id"] = (await self.series(owner, organizer_id))["id"]
        if "hall_id" not in plan and "channel_id" not in plan:
            plan["hall_id"] = (await self.venue(owner, organizer_id))["id"]
        plan.setdefault("ends_at", wire(datetime.fromisoformat(plan["starts_at"]) + timedelta(hours=2)))
        roadshow = await owner.made(f"/organizers/{organizer_id}/roadshows", plan)
        await self.slots(owner, roadshow, slots)
        return roadshow

    async def roadshow(self, owner: Person, organizer_id: str, slots: int = 3, **fields: Any) -> dict[str, Any]:
        """The same, published; its staff view."""
        draft = await self.draft(owner, organizer_id, slots, **fields)
        return await owner.made(f"/roadshows/{draft['id']}/publish")

    async def slots(
        self, owner: Person, roadshow: dict[str, Any], count: int, minutes: int = 20
    ) -> list[dict[str, Any]]:
        """Replace the roadshow's slots by `count` from its start on; their views in order."""
        start, length = datetime.fromisoformat(roadshow["starts_at"]), timedelta(minutes=minutes)
        wanted = [
            {"starts_at": wire(start + n * length), "ends_at": wire(start + (n + 1) * length)} for n in range(count)
        ]
        answer = await owner.send("PUT", f"/roadshows/{roadshow['id']}/slots", {"slots": wanted})
        assert answer.is_success, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@cache
def _password_hash() -> str:
    return auth.hasher.hash(PASSWORD)


def soon(days: int = 2, hour: int = 6) -> datetime:
    """An even hour (UTC) some days from now."""
    return datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def new_credit_code() -> str:
    """A credit code nobody else has, with the right check digit."""
    body = f"91420100MA{uuid4().int % 10**7:07d}"
    return body + uscc.calc_check_digit(body)
