"""The live wire as AsyncAPI 3: the engine's frames, with what this product puts into them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import yaml
from pydantic import BaseModel

from events.deals.schemas import CompanyIntent, OwnIntent, StaffIntent
from events.live.schemas import OwnQuestion, PublicQuestion, RoomView, StaffQuestion
from events.programme.schemas import SlotView
from realtime.asyncapi import Schema, asyncapi
from server.live_commands import LIVE_COMMANDS


class RoomChanged(BaseModel):
    room: RoomView


class AgendaChanged(BaseModel):
    agenda: list[SlotView]


class PublicQuestionChanged(BaseModel):
    question: PublicQuestion


class StaffQuestionChanged(BaseModel):
    question: StaffQuestion


class OwnQuestionChanged(BaseModel):
    question: OwnQuestion


class QuestionRemoved(BaseModel):
    id: str


class QuestionTallied(BaseModel):
    id: str
    votes: int
    investor_votes: int


class StaffIntentChanged(BaseModel):
    intent: StaffIntent


class UserIntentChanged(BaseModel):
    intent: OwnIntent | CompanyIntent


class PublicState(BaseModel):
    """Questions and intents are in the order of `id`, here and in the other states."""

    room: RoomView
    agenda: list[SlotView]
    questions: list[PublicQuestion]


class StaffState(BaseModel):
    room: RoomView
    questions: list[StaffQuestion]
    intents: list[StaffIntent]


class UserState(BaseModel):
    questions: list[OwnQuestion]
    intents: list[OwnIntent | CompanyIntent]


ENTRIES: dict[str, type[BaseModel]] = {
    "public/room.changed": RoomChanged,
    "public/agenda.changed": AgendaChanged,
    "public/question.changed": PublicQuestionChanged,
    "public/question.removed": QuestionRemoved,
    "public/question.tallied": QuestionTallied,
    "staff/room.changed": RoomChanged,
    "staff/question.changed": StaffQuestionChanged,
    "staff/question.tallied": QuestionTallied,
    "staff/intent.changed": StaffIntentChanged,
    "user/question.changed": OwnQuestionChanged,
    "user/intent.changed": UserIntentChanged,
}
STATES: dict[str, type[BaseModel]] = {"public": PublicState, "staff": StaffState, "user": UserState}


@lru_cache
def live_wire() -> Schema:
    """The document as plain data."""
    return asyncapi(
        {key: _schema(view, "serialization") for key, view in ENTRIES.items()},
        {name: _schema(command.body, "validation") for name, command in LIVE_COMMANDS.items()},
        "天天有路演 live",
        "1",
        state_schemas={stream: _schema(view, "serialization") for stream, view in STATES.items()},
        address="/api/v1/roadshows/{roadshow_id}/live/socket",
    )


@lru_cache
def live_wire_yaml() -> str:
    return yaml.safe_dump(live_wire(), allow_unicode=True, sort_keys=False)


def _schema(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> Schema:
    return model.model_json_schema(mode=mode)
