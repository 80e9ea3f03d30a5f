"""A question as each audience sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from events.live import rules
from events.live.models import AnsweredHow, Promise, Question, Reply, Side
from events.live.schemas import (
    HeadView,
    MergedView,
    OwnQuestion,
    PromiseView,
    PublicQuestion,
    PublicState,
    ReplyView,
    StaffQuestion,
)
from events.live.wholes import Whole


def public_question(whole: Whole) -> PublicQuestion:
    """Raises for a question the audience must not see: the view has no place for its state.

    What was merged into it is told only if the audience had seen it before.
    """
    seen = (each for each in whole.merged if each.published_at is not None)
    more = {"author": _author(whole.question), "merged": _merged(seen)}
    return PublicQuestion.model_validate(_shared(whole) | _counted(whole.question) | more)


def staff_question(whole: Whole) -> StaffQuestion:
    question = whole.question
    named = {
        "author": _author(question),
        "author_name": question.author_name,
        "author_institution": question.author_institution,
        "merged": _merged(whole.merged),
        "merged_into": whole.head.id if whole.head else None,
    }
    return StaffQuestion.model_validate(_shared(whole) | _private(question) | _counted(question) | named)


def own_question(whole: Whole) -> OwnQuestion:
    """As its author sees it: of the question it was merged into, only what the audience sees of that one."""
    return OwnQuestion.model_validate(
        _shared(whole) | _private(whole.question) | {"merged_into": _head(whole.head) if whole.head else None}
    )


def promise_view(promise: Promise) -> PromiseView:
    return PromiseView(
        owner=Side(promise.owner), owner_name=promise.owner_name, due_at=promise.due_at, kept_at=promise.kept_at
    )


def _author(question: Question) -> str | None:
    return None if question.anonymous else question.author_name


def _counted(question: Question) -> dict[str, int]:
    return {"votes": question.votes, "investor_votes": question.investor_votes}


def _merged(questions: Iterable[Question]) -> list[MergedView]:
    return [MergedView(id=each.id, text=each.text, author=_author(each)) for each in questions]


def _head(head: Question) -> HeadView:
    if not rules.is_public(head.state):
        return HeadView(id=head.id, text="", state=None, answer="", answered_how=None, answered_at=None)
    state: PublicState = head.state  # type: ignore[assignment]
    how = AnsweredHow(head.answered_how) if head.answered_how else None
    return HeadView(
        id=head.id, text=head.text, state=state, answer=head.answer, answered_how=how, answered_at=head.answered_at
    )


def _reply(reply: Reply) -> ReplyView:
    return ReplyView(id=reply.id, author=reply.author_name, role=Side(reply.side), text=reply.text, at=reply.at)


def _shared(whole: Whole) -> dict[str, Any]:
    question = whole.question
    return {
        "id": question.id,
        "text": question.text,
        "project_id": question.project_id,
        "slot_id": question.slot_id,
        "state": question.state,
        "answer": question.answer,
        "answered_how": question.answered_how,
        "published_at": question.published_at,
        "answered_at": question.answered_at,
        "label": question.label,
        "replies": [_reply(each) for each in whole.replies],
        "promise": promise_view(whole.promise) if whole.promise else None,
    }


def _private(question: Question) -> dict[str, Any]:
    return {
        "anonymous": question.anonymous,
        "hidden_reason": question.hidden_reason,
        "asked_at": question.asked_at,
    }
