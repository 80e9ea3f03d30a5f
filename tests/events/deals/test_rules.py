"""The moves of an intent, its amounts, and in whose name it is left."""

from __future__ import annotations

from typing import Any

import pytest

from events.actor import Actor
from events.deals import rules
from events.deals.models import OPEN, Intent, IntentKind, IntentState
from events.errors import NotFound, Refusal, Unauthenticated


@pytest.mark.parametrize("before", IntentState)
@pytest.mark.parametrize("after", IntentState)
def test_move_is_allowed_only_when_the_table_has_it(before: IntentState, after: IntentState) -> None:
    intent = Intent(state=before)

    if after in rules.MOVES[before]:
        rules.check_move(intent, after)
    else:
        with pytest.raises(rules.WrongIntentState):
            rules.check_move(intent, after)


def test_open_intents_are_those_that_can_be_withdrawn() -> None:
    assert {state for state in IntentState if IntentState.WITHDRAWN in rules.MOVES[state]} == OPEN


@pytest.mark.parametrize(
    ("kind", "smallest", "largest", "refusal"),
    [
        (IntentKind.EQUITY, None, None, None),
        (IntentKind.EQUITY, 0, 0, None),
        (IntentKind.LOAN, 100, 200, None),
        (IntentKind.LOAN, 200, 100, rules.AmountRange),
        (IntentKind.BOND, 100, None, rules.AmountRange),
        (IntentKind.BOND, None, 100, rules.AmountRange),
        (IntentKind.MATERIALS, None, None, None),
        (IntentKind.MATERIALS, 1, 2, rules.AmountNotTaken),
        (IntentKind.MEETING, 0, None, rules.AmountNotTaken),
    ],
)
def test_amounts_come_together_in_order_or_not_at_all(
    kind: IntentKind, smallest: int | None, largest: int | None, refusal: type[Refusal] | None
) -> None:
    if refusal is None:
        rules.check_amounts(kind, smallest, largest)
    else:
        with pytest.raises(refusal):
            rules.check_amounts(kind, smallest, largest)


def test_only_declining_needs_a_reason() -> None:
    rules.check_reason(IntentState.ACCEPTED, "")
    rules.check_reason(IntentState.LATER, "")
    rules.check_reason(IntentState.DECLINED, "阶段不符")
    with pytest.raises(rules.ReasonNeeded):
        rules.check_reason(IntentState.DECLINED, "")


def actor(*institutions: str, **fields: Any) -> Actor:
    return Actor(user_id="u", institution_roles=dict.fromkeys(institutions, "member"), **fields)


def test_institution_is_the_only_one_or_the_one_that_is_named() -> None:
    assert rules.institution_for(actor("a"), None) == "a"
    assert rules.institution_for(actor("a", "b"), "b") == "b"


@pytest.mark.parametrize(
    ("who", "named", "refusal"),
    [
        (actor(), None, rules.InstitutionNeeded),
        (actor("a", "b"), None, rules.InstitutionUnclear),
        (actor("a"), "c", NotFound),
        (actor("a", is_guest=True), None, Unauthenticated),
        (Actor(), None, Unauthenticated),
    ],
)
def test_nobody_acts_for_an_institution_it_does_not_belong_to(
    who: Actor, named: str | None, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        rules.institution_for(who, named)
