"""The state of each stream at exactly one `seq` (P6): a table of parts for each audience.

A part reads one noun of a room as its audience may see it; entries of that noun fold into it (`fold.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.live import rules
from events.live.danmaku import queries as danmaku
from events.live.models import Question
from events.live.polls import contest_queries as contests
from events.live.polls.queries import public_polls, staff_polls
from events.live.queries import room_view
from events.live.stage import queries as stage
from events.live.views import own_question, public_question, staff_question
from events.live.wholes import wholes
from events.programme.queries import agenda

Intents = Callable[[AsyncSession, str, str | None], Awaitable[list[dict[str, Any]]]]
"""`intents(session, roadshow_id, user_id)`: the intents of a room as its staff (no user) or that user sees them."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose state is read: a room, for the user of a user stream, with a way to read intents."""

    session: AsyncSession
    roadshow_id: str
    intents: Intents
    user_id: str | None = None


Part = Callable[[Reader], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class StreamName:
    """A stream's key taken apart."""

    roadshow_id: str
    audience: str
    user_id: str | None = None

    @classmethod
    def of(cls, stream: str) -> StreamName:
        roadshow_id, audience, *user = stream.split("/")
        return cls(roadshow_id, audience, user[0] if user else None)


async def snapshot(session: AsyncSession, stream: str, intents: Intents) -> tuple[str, int, dict[str, Any]]:
    """Epoch, seq, and the stream's state at exactly that seq; `session` must read one consistent view."""
    top = (await log.tops(session, [stream]))[stream]
    name = StreamName.of(stream)
    reader = Reader(session, name.roadshow_id, intents, name.user_id)
    return top.epoch, top.seq, {part: await read(reader) for part, read in PARTS[name.audience].items()}


async def _room(reader: Reader) -> dict[str, Any]:
    return plain(await room_view(reader.session, reader.roadshow_id))


async def _stage(reader: Reader) -> dict[str, Any]:
    return plain(await stage.view_stage(reader.session, reader.roadshow_id))


async def _deck(reader: Reader) -> dict[str, Any] | None:
    deck = await stage.deck_on_stage(reader.session, reader.roadshow_id)
    return None if deck is None else plain(deck)


async def _messages(reader: Reader) -> list[dict[str, Any]]:
    return plains(await stage.messages(reader.session, reader.roadshow_id))


async def _agenda(reader: Reader) -> list[dict[str, Any]]:
    return plains(await agenda(reader.session, reader.roadshow_id))


async def _public_questions(reader: Reader) -> list[dict[str, Any]]:
    shown = await wholes(reader.session, reader.roadshow_id, Question.state.in_(rules.PUBLIC))
    return [plain(public_question(row)) for row in shown]


async def _staff_questions(reader: Reader) -> list[dict[str, Any]]:
    return [plain(staff_question(row)) for row in await wholes(reader.session, reader.roadshow_id)]


async def _own_questions(reader: Reader) -> list[dict[str, Any]]:
    own = await wholes(reader.session, reader.roadshow_id, Question.author_id == reader.user_id)
    return [plain(own_question(row)) for row in own]


async def _public_polls(reader: Reader) -> list[dict[str, Any]]:
    return await public_polls(reader.session, reader.roadshow_id)


async def _staff_polls(reader: Reader) -> list[dict[str, Any]]:
    return await staff_polls(reader.session, reader.roadshow_id)


async def _public_contest(reader: Reader) -> dict[str, Any] | None:
    return await contests.public_part(reader.session, reader.roadshow_id)


async def _staff_contest(reader: Reader) -> dict[str, Any] | None:
    return await contests.staff_part(reader.session, reader.roadshow_id)


async def _flow(reader: Reader) -> dict[str, Any]:
    return plain(await danmaku.flow_of(reader.session, reader.roadshow_id))


async def _held(reader: Reader) -> list[dict[str, Any]]:
    return plains(await danmaku.waiting(reader.session, reader.roadshow_id))


async def _own_held(reader: Reader) -> list[dict[str, Any]]:
    return plains(await danmaku.own_held(reader.session, reader.roadshow_id, reader.user_id))


async def _mutes(reader: Reader) -> list[dict[str, Any]]:
    return plains(await danmaku.mutes_of(reader.session, reader.roadshow_id))


async def _muted(reader: Reader) -> dict[str, Any] | None:
    ban = await danmaku.ban_on(reader.session, reader.roadshow_id, reader.user_id)
    return None if ban is None else plain(ban)


async def _intents(reader: Reader) -> list[dict[str, Any]]:
    return await reader.intents(reader.session, reader.roadshow_id, reader.user_id)


PARTS: Final[dict[str, dict[str, Part]]] = {
    "public": {
        "room": _room,
        "stage": _stage,
        "deck": _deck,
        "flow": _flow,
        "agenda": _agenda,
        "questions": _public_questions,
        "polls": _public_polls,
        "contest": _public_contest,
    },
    "staff": {
        "room": _room,
        "flow": _flow,
        "held": _held,
        "mutes": _mutes,
        "questions": _staff_questions,
        "polls": _staff_polls,
        "contest": _staff_contest,
        "intents": _intents,
        "messages": _messages,
    },
    "speaker": {"messages": _messages},
    "user": {"held": _own_held, "muted": _muted, "questions": _own_questions, "intents": _intents},
}


def plain(view: BaseModel) -> dict[str, Any]:
    """A view as JSON carries it."""
    return view.model_dump(mode="json")


def plains(views: Sequence[BaseModel]) -> list[dict[str, Any]]:
    """Views as JSON carries them."""
    return [plain(view) for view in views]
