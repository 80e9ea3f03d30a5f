"""A poll's row as each audience sees it."""

from __future__ import annotations

from typing import Any

from events.live.polls import rules
from events.live.polls.models import Names, Poll, PollBallot, PollState
from events.live.polls.schemas import BallotView, PublicPoll, RollLine, StaffPoll


def is_public(poll: Poll) -> bool:
    return poll.state != PollState.DRAFT and poll.deleted_at is None


def public_poll(poll: Poll) -> PublicPoll:
    """Raises for a draft: the view has no place for its state."""
    return PublicPoll.model_validate(_shared(poll) | {"results": public_results(poll)})


def public_results(poll: Poll) -> dict[str, Any] | None:
    """What the audience may see of the results now."""
    may_see = rules.are_results_public(poll.results_when, poll.state, is_revealed=poll.revealed)
    return poll.told if may_see else None


def staff_poll(poll: Poll) -> StaffPoll:
    more = {
        "results": poll.told,
        "opens_at": poll.opens_at,
        "seconds": poll.seconds,
        "revealed": poll.revealed,
        "blocked": poll.blocked,
        "created_at": poll.created_at,
    }
    return StaffPoll.model_validate(_shared(poll) | more)


def own_ballot(choice: dict[str, Any]) -> BallotView:
    return BallotView.model_validate(choice)


def roll_line(row: PollBallot) -> RollLine:
    return RollLine(
        name=row.name, institution=row.institution, is_investor=row.is_investor, ballot=own_ballot(row.choice),
        at=row.at,
    )  # fmt: skip


def is_secret(poll: Poll) -> bool:
    return poll.names == Names.NOBODY


def _shared(poll: Poll) -> dict[str, Any]:
    return {
        "id": poll.id,
        "kind": poll.kind,
        "title": poll.title,
        "options": [option | {"project_id": option.get("project_id")} for option in poll.options],
        "max_choices": poll.max_choices,
        "scale": poll.scale,
        "names": poll.names,
        "electorate": poll.electorate,
        "results_when": poll.results_when,
        "state": poll.state,
        "opened_at": poll.opened_at,
        "closes_at": poll.closes_at,
        "closed_at": poll.closed_at,
        "on_screen": poll.on_screen,
        "ballots": poll.ballots,
        "digest": poll.digest,
    }
