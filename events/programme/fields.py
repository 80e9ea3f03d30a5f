"""The programme's own kinds of field, each checked where it comes in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, TypeAdapter

from events.base_schemas import CODE, ONE_LINE, SEEN
from events.moments import Moment
from events.programme.hours import checked_hours, checked_timezone
from events.programme.rules import whole_cell

Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$", examples=["#1455c0"]), CODE]
Slug = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{1,38}$", examples=["one-chain-a-month"]), CODE]
Short = Annotated[str, Field(max_length=120), ONE_LINE, SEEN]
Hours = Annotated[
    dict[str, list[list[str]]],
    AfterValidator(checked_hours),
    Field(
        description='Weekday "0" (Monday) to "6" → opening times of that day, local to the venue',
        examples=[{"0": [["09:00", "12:00"], ["14:00", "24:00"]]}],
    ),
]
Zone = Annotated[str, AfterValidator(checked_timezone), Field(max_length=40, examples=["Asia/Shanghai"]), CODE]
Instant = Annotated[Moment, AfterValidator(whole_cell), Field(examples=["2026-12-01T06:00:00Z"])]
Minutes = Annotated[int, Field(ge=0, le=240)]
Capacity = Annotated[int, Field(ge=1, le=100_000, examples=[60])]


def _web_address(text: str) -> str:
    """The address as browsers read it, http or https only; nothing stays nothing."""
    return str(TypeAdapter(HttpUrl).validate_python(text)) if text else ""


WebAddress = Annotated[
    str, AfterValidator(_web_address), Field(max_length=500, examples=["https://live.example.org/hall-1"]), ONE_LINE,
]  # fmt: skip
