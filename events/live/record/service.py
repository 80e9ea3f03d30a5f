"""The record as its organizer uses it: figures at any time, a seal when the room is over, archives to take along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, log
from events.actor import SYSTEM, Actor, Permission
from events.live.models import Room, RoomState
from events.live.record import archive
from events.live.record.figures import AUDIENCES, Tally
from events.live.record.models import Seal
from events.live.record.schemas import RoomFigures, SealView, SessionRecordView
from events.programme.models import Roadshow
from events.programme.queries import load_roadshow

SETTLED = timedelta(minutes=2)
SWEEP = 20
PAGE = 1000


async def view_record(session: AsyncSession, actor: Actor, roadshow_id: str) -> SessionRecordView:
    """The figures of a room so far. Refuses: not_found, forbidden."""
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.ORGANIZER_READ)
    tally = Tally()
    for audience in AUDIENCES:
        async for entry in _entries(session, roadshow_id, audience):
            tally.add(audience, entry.kind, entry.data)
    seal = await session.get(Seal, roadshow_id)
    return SessionRecordView(
        figures=RoomFigures.model_validate(tally.figures()),
        seal=None if seal is None else SealView(sealed_at=seal.sealed_at, digest=seal.digest),
    )


async def take_record(session: AsyncSession, actor: Actor, roadshow_id: str, now: datetime) -> dict[str, Any]:
    """The whole archive as plain data; `session` must read one consistent view. Refuses: not_found, forbidden."""
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.EXPORTS_READ)
    tally, streams = Tally(), {}
    for audience in AUDIENCES:
        streams[audience] = await _stream(session, roadshow_id, audience, tally)
    seal = await session.get(Seal, roadshow_id)
    return archive.compose(_about(roadshow), streams, seal, tally.figures(), now)


async def note_taken(
    session: AsyncSession, actor: Actor, roadshow_id: str, digest: str, form: str, *, now: datetime
) -> None:
    """Write down who takes an archive, and what it was."""
    roadshow = await load_roadshow(session, roadshow_id)
    actor.require(roadshow.organizer_id, Permission.EXPORTS_READ)
    audit.record(
        session, actor, "record.taken", ("roadshow", roadshow_id), now=now, organizer_id=roadshow.organizer_id,
        digest=digest, form=form,
    )  # fmt: skip


async def seal_ended(session: AsyncSession, now: datetime) -> int:
    """Seal the rooms that were over two minutes ago and are not sealed yet. Returns how many."""
    query = (
        select(Room, Roadshow)
        .join(Roadshow, Roadshow.id == Room.roadshow_id)
        .outerjoin(Seal, Seal.roadshow_id == Room.roadshow_id)
        .where(Room.state == RoomState.OVER, Room.closed_at < now - SETTLED, Seal.roadshow_id.is_(None))
        .order_by(Room.roadshow_id)
        .limit(SWEEP)
        .with_for_update(of=Room, skip_locked=True)
    )
    ended = (await session.execute(query)).all()
    for _, roadshow in ended:
        await _seal(session, roadshow, now)
    return len(ended)


async def _seal(session: AsyncSession, roadshow: Roadshow, now: datetime) -> None:
    heads = {}
    for audience in AUDIENCES:
        chain = await log.chain_of(session, log.room_stream(roadshow.id, audience))
        heads[audience] = {"seq": chain.seq, "head": chain.head.hex()}
    digest = archive.digest_of(heads)
    session.add(Seal(roadshow_id=roadshow.id, sealed_at=now, heads=heads, digest=digest))
    audit.record(
        session, SYSTEM, "record.sealed", ("roadshow", roadshow.id), now=now, organizer_id=roadshow.organizer_id,
        digest=digest,
    )  # fmt: skip


async def _stream(session: AsyncSession, roadshow_id: str, audience: str, tally: Tally) -> dict[str, Any]:
    chain = await log.chain_of(session, log.room_stream(roadshow_id, audience))
    lines: list[str] = []
    async for entry in _entries(session, roadshow_id, audience):
        tally.add(audience, entry.kind, entry.data)
        if entry.seq > chain.base_seq:
            lines.append(log.line_of(entry))
    base = {"seq": chain.base_seq, "head": chain.base_head.hex()}
    return {"base": base, "lines": lines, "seq": chain.seq, "head": chain.head.hex()}


async def _entries(session: AsyncSession, roadshow_id: str, audience: str) -> Any:
    after = 0
    while entries := await log.since(session, log.room_stream(roadshow_id, audience), after, PAGE):
        for entry in entries:
            yield entry
        after = entries[-1].seq


def _about(roadshow: Roadshow) -> dict[str, Any]:
    return {
        "id": roadshow.id,
        "title": roadshow.title,
        "starts_at": roadshow.starts_at.isoformat(),
        "ends_at": roadshow.ends_at.isoformat(),
    }
