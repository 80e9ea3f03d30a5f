"""What every schema shares: the base of what comes in, and the texts and lists all contexts use."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator


class In(BaseModel):
    """What a client sends: nothing beyond what is named, and no NUL, which PostgreSQL cannot keep."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def refuse_nul(cls, data: Any) -> Any:
        if _has_nul(data):
            raise ValueError("the character NUL is not text")
        return data


def _has_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\x00" in data
    if isinstance(data, dict):
        return any(_has_nul(value) for value in data.values())
    return isinstance(data, list) and any(_has_nul(value) for value in data)


class ListView(BaseModel):
    """A list a page at a time; `next` continues it, null ends it."""

    next: str | None = Field(None, description="Send it as ?cursor= to read on")


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Fen = Annotated[int, Field(ge=0, le=10**15, description="Money in 分", examples=[3_000_000_000])]
