"""Load the demo once, and give it a roadshow that is live right now each time it is started."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import claims
from events.accounts.models import User
from events.directory.models import Organizer, Project
from events.live.rooms import close_room
from events.live.schemas import Nothing
from events.outbox import Delivery, OutboxRow
from events.programme.models import Roadshow, RoadshowState, Series, Slot, Venue, VenueKind
from events.programme.places import VenueTaken
from server import auth
from server.database import Database
from server.demo import cast
from server.demo.days import (
    LEAD,
    SHANGHAI,
    Plan,
    Stage,
    book,
    build_stage,
    fill_slots,
    make_roadshow,
    plans_around,
    seat_investors,
)
from server.demo.people import PASSWORD, Ensemble, actor_of, found_firms, found_institutions, found_organizer
from server.demo.room import play_now, play_past
from server.demo.slides import show_slides, speak_to_stage

Progress = Callable[[str, int, int], None]
LIVE_TITLE = "天天有路演 · 正在直播"


async def load(database: Database, now: datetime, progress: Progress, files: Path | None = None) -> None:
    """Fill an empty database with the demo; an already filled one only gets what is missing for today.

    With a folder for `files`, the project on stage has slides.
    """
    async with database.read() as session:
        is_there = await session.scalar(select(exists().where(Organizer.slug == cast.ORGANIZER[0])))
    if not is_there:
        await _found(database, now, progress)
    async with database.write() as session:
        await _prove_addresses(session, now)
        all_, stage = await _reassemble(session)
        await _end_yesterday(session, all_, now)
    await _fill_days(database, all_, stage, now, progress)
    async with database.write() as session:
        if not await session.scalar(select(exists().where(Roadshow.state == RoadshowState.LIVE))):
            await _go_live(session, all_, stage, now, files)
        await _keep_letters(session)
    progress("ready", 1, 1)


async def _keep_letters(session: AsyncSession) -> None:
    """What the demo's past would have mailed is not mailed now."""
    old = update(OutboxRow).where(OutboxRow.state == Delivery.DUE, OutboxRow.address.endswith("@demo.example"))
    await session.execute(old.values(state=Delivery.SENT, data={}))


async def _found(database: Database, now: datetime, progress: Progress) -> None:
    password_hash, chance, then = await auth.hash_password(PASSWORD), Random(20), now - timedelta(days=30)
    progress("people", 0, 1)
    async with database.write() as session:
        all_ = await found_organizer(session, password_hash, then)
        await found_firms(session, all_, password_hash, chance, then)
        await found_institutions(session, all_, password_hash, chance, then)
        await build_stage(session, all_, then)


async def _prove_addresses(session: AsyncSession, now: datetime) -> None:
    """Invented people have no letters to open: their addresses count as confirmed."""
    unproved = update(User).where(User.email.like("%@demo.example"), User.email_proved_at.is_(None))
    await session.execute(unproved.values(email_proved_at=now))


async def _reassemble(session: AsyncSession) -> tuple[Ensemble, Stage]:
    """The demo's people and places from an already filled database."""
    users = {u.email: u.id for u in await session.scalars(select(User).where(User.email.like("%@demo.example")))}
    organizer = await session.scalar(select(Organizer).where(Organizer.slug == cast.ORGANIZER[0]))
    assert organizer is not None
    all_ = Ensemble(organizer.id, {role: await actor_of(session, users[mail]) for role, _, mail in cast.STAFF})
    for number in range(len(cast.IDEAS)):
        all_.founders.append(await actor_of(session, users[f"founder{number + 1}@demo.example"]))
    for number in range(len(cast.INSTITUTIONS)):
        investor = await actor_of(session, users[f"investor{number + 1}@demo.example"])
        all_.investors.append(investor)
        all_.institutions.append(next(iter(investor.institution_roles)))
    all_.verified = len(cast.INSTITUTIONS) - 3
    all_.projects = await _projects(session, all_)
    stage = Stage()
    series = await session.scalars(select(Series).where(Series.organizer_id == organizer.id))
    stage.series = {row.slug: row.id for row in series}
    venues = (await session.scalars(select(Venue).where(Venue.organizer_id == organizer.id).order_by(Venue.id))).all()
    stage.halls = [venue.id for venue in venues if venue.kind == VenueKind.HALL]
    stage.channel = next(venue.id for venue in venues if venue.kind == VenueKind.ONLINE)
    return all_, stage


async def _projects(session: AsyncSession, all_: Ensemble) -> list[str]:
    rows = (await session.execute(select(Project.company_id, Project.id).order_by(Project.id))).all()
    first: dict[str, str] = {row.company_id: row.id for row in reversed(rows)}
    return [first[next(iter(founder.company_roles))] for founder in all_.founders]


async def _end_yesterday(session: AsyncSession, all_: Ensemble, now: datetime) -> None:
    """Close rooms left open by an earlier start of the demo."""
    stale = select(Roadshow.id).where(Roadshow.state == RoadshowState.LIVE, Roadshow.ends_at < now)
    for roadshow_id in (await session.scalars(stale)).all():
        await close_room(session, all_.staff["host"], roadshow_id, Nothing(), now=now)
    never = update(Roadshow).where(Roadshow.state == RoadshowState.PUBLISHED, Roadshow.ends_at < now)
    await session.execute(never.values(state=RoadshowState.ENDED))


async def _fill_days(database: Database, all_: Ensemble, stage: Stage, now: datetime, progress: Progress) -> None:
    """Make the roadshows around today that are not there yet."""
    async with database.read() as session:
        known = {
            (row.series_id, row.starts_at)
            for row in await session.execute(select(Roadshow.series_id, Roadshow.starts_at))
        }
    plans = [
        p for p in plans_around(now.astimezone(SHANGHAI).date()) if (stage.series[p.series], p.starts_at) not in known
    ]
    for number, plan in enumerate(plans):
        progress("roadshows", number, len(plans))
        with suppress(VenueTaken):  # by the roadshow that an earlier start put on stage
            async with database.write() as session:
                await _play(session, all_, stage, plan, now)


async def _play(session: AsyncSession, all_: Ensemble, stage: Stage, plan: Plan, now: datetime) -> None:
    chance = Random(plan.starts_at.toordinal() * 31 + len(plan.series))
    planned_at = min(plan.starts_at - LEAD, now - timedelta(days=2))
    roadshow_id = await make_roadshow(session, all_, stage, plan, planned_at)
    slot_ids = await _slots(session, roadshow_id)
    is_past, days_ahead = plan.ends_at < now, (plan.starts_at - now).days
    wanted = slot_ids if is_past else slot_ids[: max(0, 4 - days_ahead // 3)]
    firms = await fill_slots(session, all_, wanted, chance, planned_at + timedelta(hours=5))
    crowd = chance.sample(range(all_.verified), 8 if is_past else max(0, 6 - days_ahead // 2))
    await seat_investors(session, all_, roadshow_id, crowd, planned_at + timedelta(hours=30))
    if is_past and firms and not plan.needs_approval:
        await play_past(session, all_, roadshow_id, firms, crowd, chance, plan.starts_at)
    elif is_past:
        await session.execute(update(Roadshow).where(Roadshow.id == roadshow_id).values(state=RoadshowState.ENDED))


async def _go_live(session: AsyncSession, all_: Ensemble, stage: Stage, now: datetime, files: Path | None) -> None:
    """A roadshow that began half an hour ago on the online channel, with the first firm of the cast on stage."""
    chance = Random(7)
    start = (now - timedelta(minutes=35)).replace(second=0, microsecond=0)
    start -= timedelta(minutes=start.minute % 5)
    await _free_channel(session, stage, start)
    plan = Plan("daily", LIVE_TITLE, start, 4, 20, None)
    roadshow_id = await make_roadshow(session, all_, stage, plan, start - LEAD)
    slot_ids = await _slots(session, roadshow_id)
    when = start - timedelta(days=2)
    first = await fill_slots(session, all_, slot_ids[:1], chance, when)
    await book(session, all_, 0, slot_ids[1], when)
    rest = await fill_slots(session, all_, slot_ids[2:3], chance, when)
    await seat_investors(session, all_, roadshow_id, list(range(18)), start - timedelta(days=1))
    await play_now(session, all_, roadshow_id, slot_ids, [*first, 0, *rest], chance, now)
    await speak_to_stage(session, all_, roadshow_id, now)
    if files is not None:
        await show_slides(session, all_, roadshow_id, slot_ids[1], files, now)


async def _free_channel(session: AsyncSession, stage: Stage, start: datetime) -> None:
    """Take the channel away from whatever the demo planned at this hour."""
    span = (start, start + timedelta(hours=3))
    for blocker in await claims.blockers(session, [claims.Need(f"venue:{stage.channel}", *span)]):
        await claims.release(session, blocker["owner"])


async def _slots(session: AsyncSession, roadshow_id: str) -> list[str]:
    query = select(Slot.id).where(Slot.roadshow_id == roadshow_id).order_by(Slot.starts_at)
    return list(await session.scalars(query))
