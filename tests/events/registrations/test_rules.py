"""The moves of a registration, and when a roadshow takes people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from events.errors import Refusal
from events.programme.models import RoadshowState
from events.registrations import rules
from events.registrations.models import Registration, RegistrationState

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
State = RegistrationState


@dataclass(frozen=True)
class When:
    state: str
    ends_at: datetime


def registration(state: State) -> Registration:
    return Registration(id="r", state=state, reason="满员", sequence=0, updated_at=NOW - timedelta(days=1))


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_move_is_made_only_when_the_table_has_it(before: State, after: State) -> None:
    row = registration(before)

    if after in rules.MOVES[before]:
        assert rules.move(row, after, NOW) is before
        assert (row.state, row.updated_at) == (after, NOW)
    else:
        with pytest.raises(rules.WrongState):
            rules.move(row, after, NOW)
        assert row.state == before


def test_only_a_request_or_a_rejection_can_be_approved() -> None:
    refused = []
    for state in State:
        try:
            rules.require_approvable(registration(state))
        except rules.WrongState:
            refused.append(state)

    assert refused == [State.CONFIRMED, State.WAITLISTED, State.CANCELLED]


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (State.PENDING, rules.AlreadyRegistered),
        (State.CONFIRMED, rules.AlreadyRegistered),
        (State.WAITLISTED, rules.AlreadyRegistered),
        (State.REJECTED, rules.RegistrationRejected),
    ],
)
def test_who_is_on_the_list_does_not_register_again(state: State, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.require_new(registration(state))


def test_who_cancelled_may_come_again() -> None:
    rules.require_new(None)
    rules.require_new(registration(State.CANCELLED))


def test_people_are_taken_from_publication_until_the_end() -> None:
    later, over = NOW + timedelta(hours=1), NOW
    taking = {state for state in RoadshowState if rules.takes_people(When(state, later), NOW)}

    assert taking == {RoadshowState.PUBLISHED, RoadshowState.LIVE}
    assert not rules.takes_people(When(RoadshowState.LIVE, over), NOW)
    with pytest.raises(rules.RegistrationClosed):
        rules.require_open(When(RoadshowState.CANCELLED, later), NOW)
