"""Which questions were merged into which, and where a chain of merges ends; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from events.live.models import Question


@dataclass(slots=True)
class Families:
    """The merged questions of a room; every chain of them ends in a head, which is itself not merged."""

    merged: dict[str, Question] = field(default_factory=dict)

    @classmethod
    def of(cls, merged: Iterable[Question]) -> Families:
        return cls({question.id: question for question in merged})

    def head_of(self, question_id: str) -> str:
        """The id at the end of the chain; a question that was not merged is its own."""
        while (question := self.merged.get(question_id)) is not None and question.merged_into is not None:
            question_id = question.merged_into
        return question_id

    def under(self, question_id: str) -> list[Question]:
        """Everything that was merged into it, directly or on the way, in the order of asking."""
        return [each for each in self._ordered() if each.id != question_id and self._passes(each, question_id)]

    def _passes(self, question: Question, through: str) -> bool:
        at: Question | None = question
        while at is not None:
            if at.merged_into == through:
                return True
            at = self.merged.get(at.merged_into or "")
        return False

    def _ordered(self) -> list[Question]:
        return sorted(self.merged.values(), key=lambda each: each.id)
