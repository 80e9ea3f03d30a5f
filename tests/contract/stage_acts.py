"""What happens on a stage on a random day: the clock is driven, slides are turned, words go to the speaker."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.base import new_id
from events.errors import Refusal
from events.live.schemas import Nothing
from events.live.stage import carrying, decks, messages, running
from events.live.stage.decks import Upload
from events.live.stage.models import Layout, Message
from events.live.stage.rules import CarryMode
from events.live.stage.schemas import CarryIn, ExtendIn, LayoutIn, MessageIn, MessageRef, NextIn, PageIn, StageRef

KINDS = {
    "public": {"stage.changed", "deck.changed"},
    "staff": {"message.changed"},
    "speaker": {"message.changed"},
}


async def start(day: Any, session: AsyncSession) -> object:
    chosen = day.dice.choice([None, *day.show.slot_ids])
    return await running.start(session, day.host, day.show.id, StageRef(slot_id=chosen), now=day.now)


async def drive(day: Any, session: AsyncSession) -> object:
    act = day.dice.choice([running.pause, running.resume, running.clear, running.go_back])
    return await act(session, day.host, day.show.id, Nothing(), now=day.now)


async def extend(day: Any, session: AsyncSession) -> object:
    data = ExtendIn(seconds=day.dice.choice([60, 300, -60]))
    return await running.extend(session, day.host, day.show.id, data, now=day.now)


async def go_next(day: Any, session: AsyncSession) -> object:
    data = NextIn(start=day.dice.random() < 0.7)
    return await running.go_next(session, day.host, day.show.id, data, now=day.now)


async def carry(day: Any, session: AsyncSession) -> object:
    data = CarryIn(mode=day.dice.choice(list(CarryMode)), preview=day.dice.random() < 0.3)
    return await carrying.carry(session, day.host, day.show.id, data, now=day.now)


async def layout(day: Any, session: AsyncSession) -> object:
    data = LayoutIn(layout=day.dice.choice(list(Layout)))
    return await running.set_layout(session, day.host, day.show.id, data, now=day.now)


async def upload(day: Any, session: AsyncSession) -> object:
    taken = Upload(new_id(), "路演.pdf", 1000, "0" * 64, day.dice.randint(1, 9))
    return await decks.put(session, day.startup, day.show.slot_ids[0], taken, now=day.now)


async def remove(day: Any, session: AsyncSession) -> object:
    return await decks.remove(session, day.startup, day.show.slot_ids[0], now=day.now)


async def turn(day: Any, session: AsyncSession) -> object:
    data = PageIn(page=day.dice.randint(1, 9))
    return await decks.turn(session, day.dice.choice([day.host, day.startup]), day.show.id, data, now=day.now)


async def say(day: Any, session: AsyncSession) -> object:
    return await messages.send(session, day.host, day.show.id, MessageIn(text="请收尾"), now=day.now)


async def acknowledge(day: Any, session: AsyncSession) -> object:
    ids = list(await session.scalars(select(Message.id).where(Message.roadshow_id == day.show.id)))
    if not ids:
        raise Refusal
    data = MessageRef(message_id=day.dice.choice(ids))
    return await messages.acknowledge(session, day.startup, day.show.id, data, now=day.now)


ACTS: list[tuple[Any, float]] = [
    (start, 1), (drive, 1), (extend, 0.5), (go_next, 0.5), (carry, 0.5), (layout, 0.3), (upload, 0.7), (remove, 0.2),
    (turn, 1), (say, 0.6), (acknowledge, 0.6),
]  # fmt: skip
