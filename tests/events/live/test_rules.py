"""What may be said, and who comes in; pure."""

from __future__ import annotations

import pytest

from events.errors import NotFound, Refusal
from events.live import rules
from events.live.rules import Basis, Visitor, admit
from events.programme.models import RoadshowState

STRANGER = Visitor()
MEMBER = Visitor(has_account=True)
REGISTERED = Visitor(has_account=True, is_registered=True)
PITCHING = Visitor(has_account=True, is_pitching=True)
STAFF = Visitor(has_account=True, is_staff=True)


@pytest.mark.parametrize(
    ("state", "needs_approval", "open_to_guests", "visitor", "outcome"),
    [
        ("published", False, True, STRANGER, Basis.OPEN),
        ("live", False, False, MEMBER, Basis.OPEN),
        ("ended", False, True, STRANGER, Basis.OPEN),
        ("live", True, True, REGISTERED, Basis.REGISTERED),
        ("live", True, True, PITCHING, Basis.PITCHING),
        ("draft", False, True, STAFF, Basis.STAFF),
        ("cancelled", False, True, STAFF, Basis.STAFF),
        ("live", False, False, STRANGER, rules.GuestsNotAdmitted),
        ("live", True, True, STRANGER, rules.NotAdmitted),
        ("live", True, True, MEMBER, rules.NotAdmitted),
        ("draft", False, True, REGISTERED, NotFound),
        ("cancelled", False, True, REGISTERED, rules.RoomOver),
    ],
)
def test_admission(
    state: str, needs_approval: bool, open_to_guests: bool, visitor: Visitor, outcome: Basis | type[Refusal]
) -> None:
    def ask() -> Basis:
        return admit(
            RoadshowState(state), needs_approval=needs_approval, open_to_guests=open_to_guests, visitor=visitor
        )

    if isinstance(outcome, Basis):
        assert ask() is outcome
    else:
        with pytest.raises(outcome):
            ask()


@pytest.mark.parametrize(
    ("roadshow", "refusal"),
    [
        (RoadshowState.DRAFT, rules.RoadshowNotPublished),
        (RoadshowState.ENDED, rules.RoomOver),
        (RoadshowState.CANCELLED, rules.RoomOver),
    ],
)
def test_room_of_a_roadshow_that_is_not_on_is_not_opened(roadshow: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.may_open(roadshow)


@pytest.mark.parametrize(
    ("state", "into_state", "is_promised", "refusal"),
    [
        ("hidden", "published", False, rules.QuestionHidden),
        ("published", "hidden", False, rules.QuestionHidden),
        ("merged", "published", False, rules.QuestionMerged),
        ("published", "merged", False, rules.QuestionMerged),
        ("published", "pending", False, rules.QuestionNotPublic),
        ("published", "published", True, rules.MergePromised),
    ],
)
def test_question_that_may_not_be_merged(
    state: str, into_state: str, is_promised: bool, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        rules.may_merge(state, into_state, is_promised=is_promised)
