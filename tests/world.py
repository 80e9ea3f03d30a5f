"""The application driven over HTTP, one client per person, as the tests' own small world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State
from stdnum.cn import uscc

from events import log
from events.accounts import staff, users
from events.accounts.models import Login, User
from events.accounts.schemas import AccountIn, InvitationIn
from events.actor import NOBODY
from events.directory import companies, institutions, organizers, projects, verifications
from events.directory.models import VerificationStatus
from events.directory.schemas import CompanyIn, InstitutionIn, OrganizerIn, ProjectIn, VerificationIn
from events.outbox import OutboxRow
from events.programme import roadshows, series, venues
from events.programme.schemas import RoadshowIn, SeriesIn, SlotsIn, VenueIn
from events.programme.slots import replace_slots
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

    async def done(
        self, person: Person, service: Callable[..., Awaitable[BaseModel]], *arguments: Any
    ) -> dict[str, Any]:
        """What the service answers this person, as HTTP would show it: the cast of a test needs no requests."""
        async with self.app.state.roadshow.database.write() as session:
            actor = await auth.user_actor(session, await session.get_one(User, person.id))
            view = await service(session, actor, *arguments, now=datetime.now(UTC))
            await log.run_deferred(session)
        return view.model_dump(mode="json")

    async def organizer(self, name: str = "光谷路演中心") -> tuple[Person, dict[str, Any]]:
        """A new organizer: its owner, and its view."""
        owner = await self.person("主办负责人")
        asked = OrganizerIn.model_validate({"slug": f"o-{uuid4().hex[:10]}", "name": name})
        return owner, await self.done(owner, organizers.create_organizer, asked)

    async def staff(self, owner: Person, organizer_id: str, role: str) -> Person:
        """Somebody who accepted the owner's invitation."""
        person, secret = await self.person(role), uuid4().hex
        asked = InvitationIn.model_validate({"email": person.email, "role": role})
        await self.done(owner, staff.invite, organizer_id, asked, secret)
        await self.done(person, staff.accept_invitation, secret)
        return person

    async def company(self, person: Person, name: str = "示例光子科技有限公司") -> dict[str, Any]:
        """A company the person is the first member of; its view."""
        asked = CompanyIn(credit_code=new_credit_code(), name=name)
        view: dict[str, Any] = (await self.done(person, companies.sign_up_company, asked))["company"]
        return view

    async def project(self, person: Person, company_id: str, **fields: Any) -> dict[str, Any]:
        """A project card of the person's company; its own view."""
        asked = ProjectIn.model_validate({"name": "示例光子芯片"} | fields)
        return await self.done(person, projects.create_project, company_id, asked)

    async def institution(self, person: Person, **fields: Any) -> dict[str, Any]:
        """An institution the person is the first member of; its own view."""
        asked = InstitutionIn.model_validate({"name": "示例创业投资", "kind": "vc"} | fields)
        view: dict[str, Any] = (await self.done(person, institutions.sign_up_institution, asked))["institution"]
        return view

    async def verified(self, owner: Person, organizer_id: str, person: Person, **fields: Any) -> dict[str, Any]:
        """An institution of the person's that the organizer has verified; its own view."""
        institution = await self.institution(person, **fields)
        await self.done(person, verifications.ask_for_verification, institution["id"], organizer_id)
        verified = VerificationIn(status=VerificationStatus.VERIFIED)
        await self.done(owner, verifications.decide, organizer_id, institution["id"], verified)
        return await person.read(f"/institutions/{institution['id']}")

    async def series(self, owner: Person, organizer_id: str, **fields: Any) -> dict[str, Any]:
        """A series; its view."""
        asked = SeriesIn.model_validate({"name": "一月一链"} | fields)
        return await self.done(owner, series.create_series, organizer_id, asked)

    async def venue(self, owner: Person, organizer_id: str, **fields: Any) -> dict[str, Any]:
        """A hall for 60 that is open around the clock, unless said otherwise; its view."""
        hall = {"kind": "hall", "name": "长江路演厅", "capacity": 60, "hours": ALWAYS}
        return await self.done(owner, venues.create_venue, organizer_id, VenueIn.model_validate(hall | fields))

    async def draft(self, owner: Person, organizer_id: str, slots: int = 3, **fields: Any) -> dict[str, Any]:
        """A draft of two hours, two days from now, in a series and hall of its own; slots of 20 minutes."""
        starts_at = soon()
        plan: dict[str, Any] = {"title": "光电子信息专场", "starts_at": wire(starts_at)} | fields
        if "series_id" not in plan:
            plan["series_id"] = (await self.series(owner, organizer_id))["id"]
        if "hall_id" not in plan and "channel_id" not in plan:
            plan["hall_id"] = (await self.venue(owner, organizer_id))["id"]
        plan.setdefault("ends_at", wire(datetime.fromisoformat(plan["starts_at"]) + timedelta(hours=2)))
        asked = RoadshowIn.model_validate(plan)
        roadshow = await self.done(owner, roadshows.create_roadshow, organizer_id, asked)
        await self.slots(owner, roadshow, slots)
        return roadshow

    async def roadshow(self, owner: Person, organizer_id: str, slots: int = 3, **fields: Any) -> dict[str, Any]:
        """The same, published; its staff view."""
        draft = await self.draft(owner, organizer_id, slots, **fields)
        return await self.done(owner, roadshows.publish_roadshow, draft["id"])

    async def slots(
        self, owner: Person, roadshow: dict[str, Any], count: int, minutes: int = 20
    ) -> list[dict[str, Any]]:
        """Replace the roadshow's slots by `count` from its start on; their views in order."""
        start, length = datetime.fromisoformat(roadshow["starts_at"]), timedelta(minutes=minutes)
        wanted = [
            {"starts_at": wire(start + n * length), "ends_at": wire(start + (n + 1) * length)} for n in range(count)
        ]
        asked = SlotsIn.model_validate({"slots": wanted}).slots
        items: list[dict[str, Any]] = (await self.done(owner, replace_slots, roadshow["id"], asked))["items"]
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
