"""The archive proves itself by the house's own check."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from events.live.record.archive import as_json, broken
from tests.events.live.record.sample import TAMPERED, at, rechained, record


def test_an_untouched_record_holds() -> None:
    assert broken(json.loads(as_json(record()))) is None
    assert broken(record(sealed=False)) is None


def test_a_record_that_went_on_after_its_seal_holds() -> None:
    later = record()
    line = json.dumps([5, "question.tallied", at(20), {"id": "q1", "votes": 8, "investor_votes": 2}])

    rechained(later, "staff", [*later["streams"]["staff"]["lines"], line])

    assert broken(later) is None


@pytest.mark.parametrize(("tamper", "where"), TAMPERED)
def test_a_tampered_record_is_found(tamper: Callable[[dict[str, Any]], None], where: str) -> None:
    touched = record()

    tamper(touched)

    assert broken(touched) == where
