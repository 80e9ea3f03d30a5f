"""A contest's row as each audience sees it: the audience's holds nothing that was not revealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events.live.polls import contest_rules as rules
from events.live.polls.contest_schemas import JudgeView, PublicContest, StaffContest, StandingView
from events.live.polls.models import Contest, ContestJudge


def public_contest(contest: Contest, judges: int) -> PublicContest:
    rows = contest.standings or []
    places = [row["place"] for row in rows]
    allowed = rules.shown_places(places, contest.revealed)
    shown = [StandingView.model_validate(row) for row in rows if row["place"] in allowed]
    return PublicContest.model_validate(_shared(contest) | {"judges": judges, "shown": shown})


def staff_contest(contest: Contest, judges: Sequence[JudgeView]) -> StaffContest:
    more = {"audience_poll_id": contest.audience_poll_id, "judges": judges, "standings": contest.standings}
    return StaffContest.model_validate(_shared(contest) | more)


def judge_view(judge: ContestJudge, done: Sequence[str]) -> JudgeView:
    return JudgeView(
        id=judge.id, name=judge.name, email=judge.email, accepted=judge.user_id is not None, done=sorted(done)
    )


def _shared(contest: Contest) -> dict[str, Any]:
    names = (
        "state", "criteria", "scale", "jury_weight", "commitments_weight", "audience_weight", "cap_fen",
        "is_corrected", "frozen_at", "digest", "revealed",
    )  # fmt: skip
    steps = rules.steps_of([row["place"] for row in contest.standings or []])
    return {name: getattr(contest, name) for name in names} | {"steps": steps}
