"""What comes in and goes out of the change feed and of imports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from events.base_schemas import ONE_LINE, SEEN, In
from events.changes import ChangeKind
from events.feeds.identity import Answer, Why
from events.feeds.models import ImportKind, ImportState


class ChangeView(BaseModel):
    """One change: `op` put carries the whole row as partners may see it, delete is a tombstone without data."""

    seq: int = Field(description="Gap-free within an organizer's feed", examples=[41])
    id: str = Field(description="Stays the same however often it is read", examples=["01JD3V0000000000000000000A"])
    kind: ChangeKind
    op: Literal["put", "delete"]
    object_id: str
    schema_: int = Field(alias="schema", serialization_alias="schema", description="Version of `data`'s form")
    at: datetime
    data: dict[str, Any] | None


class ChangeList(BaseModel):
    """Read on with `after=next_after&epoch=epoch`; `more` says whether there is more already."""

    items: list[ChangeView]
    next_after: int
    more: bool
    epoch: str = Field(
        description="The history `seq` counts in; another one after a restore from a backup",
        examples=["01JD3V0000000000000000000A"],
    )


class SheetView(BaseModel):
    name: str
    is_hidden: bool


class EncodingView(BaseModel):
    name: str
    sample: str = Field(description="The first lines beyond ASCII as this encoding reads them")


class HeadRow(BaseModel):
    row: int
    cells: list[str]


class ReadingView(BaseModel):
    """How the file was read, and what could be chosen instead with POST /imports/{id}/reading.

    `hidden_rows` is how many rows the file hides or filters out; they are left out unless `with_hidden`.
    """

    sheet: str | None = None
    sheets: list[SheetView] = []
    header_row: int = 1
    header_rows: int = Field(1, description="2 where two rows name the columns together")
    head: list[HeadRow] = Field([], description="The first rows, to choose the header among")
    encoding: str | None = None
    encodings: list[EncodingView] = []
    is_sure: bool = Field(True, description="False where another encoding is almost as likely")
    hidden_rows: int = 0
    with_hidden: bool = False
    hidden_columns: list[str] = []


class ImportReading(In):
    """Another way to read the file; what is left out is chosen by what fits best."""

    sheet: Annotated[str, Field(max_length=100), ONE_LINE, SEEN] | None = None
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=2)] | None = None
    encoding: Annotated[str, Field(max_length=20), ONE_LINE, SEEN] | None = None
    with_hidden: bool = False
    mapping: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=40)]] | None = None


class ReasonView(BaseModel):
    """Why rows will be refused, and how many."""

    code: str
    count: int
    message: dict[str, str]


class ImportView(BaseModel):
    """A file on its way into the library. `sample` are the first rows as read; `counts` is what a dry run found."""

    id: str
    organizer_id: str
    kind: ImportKind
    state: ImportState
    filename: str
    columns: list[str]
    mapping: dict[str, str] = Field(description="Column → field; columns not named are not imported")
    sample: list[list[str]]
    counts: PreviewCounts
    reasons: list[ReasonView]
    reading: ReadingView
    total: int
    done: int
    stored: int
    updated: int
    refused: int
    failure: str
    created_at: datetime
    updated_at: datetime


class PreviewCounts(BaseModel):
    rows: int
    acceptable: int
    refused: int


class ImportAnswers(In):
    """What to do with rows that may mean an entry of the library: `rows` by row number, `rest` for all others asked.

    `merge` changes the entry, `apart` makes a new one, `skip` refuses the row.
    """

    rest: Answer = Answer.SKIP
    rows: Annotated[dict[Annotated[int, Field(ge=1, le=2**31)], Answer], Field(max_length=2000)] = Field(
        default_factory=dict
    )


class MatchView(BaseModel):
    """A row and the entry it may mean. Without `asked` its code proves it, and the entry is renamed unless skipped."""

    row: int
    new: str = Field(description="The name in the file")
    old: str = Field(description="The name in the library, or in an earlier row")
    old_row: int | None = Field(None, description="The earlier row of the same file that it repeats")
    subject_id: str | None = None
    why: Why
    asked: bool


class MatchList(BaseModel):
    """What was found in the rows looked at; `next` goes on where they end."""

    items: list[MatchView]
    next: int | None = Field(None, description="Send it as ?after= to go on")


class ImportStart(In):
    """The mapping may be corrected before the start; without one, the guessed mapping holds."""

    answers: ImportAnswers = ImportAnswers()

    mapping: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=40)]] | None = None


class RefusedView(BaseModel):
    row: int = Field(description="As a spreadsheet counts: the header is row 1")
    column: str
    value: str
    code: str
    message: dict[str, str]


class RefusedList(BaseModel):
    items: list[RefusedView]
    next: int | None = Field(None, description="Send it as ?after= to read on")


ImportView.model_rebuild()
