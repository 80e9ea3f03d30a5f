"""What comes in and goes out of the change feed and of imports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from events.base_schemas import In
from events.changes import ChangeKind
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


class ImportStart(In):
    """The mapping may be corrected before the start; without one, the guessed mapping holds."""

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
