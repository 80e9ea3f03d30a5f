"""An organizer's own words to screen for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.errors import PreconditionFailed
from events.live.danmaku.models import OwnWords
from events.live.danmaku.schemas import WordsIn, WordsView
from events.text import same


async def words_of(session: AsyncSession, actor: Actor, organizer_id: str) -> WordsView:
    """The list; version 0 before the first one. Refuses: not_found, forbidden."""
    actor.require(organizer_id, Permission.LIVE_MODERATE)
    return _view(await session.get(OwnWords, organizer_id))


async def set_words(
    session: AsyncSession, actor: Actor, organizer_id: str, data: WordsIn, *, version: int, now: datetime
) -> WordsView:
    """Replace the list; it holds for what is sent from now on. Refuses: not_found, forbidden, version_stale."""
    actor.require(organizer_id, Permission.LIVE_MODERATE)
    row = await session.get(OwnWords, organizer_id)
    if (row.version if row else 0) != version:
        raise PreconditionFailed
    words = list({same(word): word for word in reversed(data.words)}.values())[::-1]
    if row is None:
        row = OwnWords(organizer_id=organizer_id, words=words, updated_at=now)
        session.add(row)
    row.words, row.updated_at = words, now
    subject = ("organizer", organizer_id)
    audit.record(session, actor, "screening.words", subject, now=now, organizer_id=organizer_id, count=len(words))
    await session.flush()
    return _view(row)


def _view(row: OwnWords | None) -> WordsView:
    return WordsView(words=list(row.words), version=row.version) if row else WordsView(words=[], version=0)
