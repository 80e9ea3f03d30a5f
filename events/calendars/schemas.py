"""What comes out of calendars, beside the calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field


class FeedView(BaseModel):
    """Whether the person has a feed address; the address itself is not kept."""

    exists: bool
    created_at: datetime | None


class FeedMade(BaseModel):
    """The address, told this once."""

    url: str = Field(examples=["https://roadshow.example.org/api/v1/feeds/kq3…Zw.ics"])
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar ready to be sent, and when anything in it last changed."""

    name: str
    content: bytes
    changed_at: datetime | None
