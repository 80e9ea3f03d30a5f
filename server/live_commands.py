"""The table of live commands: what each carries, who may give it, what it calls, and what else it is held to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import get_type_hints

from pydantic import BaseModel

from events.base_schemas import In
from events.deals.schemas import IntentIn
from events.deals.service import leave_intent
from events.live import questions, rooms, schemas, votes

HOST = "live.host"
GUEST = "guest"
MEMBER = "institution.member"

Service = Callable[..., Awaitable[BaseModel]]


@dataclass(frozen=True, slots=True)
class LiveCommand:
    """What a command carries, who may give it (as routes name permissions), what it calls, how often."""

    body: type[In]
    permission: str
    service: Service
    limit: str | None = None

    @property
    def view(self) -> type[BaseModel]:
        """What it answers."""
        view: type[BaseModel] = get_type_hints(self.service)["return"]
        return view


LIVE_COMMANDS: dict[str, LiveCommand] = {
    "room.open": LiveCommand(schemas.Nothing, HOST, rooms.open_room),
    "room.close": LiveCommand(schemas.Nothing, HOST, rooms.close_room),
    "room.stage": LiveCommand(schemas.StageIn, HOST, rooms.set_stage),
    "room.moderation": LiveCommand(schemas.ModerationIn, HOST, rooms.set_moderation),
    "question.ask": LiveCommand(schemas.QuestionIn, GUEST, questions.ask, "question"),
    "question.vote": LiveCommand(schemas.QuestionRef, GUEST, votes.vote, "vote"),
    "question.unvote": LiveCommand(schemas.QuestionRef, GUEST, votes.unvote, "vote"),
    "question.approve": LiveCommand(schemas.QuestionRef, HOST, questions.approve),
    "question.hide": LiveCommand(schemas.HideIn, HOST, questions.hide),
    "question.restore": LiveCommand(schemas.QuestionRef, HOST, questions.restore),
    "question.pin": LiveCommand(schemas.QuestionChoice, HOST, questions.pin),
    "question.answering": LiveCommand(schemas.QuestionChoice, HOST, questions.take_up),
    "question.answer": LiveCommand(schemas.AnswerIn, HOST, questions.answer),
    "intent.leave": LiveCommand(IntentIn, MEMBER, leave_intent),
}
