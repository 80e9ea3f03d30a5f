"""What a contest allows, how it is revealed, and how a poll becomes its audience term; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from events.errors import Conflict, Gone, Invalid, NotFound
from events.live.polls.models import ContestState, PollKind

PODIUM = 3


class NoContest(NotFound):
    code = "no_contest"
    zh, en = "本场没有评分赛。", "This roadshow has no contest."
    fix_zh, fix_en = "请主持人先设置评分标准。", "The host sets the rubric first."


class NotJudge(NotFound):
    code = "not_judge"
    zh, en = "您不是本场评委。", "You are not a judge here."
    fix_zh, fix_en = "请用邀请邮件中的链接登录。", "Sign in with the link of your invitation."


class ContestFrozen(Gone):
    code = "contest_frozen"
    zh, en = "评分已封存，不能再修改。", "The scores are frozen and can no longer be changed."


class ContestNotFrozen(Conflict):
    code = "contest_not_frozen"
    zh, en = "请先封存评分，再揭晓名次。", "Freeze the scores before revealing places."


class SheetsMissing(Conflict):
    """409: `details.missing` counts the sheets; say that you accept it, or wait for the judges."""

    code = "sheets_missing"
    zh, en = "还有 {missing} 份评分未完成。", "{missing} sheets are not complete yet."
    fix_zh, fix_en = "等评委完成，或确认按已有评分封存。", "Wait for the judges, or freeze with the sheets there are."


class AudiencePollOpen(Conflict):
    code = "audience_poll_open"
    zh, en = "观众投票还没有结束。", "The audience's poll has not closed yet."
    fix_zh, fix_en = "请先结束该投票，再封存。", "Close it, then freeze."


class AudiencePollUnfit(Invalid):
    code = "audience_poll_unfit"
    zh, en = (
        "观众评分必须来自本场一个选项对应项目的投票。",
        "The audience's term needs a poll about projects.",
    )
    fix_zh, fix_en = "请新建以本场项目为选项的投票。", "Make a poll with this roadshow's projects as options."


class RevealRange(Invalid):
    code = "reveal_range"
    zh, en = "没有更多名次可以揭晓。", "There is nothing more to reveal."


class ScoreInvalid(Invalid):
    code = "score_invalid"
    zh, en = "分数或评分项不符合评分标准。", "The points or criteria do not fit the rubric."
    fix_zh, fix_en = "请刷新评分表后再填。", "Reload the sheet and score again."


class InvitationUsed(Gone):
    code = "invitation_over"
    zh, en = "邀请已使用或已失效。", "The invitation was used or is no longer valid."
    fix_zh, fix_en = "请联系主持人重新邀请。", "Ask the host for a new one."


def require_judging(state: str) -> None:
    """Refuses: contest_frozen."""
    if state == ContestState.FROZEN:
        raise ContestFrozen


def check_points(criteria: Sequence[Mapping[str, Any]], scale: int, points: Mapping[str, int | None]) -> None:
    """Refuses: score_invalid."""
    known = {criterion["id"] for criterion in criteria}
    if not points.keys() <= known or any(value is not None and not 0 <= value <= scale for value in points.values()):
        raise ScoreInvalid(scale=scale)


def podium_places(places: Sequence[int]) -> list[int]:
    """The places revealed one by one: those up to the third, the last first."""
    return sorted({place for place in places if place <= PODIUM}, reverse=True)


def steps_of(places: Sequence[int]) -> int:
    """How many steps there are: one a place of the podium, and one for the rest where there is a rest."""
    return len(podium_places(places)) + any(place > PODIUM for place in places)


def shown_places(places: Sequence[int], revealed: int) -> set[int]:
    """The places the audience may see after so many steps."""
    podium = podium_places(places)
    return set(places) if revealed > len(podium) else set(podium[:revealed])


def audience_term(
    kind: str, options: Sequence[Mapping[str, Any]], scale: int, results: Mapping[str, Any]
) -> dict[str, Fraction]:
    """Each project's part, 0 to 1: of the rating scale, or of what the best option drew."""
    project_of = {option["id"]: option.get("project_id") for option in options}
    rows = [row for row in results["all"]["options"] if project_of.get(row["id"])]
    if kind == PollKind.RATING:
        parts = {row["id"]: _rated(row, scale) for row in rows}
    else:
        worth = {row["id"]: int(row["points"] if kind == PollKind.RANKING else row["votes"]) for row in rows}
        most = max(worth.values(), default=0)
        parts = {option: Fraction(value, most) if most else Fraction() for option, value in worth.items()}
    return {str(project_of[option]): part for option, part in parts.items()}


def _rated(row: Mapping[str, Any], scale: int) -> Fraction:
    """The mean score between the lowest and the highest."""
    return (Fraction(row["points"], row["votes"]) - 1) / (scale - 1) if row["votes"] else Fraction()
