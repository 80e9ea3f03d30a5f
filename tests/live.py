"""A roadshow to go live with, the application on a real port, and a phone that follows it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import uvicorn
import websockets
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from events.base import new_id
from events.live.fold import fold
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Series, Slot, Venue, VenueKind
from events.registrations.models import Registration, RegistrationState
from realtime.fastpath import FastPath
from tests.services import free_port
from tests.world import Person, World

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@dataclass(slots=True)
class Show:
    """A published roadshow with two slots, the first booked, and who is in it."""

    world: World
    host: Person
    organizer_id: str
    id: str = ""
    slot_ids: list[str] = field(default_factory=list)
    startup: Person | None = None
    company_id: str = ""
    project_id: str = ""

    @property
    def path(self) -> str:
        return f"/roadshows/{self.id}"

    async def act(
        self, person: Person, name: str, body: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        """A live command over HTTP that must succeed."""
        return await person.made(f"{self.path}/live/{name}", body or {}, **options)

    async def refused(self, person: Person, name: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """Status and code of a live command over HTTP."""
        response = await person.post(f"{self.path}/live/{name}", body or {})
        return response.status_code, response.json().get("code", "")

    async def ask(self, person: Person, text: str = "良率多少？", **more: Any) -> str:
        return str((await self.act(person, "question.ask", {"text": text} | more))["id"])

    async def state(self, person: Person, stream: str = "public") -> dict[str, Any]:
        """A fresh snapshot."""
        return await person.read(f"{self.path}/live/snapshot", params={"stream": stream})

    async def change(self, **values: Any) -> None:
        """Set columns of the roadshow behind everybody's back."""
        async with self.world.app.state.roadshow.database.write() as session:
            await session.execute(update(Roadshow).where(Roadshow.id == self.id).values(**values))

    async def register(self, person: Person) -> str:
        """A confirmed registration, put straight into the table."""
        row = Registration(
            id=new_id(), roadshow_id=self.id, user_id=person.id, state=RegistrationState.CONFIRMED,
            ticket_code=uuid4().hex[:12], created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        async with self.world.app.state.roadshow.database.write() as session:
            session.add(row)
        return row.id


async def new_show(world: World, *, is_open: bool = False, **fields: Any) -> Show:
    """A published roadshow, its host, and one startup with a confirmed slot."""
    host, organizer = await world.organizer()
    startup = await world.person("创业者")
    company = await world.company(startup)
    project = await world.project(startup, company["id"])
    show = Show(world, host, organizer["id"], startup=startup, company_id=company["id"], project_id=project["id"])
    async with world.app.state.roadshow.database.write() as session:
        await lay_out(session, show, fields)
    if is_open:
        await show.act(host, "room.open")
    return show


async def lay_out(session: AsyncSession, show: Show, fields: dict[str, Any] | None = None) -> None:
    """Put the roadshow with its slots and booking straight into the tables; `show` learns their ids."""
    series = Series(id=new_id(), organizer_id=show.organizer_id, slug=uuid4().hex[:20], name="一月一链", created_at=NOW)
    hall = Venue(
        id=new_id(), organizer_id=show.organizer_id, kind=VenueKind.HALL, name="长江路演厅", capacity=60, hours={},
        created_at=NOW,
    )  # fmt: skip
    session.add_all([series, hall])
    await session.flush()
    starts_at = NOW.replace(hour=6)
    values: dict[str, Any] = {
        "id": new_id(), "organizer_id": show.organizer_id, "series_id": series.id, "title": "光电子专场",
        "state": RoadshowState.PUBLISHED, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2),
        "hall_id": hall.id, "capacity": 60, "join_code": uuid4().hex[:8].upper(), "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    roadshow = Roadshow(**values | (fields or {}))
    session.add(roadshow)
    await session.flush()
    show.id = roadshow.id
    for n in range(2):
        begins = starts_at + timedelta(minutes=30 * n)
        slot = Slot(id=new_id(), roadshow_id=show.id, starts_at=begins, ends_at=begins + timedelta(minutes=20))
        show.slot_ids.append(slot.id)
        session.add(slot)
    await session.flush()
    assert show.startup is not None
    session.add(
        Booking(
            id=new_id(), slot_id=show.slot_ids[0], roadshow_id=show.id, project_id=show.project_id,
            company_id=show.company_id, state=BookingState.CONFIRMED, booked_by=show.startup.id,
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20),
            created_at=NOW, updated_at=NOW,
        )
    )  # fmt: skip


class _Server(uvicorn.Server):
    """A real server inside the test's own loop; signals stay the test runner's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a real port: its address, such as 127.0.0.1:4321. Its lifespan is the caller's."""
    port = free_port()
    config = uvicorn.Config(
        app, port=port, lifespan="off", log_config=None, ws=FastPath, ws_per_message_deflate=False, ws_max_size=65536,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    await task


class Phone:
    """One socket: frames by type, and each stream's state kept by `fold`."""

    def __init__(self, link: websockets.ClientConnection) -> None:
        self.link = link
        self.frames: list[dict[str, Any]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.at: dict[str, tuple[str, int]] = {}
        self._acks: dict[str, dict[str, Any]] = {}

    @property
    def raw(self) -> str:
        """Everything this phone was ever sent."""
        return json.dumps(self.frames, ensure_ascii=False)

    async def say(self, **frame: Any) -> None:
        await self.link.send(json.dumps(frame))

    async def hear(self, seconds: float = 5, *, fold: bool = True) -> dict[str, Any]:
        """The next frame, folded in."""
        async with asyncio.timeout(seconds):
            frame: dict[str, Any] = json.loads(await self.link.recv())
        self.frames.append(frame)
        if fold:
            self._fold(frame)
        return frame

    async def until(
        self, frame_type: str, /, seconds: float = 5, *, fold: bool = True, **fields: Any
    ) -> dict[str, Any]:
        """Listen up to the next frame of this type with these fields."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.hear(seconds, fold=fold)
                if frame["type"] == frame_type and all(frame.get(name) == value for name, value in fields.items()):
                    return frame

    async def follow(self, stream: str = "public", *, resume: bool = False) -> dict[str, Any]:
        """Subscribe; the snapshot or resumed frame."""
        where = {"epoch": self.at[stream][0], "seq": self.at[stream][1]} if resume else {}
        await self.say(type="subscribe", stream=stream, **where)
        while True:
            frame = await self.hear()
            if frame["type"] in {"snapshot", "resumed", "error"} and frame.get("stream", stream) == stream:
                return frame

    async def act(self, name: str, body: dict[str, Any] | None = None, cmd_id: str | None = None) -> dict[str, Any]:
        """A command over the socket; its ack."""
        cmd_id = cmd_id or str(uuid4())
        await self.say(type="command", cmd_id=cmd_id, name=name, body=body or {})
        return await self.until("ack", cmd_id=cmd_id)

    async def link_raw(self, name: str, body: dict[str, Any], cmd_id: str) -> str:
        """A command over the socket; its ack as it came over the wire."""
        await self.say(type="command", cmd_id=cmd_id, name=name, body=body)
        while True:
            text = str(await self.link.recv())
            if '"ack"' in text:
                return text

    async def reach(self, stream: str, seq: int) -> dict[str, Any]:
        """Listen until the stream stands at `seq`; its state."""
        while self.at[stream][1] < seq:
            await self.hear()
        return self.states[stream]

    def _fold(self, frame: dict[str, Any]) -> None:
        stream = frame.get("stream", "")
        match frame["type"]:
            case "snapshot":
                self.states[stream], self.at[stream] = frame["state"], (frame["epoch"], frame["seq"])
            case "resumed":
                assert frame["seq"] - frame["count"] == self.at[stream][1]
            case "entry":
                epoch, seq = self.at[stream]
                assert frame["seq"] == seq + 1, "a gap or a repeat"
                self.states[stream] = fold(self.states[stream], frame["kind"], frame["data"])
                self.at[stream] = (epoch, frame["seq"])


def cookies_of(person: Person) -> dict[str, str]:
    """The person's cookie as a handshake header."""
    text = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.client.cookies.jar)
    return {"Cookie": text} if text else {}


@asynccontextmanager
async def phone_at(address: str, roadshow_id: str, person: Person | None = None) -> AsyncIterator[Phone]:
    """An open socket that has been welcomed."""
    headers = {"Origin": f"http://{address}"} | (cookies_of(person) if person else {})
    path = f"ws://{address}/api/v1/roadshows/{roadshow_id}/live/socket"
    async with websockets.connect(path, additional_headers=headers, compression=None) as link:
        device = Phone(link)
        assert (await device.hear())["type"] == "welcome"
        yield device


def phone(address: str, show: Show, person: Person | None = None) -> AbstractAsyncContextManager[Phone]:
    """The same, in this show's room."""
    return phone_at(address, show.id, person)
