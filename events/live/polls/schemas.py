"""What comes into polls and goes out of them: one view for the audience, one for the staff."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from events.base_schemas import ONE_LINE, SEEN, In, text_of
from events.live.polls.models import Electorate, Names, PollKind, PollState, ResultsWhen
from events.live.schemas import IdText

SECONDS_MAX = 24 * 3600


OptionId = Annotated[str, Field(pattern="^[a-z0-9]{1,4}$", examples=["1"])]
Seconds = Annotated[int, Field(ge=5, le=SECONDS_MAX, examples=[60])]
Time = Annotated[AwareDatetime, Field(ge="2000-01-01T00:00:00Z", le="2199-12-31T00:00:00Z")]


class OptionIn(In):
    text: Annotated[str, text_of(80), Field(examples=["很感兴趣"])]
    project_id: IdText | None = None


class PollIn(In):
    """A poll to be asked. `max_choices` is for several choices and for words, `scale` for ratings.

    `names` nobody is a secret ballot; host and all are roll-calls. It opens and closes by hand, or at `opens_at` and
    at `closes_at` or `seconds` after it opened.
    """

    kind: PollKind
    title: Annotated[str, text_of(200), Field(examples=["您对本项目的兴趣"])]
    options: list[OptionIn] = Field(default_factory=list, max_length=12)
    max_choices: Annotated[int, Field(ge=1, le=12)] = 1
    scale: Literal[5, 10] = 5
    names: Names = Names.NOBODY
    electorate: Electorate = Electorate.EVERYONE
    results_when: ResultsWhen = ResultsWhen.CLOSE
    opens_at: Time | None = None
    closes_at: Time | None = None
    seconds: Seconds | None = None


class PollRef(In):
    poll_id: IdText


class PollChoice(In):
    poll_id: IdText | None


class PollEdit(PollIn):
    poll_id: IdText


class PollTime(PollRef):
    """When an open poll closes: so many seconds from now, or by hand (null)."""

    seconds: Seconds | None


class BallotIn(PollRef):
    """`options` in the order chosen, `scores` by option, or `words`."""

    options: list[OptionId] = Field(default_factory=list, max_length=12)
    scores: dict[OptionId, int] = Field(default_factory=dict, max_length=12)
    words: list[Annotated[str, Field(max_length=80), ONE_LINE, SEEN]] = Field(default_factory=list, max_length=5)


class WordIn(PollRef):
    """A word to block, or to let in again."""

    word: Annotated[str, text_of(40)]
    blocked: bool = True


class TieBreak(StrEnum):
    """How equals were told apart: by more first places (then second, and so on), or not at all."""

    FIRST_PLACES = "first_places"
    SHARED = "shared"


class OptionResult(BaseModel):
    """`spread` counts ballots by score or by rank from 1; `mean` is in hundredths; `points` are Borda's or the sum."""

    id: str
    votes: int
    spread: list[int] = []
    points: int | None = None
    mean: int | None = None
    place: int = 1
    tie: TieBreak | None = None


class WordResult(BaseModel):
    text: str
    votes: int


class Series(BaseModel):
    ballots: int
    options: list[OptionResult]
    words: list[WordResult]


class Results(BaseModel):
    """`investors` are the ballots of verified investors alone, or null where they cannot be told apart safely."""

    all: Series
    investors: Series | None


class OptionView(BaseModel):
    id: str
    text: str
    project_id: str | None


class PollFields(BaseModel):
    """What the audience and the host may both know of a poll; `results` are null while they are not theirs to see."""

    id: str
    kind: PollKind
    title: str
    options: list[OptionView]
    max_choices: int
    scale: int
    names: Names
    electorate: Electorate
    results_when: ResultsWhen
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    on_screen: bool
    ballots: int
    results: Results | None
    digest: str | None


class PublicPoll(PollFields):
    """A poll as the audience sees it; a draft cannot be one."""

    state: Literal[PollState.OPEN, PollState.CLOSED]


class StaffPoll(PollFields):
    """A poll as the host sees it: drafts too, and results as they grow."""

    state: PollState
    opens_at: datetime | None
    seconds: int | None
    revealed: bool
    blocked: list[str]
    created_at: datetime


class BallotView(BaseModel):
    """What a person may read of its own ballot: a secret one is kept apart from its name, so only that it was cast."""

    options: list[str] = []
    scores: dict[str, int] = {}
    words: list[str] = []
    is_secret: bool = False


class AnsweredView(BaseModel):
    poll_id: str
    ballot: BallotView


class RollLine(BaseModel):
    name: str
    institution: str
    is_investor: bool
    ballot: BallotView
    at: datetime


class RollView(BaseModel):
    """Who chose what in a roll-call, in order of answering."""

    items: list[RollLine]


class RecordView(BaseModel):
    """The frozen results: SHA-256 of `text` in UTF-8 is `digest`."""

    text: str
    digest: str
