"""The live wire as AsyncAPI 3: the engine's frames, with what this product puts into them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import yaml
from pydantic import BaseModel

from events.deals.schemas import CompanyIntent, OwnIntent, StaffIntent
from events.live.danmaku.schemas import DANMAKU_ENTRIES, BanView, FlowView, MuteView, OwnDanmaku, StaffDanmaku
from events.live.polls.contest_schemas import PublicContest, StaffContest
from events.live.polls.schemas import PublicPoll, Results, StaffPoll
from events.live.schemas import OwnQuestion, PublicQuestion, RoomView, StaffQuestion
from events.live.stage.schemas import DeckOnStage, MessageView, StageView
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


class PublicPollChanged(BaseModel):
    poll: PublicPoll


class StaffPollChanged(BaseModel):
    poll: StaffPoll


class PublicContestChanged(BaseModel):
    contest: PublicContest | None


class StaffContestChanged(BaseModel):
    contest: StaffContest | None


class PollTallied(BaseModel):
    """`results` are null while they are not the reader's to see."""

    id: str
    ballots: int
    results: Results | None


class PollRemoved(BaseModel):
    id: str


class StageChanged(BaseModel):
    stage: StageView


class DeckChanged(BaseModel):
    """Null when nobody shows slides."""

    deck: DeckOnStage | None


class MessageChanged(BaseModel):
    message: MessageView


class PublicState(BaseModel):
    """Questions and intents are in the order of `id`, here and in the other states."""

    room: RoomView
    stage: StageView
    deck: DeckOnStage | None
    flow: FlowView
    agenda: list[SlotView]
    questions: list[PublicQuestion]
    polls: list[PublicPoll]
    contest: PublicContest | None


class StaffState(BaseModel):
    room: RoomView
    flow: FlowView
    held: list[StaffDanmaku]
    mutes: list[MuteView]
    questions: list[StaffQuestion]
    polls: list[StaffPoll]
    contest: StaffContest | None
    intents: list[StaffIntent]
    messages: list[MessageView]


class SpeakerState(BaseModel):
    messages: list[MessageView]


class UserState(BaseModel):
    """`held` are this person's danmaku that wait for the host; `muted` says why they may not send."""

    held: list[OwnDanmaku]
    muted: BanView | None
    questions: list[OwnQuestion]
    intents: list[OwnIntent | CompanyIntent]


ENTRIES: dict[str, type[BaseModel]] = {
    "public/room.changed": RoomChanged,
    "public/agenda.changed": AgendaChanged,
    "public/stage.changed": StageChanged,
    "public/deck.changed": DeckChanged,
    "staff/message.changed": MessageChanged,
    "speaker/message.changed": MessageChanged,
    "public/question.changed": PublicQuestionChanged,
    "public/question.removed": QuestionRemoved,
    "public/question.tallied": QuestionTallied,
    "public/contest.changed": PublicContestChanged,
    "public/contest.concealed": PublicContestChanged,
    "staff/contest.changed": StaffContestChanged,
    "public/poll.changed": PublicPollChanged,
    "public/poll.tallied": PollTallied,
    "public/poll.removed": PollRemoved,
    "staff/poll.changed": StaffPollChanged,
    "staff/poll.tallied": PollTallied,
    "staff/poll.removed": PollRemoved,
    "staff/room.changed": RoomChanged,
    "staff/question.changed": StaffQuestionChanged,
    "staff/question.tallied": QuestionTallied,
    "staff/intent.changed": StaffIntentChanged,
    "user/question.changed": OwnQuestionChanged,
    "user/intent.changed": UserIntentChanged,
    **DANMAKU_ENTRIES,
}
STATES: dict[str, type[BaseModel]] = {
    "public": PublicState,
    "staff": StaffState,
    "speaker": SpeakerState,
    "user": UserState,
}


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
