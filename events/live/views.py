"""A question's row as each audience sees it."""

from __future__ import annotations

from typing import Any

from events.live.models import Question
from events.live.schemas import OwnQuestion, PublicQuestion, StaffQuestion


def public_question(question: Question) -> PublicQuestion:
    """Raises for a question the audience must not see: the view has no place for its state."""
    return PublicQuestion.model_validate(_shared(question) | _counted(question) | {"author": _author(question)})


def staff_question(question: Question) -> StaffQuestion:
    named = {"author": _author(question), "author_name": question.author_name}
    return StaffQuestion.model_validate(
        _shared(question)
        | _private(question)
        | _counted(question)
        | named
        | {"author_institution": question.author_institution}
    )


def own_question(question: Question) -> OwnQuestion:
    return OwnQuestion.model_validate(_shared(question) | _private(question))


def _author(question: Question) -> str | None:
    return None if question.anonymous else question.author_name


def _counted(question: Question) -> dict[str, int]:
    return {"votes": question.votes, "investor_votes": question.investor_votes}


def _shared(question: Question) -> dict[str, Any]:
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
    }


def _private(question: Question) -> dict[str, Any]:
    return {
        "anonymous": question.anonymous,
        "hidden_reason": question.hidden_reason,
        "asked_at": question.asked_at,
    }
