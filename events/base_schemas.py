"""What every schema shares: the base of what comes in, and the texts and lists all contexts use.

A text field says by `ONE_LINE`, `LINES`, `CODE` or `MAIL` how it is cleaned before its length is looked at, and by
`SEEN` that it is refused when nobody could see it. They stand after the constraints in `Annotated`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from events import amounts, text


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


def _cleaned(clean: Callable[[str], str]) -> BeforeValidator:
    """Cleans text; half a character is left for pydantic to refuse."""

    def before(value: Any) -> Any:
        is_text = isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)
        return clean(value) if is_text else value

    return BeforeValidator(before)


def _seen(value: str) -> str:
    try:
        return text.visible(value)
    except text.Unseen:
        raise PydanticCustomError("text_unseen", "The text has no visible character") from None


ONE_LINE = _cleaned(text.one_line)
LINES = _cleaned(text.lines)
CODE = _cleaned(text.code)
MAIL = _cleaned(text.email)
FOLDED = _cleaned(text.folded)
"""What is looked for, and not kept."""
SEEN = AfterValidator(_seen)


def _fen(value: Any) -> Any:
    """A text may name its unit (2亿, 500万元); a bare number counts 分."""
    if not isinstance(value, str):
        return value
    try:
        return amounts.fen_of(value, amounts.Unit.FEN)
    except amounts.Unreadable:
        raise PydanticCustomError("amount_unreadable", "Not an amount") from None


def text_of(most: int) -> AfterValidator:
    """One line of at most `most` characters, which can be seen."""

    def after(value: str) -> str:
        cleaned = _seen(text.one_line(value))
        if not cleaned:
            raise PydanticCustomError("text_unseen", "The text has no visible character")
        if len(cleaned) > most:
            raise PydanticCustomError(
                "string_too_long", "String should have at most {max_length} characters", {"max_length": most}
            )
        return cleaned

    return AfterValidator(after)


class ListView(BaseModel):
    """A list a page at a time; `next` continues it, null ends it."""

    next: str | None = Field(None, description="Send it as ?cursor= to read on")


Email = Annotated[EmailStr, MAIL]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80), ONE_LINE, SEEN]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE, SEEN]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120), ONE_LINE, SEEN]
Words = Annotated[str, StringConstraints(max_length=4000), LINES, SEEN]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), LINES, SEEN]
Search = Annotated[str, StringConstraints(max_length=80), FOLDED]
Fen = Annotated[int, Field(ge=0, le=10**15, description="Money in 分", examples=[3_000_000_000]), BeforeValidator(_fen)]
