"""What may become of an intent: its moves, its amounts, who must be verified, and the refusals; pure."""

from __future__ import annotations

from collections.abc import Mapping

from events.actor import Actor
from events.deals.models import Intent, IntentKind, IntentState
from events.errors import Conflict, Forbidden, Gone, Invalid
from events.programme.models import RoadshowState

State = IntentState

MOVES: Mapping[State, frozenset[State]] = {
    State.LEFT: frozenset({State.ACCEPTED, State.LATER, State.DECLINED, State.WITHDRAWN, State.CLOSED}),
    State.LATER: frozenset({State.ACCEPTED, State.DECLINED, State.WITHDRAWN, State.CLOSED}),
    State.ACCEPTED: frozenset({State.WITHDRAWN, State.CLOSED}),
    State.DECLINED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.CLOSED: frozenset(),
}
WITHOUT_AMOUNT = frozenset({IntentKind.MATERIALS, IntentKind.MEETING})
TAKES_INTENTS = frozenset({RoadshowState.PUBLISHED, RoadshowState.LIVE, RoadshowState.ENDED})


class InstitutionNeeded(Forbidden):
    """403: only a member of an institution leaves intents."""

    code = "institution_needed"
    zh, en = "只有投资机构成员可以留下意向。", "Only a member of an institution can leave an intent."
    fix_zh, fix_en = "请先登记您的机构，或申请加入。", "Register your institution, or ask to join it."


class InstitutionUnclear(Invalid):
    """422: who belongs to several institutions says which one."""

    code = "institution_unclear"
    zh, en = "您属于多家机构，请选择代表哪一家。", "You belong to several institutions; say for which one."
    fix_zh, fix_en = "请选择机构后再提交。", "Choose the institution and send it again."


class NotVerified(Forbidden):
    """403: this organizer has not verified the institution; `details.status` is null, pending or rejected."""

    code = "not_verified"
    zh, en = (
        "您的机构尚未通过该主办方核验，暂不能留下意向。",
        "This organizer has not verified your institution, so it cannot leave intents yet.",
    )
    fix_zh, fix_en = (
        "请在机构页面向该主办方申请核验；通过后即可提交。",
        "Ask this organizer for verification on your institution's page; then send it again.",
    )


class OwnProject(Forbidden):
    """403: nobody invests in its own company here."""

    code = "own_project"
    zh, en = "这是您所在企业的项目，不能给自己留意向。", "This is your own company's project."
    fix_zh, fix_en = "请选择其他项目。", "Choose another project."


class IntentsClosed(Gone):
    """410: the roadshow is not published yet, or was cancelled."""

    code = "intents_closed"
    zh, en = "该路演目前不接受意向。", "This roadshow does not take intents."
    fix_zh, fix_en = "可在项目页面留下意向。", "Leave it on the project's page instead."


class IntentExists(Conflict):
    """409: the institution has the same intent open; `details.intent_id` names it."""

    code = "intent_exists"
    zh, en = "贵机构已对该项目留下同类意向。", "Your institution already has such an intent open for this project."
    fix_zh, fix_en = (
        "可在“我的意向”中查看；如需修改，请先撤回。",
        "See it under “My intents”; to change it, withdraw it first.",
    )


class AmountRange(Invalid):
    code = "amount_range"
    zh, en = "金额范围有误：须同时填写下限和上限，且下限不高于上限。", "Give both amounts, the smaller one first."
    fix_zh, fix_en = "请修改金额，或都留空。", "Correct the amounts, or leave both empty."


class AmountNotTaken(Invalid):
    code = "amount_not_taken"
    zh, en = "索取资料和约见不填写金额。", "Asking for material or a meeting takes no amount."
    fix_zh, fix_en = "请将金额留空。", "Leave the amounts empty."


class ReasonNeeded(Invalid):
    code = "reason_needed"
    zh, en = "婉拒时请说明原因。", "Say why you decline."
    fix_zh, fix_en = "请填写原因，对方会看到。", "Write the reason; the institution reads it."


class WrongIntentState(Conflict):
    """409: from its present state the intent cannot go there."""

    code = "intent_state"
    zh, en = "该意向当前状态不允许此操作。", "The intent is in a state that does not allow this."
    fix_zh, fix_en = "请刷新后查看最新状态。", "Reload to see its present state."


def institution_for(actor: Actor, institution_id: str | None) -> str:
    """In whose name the actor acts. Refuses: sign_in_required, not_found, institution_needed, institution_unclear."""
    actor.require_account()
    if institution_id is not None:
        actor.require_institution(institution_id)
        return institution_id
    if not actor.institution_roles:
        raise InstitutionNeeded
    if len(actor.institution_roles) > 1:
        raise InstitutionUnclear(institution_ids=sorted(actor.institution_roles))
    return next(iter(actor.institution_roles))


def check_amounts(kind: IntentKind, smallest_fen: int | None, largest_fen: int | None) -> None:
    """Both or neither, in order; none at all for material and meetings. Refuses: amount_range, amount_not_taken."""
    if kind in WITHOUT_AMOUNT and (smallest_fen is not None or largest_fen is not None):
        raise AmountNotTaken
    if (smallest_fen is None) != (largest_fen is None):
        raise AmountRange
    if smallest_fen is not None and largest_fen is not None and smallest_fen > largest_fen:
        raise AmountRange


def check_reason(answer: IntentState, reason: str) -> None:
    """Refuses: reason_needed."""
    if answer is IntentState.DECLINED and not reason:
        raise ReasonNeeded


def check_move(intent: Intent, to: IntentState) -> None:
    """Refuses: intent_state."""
    if to not in MOVES[State(intent.state)]:
        raise WrongIntentState(state=intent.state, to=to)
