"""The reference fold: upserts and removals, in order of id, and never in place."""

from __future__ import annotations

from typing import Any

import pytest

from events.live.fold import fold

STATE = {"room": {"state": "open"}, "questions": [{"id": "b", "votes": 1}], "intents": []}


@pytest.mark.parametrize(
    ("kind", "data", "changed"),
    [
        ("room.changed", {"room": {"state": "over"}}, {"room": {"state": "over"}}),
        ("agenda.changed", {"agenda": [{"id": "s"}]}, {"agenda": [{"id": "s"}]}),
        ("question.changed", {"question": {"id": "a"}}, {"questions": [{"id": "a"}, {"id": "b", "votes": 1}]}),
        ("question.changed", {"question": {"id": "b", "votes": 2}}, {"questions": [{"id": "b", "votes": 2}]}),
        ("question.removed", {"id": "b"}, {"questions": []}),
        ("question.removed", {"id": "x"}, {}),
        ("question.tallied", {"id": "b", "votes": 9}, {"questions": [{"id": "b", "votes": 9}]}),
        ("question.tallied", {"id": "x", "votes": 9}, {}),
        ("intent.changed", {"intent": {"id": "i"}}, {"intents": [{"id": "i"}]}),
        ("something.new", {"id": "b"}, {}),
    ],
)
def test_entry_applied(kind: str, data: dict[str, Any], changed: dict[str, Any]) -> None:
    before = repr(STATE)

    assert fold(STATE, kind, data) == STATE | changed
    assert repr(STATE) == before
