"""Letters to those who asked: the answer that was promised to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import outbox
from events.accounts.models import User
from events.live.wholes import Whole
from events.programme.models import Roadshow


class Letter(StrEnum):
    """Names of the letters' texts."""

    ANSWERED = "question.answered"


async def write_answer(session: AsyncSession, roadshow: Roadshow, whole: Whole, now: datetime) -> int:
    """Mail the answer to the author and to the authors of what was merged into the question, each their own words.

    Who asked twice gets one letter; guests have no address. Returns how many letters there are.
    """
    assert whole.promise is not None
    asked = {each.author_id: each.text for each in (*reversed(whole.merged), whole.question)}
    query = select(User).where(User.id.in_(asked), User.email.is_not(None)).order_by(User.id)
    people = (await session.scalars(query)).all()
    for person in people:
        data = {
            "name": person.name,
            "locale": person.locale,
            "question_id": whole.question.id,
            "roadshow_id": roadshow.id,
            "title": roadshow.title,
            "question": asked[person.id],
            "answer": whole.question.answer,
            "owner_name": whole.promise.owner_name,
        }
        outbox.mail(session, person.email or "", Letter.ANSWERED, data, now)
    return len(people)
