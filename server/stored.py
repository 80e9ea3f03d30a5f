"""What each command was answered: the row by which a repeat is recognized and gets the same bytes (P3)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from events.actor import Actor
from events.base import Base
from events.errors import Invalid
from server.errors import Answer, problem


class CommandRow(Base):
    """A command that was carried out or refused, and what was answered.

    The database's key begins with `cmd_id`: ids that follow time, as our own pages make them, lie side by side.
    """

    __tablename__ = "commands"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  (SQLAlchemy reads it as a class attribute)

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    cmd_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)


class CommandConflict(Invalid):
    """422: the same cmd_id came with another body."""

    code = "cmd_conflict"
    zh, en = "同一请求编号对应了不同的内容。", "The same request id came with different content."
    fix_zh, fix_en = "请为新的请求使用新的编号。", "Use a new id for a new request."


def digest_of(name: str, body: Any) -> bytes:
    """SHA-256 of what is asked, independent of key order and spacing."""
    text = json.dumps([name, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def owner_of(actor: Actor, digest: bytes) -> str:
    """Whose command it is. Strangers share no name: only what a stranger says tells it from the others, so one's key
    is never another's, and whoever repeats both key and content is told what was answered, and given nothing.
    """
    return f"{actor.key}:{digest.hex()}"[:80] if actor.is_nobody else actor.key


def repeat(digest: bytes, status: int, body: bytes, asked: bytes) -> Answer:
    """The stored answer; or, when something else is `asked` under the same id, a refusal."""
    return Answer(status, body, is_repeat=True) if digest == asked else problem(CommandConflict())
