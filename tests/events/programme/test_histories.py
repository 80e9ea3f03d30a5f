"""Random histories: eight clients book, move, cancel and call off at once; the database is right after every act."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor, Role
from events.claims import Claim
from events.programme import bookings, endings, roadshows
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState, Slot
from events.programme.schemas import BookingIn, RoadshowIn, SlotIn
from events.programme.slots import replace_slots
from server.commands import Command, Commands, digest_of
from server.database import Database
from server.errors import Unavailable
from tests.world import World, soon

SEEDS = range(20)
CLIENTS = 8
ACTS = 6
ACTIVE = {BookingState.HELD, BookingState.CONFIRMED}
Act = Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]


@dataclass(slots=True)
class Cast:
    """A planner with three roadshows at the same hours, and four founders with a project each."""

    planner: Actor
    organizer_id: str
    series_id: str
    hall_ids: list[str]
    founders: list[tuple[Actor, str]]
    roadshow_ids: list[str] = field(default_factory=list)
    slot_ids: list[str] = field(default_factory=list)
    booking_ids: list[str] = field(default_factory=list)


async def gather_cast(world: World) -> Cast:
    owner, organizer = await world.organizer()
    series = await world.series(owner, organizer["id"])
    founders = []
    for _ in range(4):
        founder = await world.person("创始人")
        company = await world.company(founder)
        project = await world.project(founder, company["id"])
        founders.append((Actor(user_id=founder.id, company_roles={company["id"]: "owner"}), project["id"]))
    planner = Actor(user_id=owner.id, organizer_roles={organizer["id"]: Role.OWNER})
    halls = [(await world.venue(owner, organizer["id"], name=f"第 {n} 厅"))["id"] for n in range(3)]
    return Cast(planner, organizer["id"], series["id"], halls, founders)


async def set_stage(database: Database, cast: Cast, day: int) -> None:
    """Three roadshows in three halls at the same time: two published, one a draft; two slots each."""
    start, now = soon(day), datetime.now(UTC)
    cast.roadshow_ids, cast.slot_ids, cast.booking_ids = [], [], []
    for number, hall_id in enumerate(cast.hall_ids):
        plan = RoadshowIn(
            series_id=cast.series_id, title="光电子信息专场", starts_at=start, ends_at=start + timedelta(hours=1),
            hall_id=hall_id,
        )  # fmt: skip
        times = [(start + timedelta(minutes=20 * n), start + timedelta(minutes=20 * n + 20)) for n in range(2)]
        async with database.write() as session:
            made = await roadshows.create_roadshow(session, cast.planner, cast.organizer_id, plan, now=now)
            slots = [SlotIn(starts_at=first, ends_at=last) for first, last in times]
            await replace_slots(session, cast.planner, made.id, slots, now=now)
            if number:
                await roadshows.publish_roadshow(session, cast.planner, made.id, now=now)
            query = select(Slot.id).where(Slot.roadshow_id == made.id).order_by(Slot.starts_at)
            cast.slot_ids += list(await session.scalars(query))
        cast.roadshow_ids.append(made.id)


def next_act(cast: Cast, chance: Random) -> tuple[str, Actor, Act]:
    """Something one client might do now: its name, who does it, and how."""
    founder, project_id = chance.choice(cast.founders)
    wish = BookingIn(project_id=project_id)
    slot_id, roadshow_id = chance.choice(cast.slot_ids), chance.choice(cast.roadshow_ids)
    booking_id = chance.choice(cast.booking_ids or [slot_id])
    kinds = {"hold": 8, "confirm": 5, "move": 5, "cancel": 3, "expire": 1, "publish": 1, "call off": 1}
    kind = chance.choices(list(kinds), list(kinds.values()))[0]
    acts: dict[str, tuple[Actor, Act]] = {
        "hold": (founder, lambda s, a, now: bookings.hold_slot(s, a, slot_id, wish, now=now)),
        "confirm": (founder, lambda s, a, now: bookings.confirm_booking(s, a, booking_id, now=now)),
        "move": (founder, lambda s, a, now: bookings.move_booking(s, a, booking_id, slot_id, now=now)),
        "cancel": (founder, lambda s, a, now: bookings.cancel_booking(s, a, booking_id, now=now)),
        "expire": (cast.planner, lambda s, a, now: bookings.expire_holds(s, now + timedelta(minutes=6))),
        "publish": (cast.planner, lambda s, a, now: roadshows.publish_roadshow(s, a, roadshow_id, now=now)),
        "call off": (cast.planner, lambda s, a, now: endings.cancel_roadshow(s, a, roadshow_id, "改期", now=now)),
    }  # fmt: skip
    return kind, *acts[kind]


async def client(
    database: Database, commands: Commands, cast: Cast, chance: Random, outcomes: Counter[tuple[str, int]]
) -> None:
    """One client's acts, one after the other; the database is looked at after each."""
    for _ in range(ACTS):
        kind, actor, act = next_act(cast, chance)
        try:
            answer = await commands.perform(Command(actor, act, digest_of(kind, None)))
            outcomes[kind, answer.status] += 1
        except Unavailable:  # a database too busy to answer in time: done or not, the rules hold
            outcomes[kind, 503] += 1
        async with database.read() as session:
            seen = list(await session.scalars(select(Booking).where(Booking.roadshow_id.in_(cast.roadshow_ids))))
            await check(session, cast, seen)
        cast.booking_ids = [booking.id for booking in seen]


async def check(session: AsyncSession, cast: Cast, seen: list[Booking]) -> None:
    """What must hold after every act, whoever did it."""
    active = [booking for booking in seen if booking.state in ACTIVE]
    rows = await session.execute(select(Roadshow.id, Roadshow.state).where(Roadshow.id.in_(cast.roadshow_ids)))
    states = {row.id: row.state for row in rows}
    claimed = await session.execute(select(Claim.owner, Claim.resource).where(Claim.owner.like("booking:%")).distinct())
    found: dict[str, set[str]] = {}
    for owner, resource in claimed:
        found.setdefault(owner, set()).add(resource)
    here = {f"booking:{booking.id}" for booking in seen}

    assert len({booking.slot_id for booking in active}) == len(active), "a slot is taken twice"
    busy = [(booking.company_id, booking.starts_at) for booking in active]
    assert len(set(busy)) == len(busy), "a company is in two places at once"
    entries = [(booking.project_id, booking.roadshow_id) for booking in active]
    assert len(set(entries)) == len(entries), "a project is in one roadshow twice"
    assert {states[booking.roadshow_id] for booking in active} <= {RoadshowState.PUBLISHED}
    assert {owner: names for owner, names in found.items() if owner in here} == {
        f"booking:{booking.id}": {
            f"slot:{booking.slot_id}",
            f"company:{booking.company_id}",
            f"entry:{booking.project_id}/{booking.roadshow_id}",
        }
        for booking in active
    }


async def test_random_histories_leave_no_trace_of_a_double_booking(world: World) -> None:
    database, commands = world.app.state.roadshow.database, world.app.state.roadshow.commands
    cast = await gather_cast(world)
    outcomes: Counter[tuple[str, int]] = Counter()

    for seed in SEEDS:
        await set_stage(database, cast, 3 + seed)
        chances = [Random(f"{seed}/{number}") for number in range(CLIENTS)]
        try:
            await asyncio.gather(*(client(database, commands, cast, chance, outcomes) for chance in chances))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error

    assert not {status for _, status in outcomes} - {200, 404, 409, 410, 422, 503}
    assert sum(count for (_, status), count in outcomes.items() if status == 503) < sum(outcomes.values()) / 20
    assert all(outcomes[kind, 200] for kind in ("hold", "confirm", "move", "cancel", "expire", "publish", "call off"))
    assert outcomes["hold", 409] > 0
