"""What may become of a registration: its moves, when a roadshow takes people, and the refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from events.errors import Conflict, Gone, NotFound
from events.programme.models import RoadshowState
from events.programme.revisions import change
from events.registrations.models import Registration, RegistrationState

State = RegistrationState

MOVES: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.CONFIRMED, State.WAITLISTED, State.REJECTED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.REJECTED, State.CANCELLED}),
    State.WAITLISTED: frozenset({State.CONFIRMED, State.REJECTED, State.CANCELLED}),
    State.REJECTED: frozenset({State.CONFIRMED, State.WAITLISTED}),
    State.CANCELLED: frozenset({State.PENDING, State.CONFIRMED, State.WAITLISTED}),
}
APPROVABLE = frozenset({State.PENDING, State.REJECTED})
TAKES_PEOPLE = frozenset({RoadshowState.PUBLISHED, RoadshowState.LIVE})


class RegistrationClosed(Gone):
    """410: the roadshow is not published, is over, or was called off."""

    code = "registration_closed"
    zh, en = "该路演目前不接受报名。", "This roadshow does not take registrations."
    fix_zh, fix_en = "请在日历中选择其他场次。", "Choose another roadshow in the calendar."


class AlreadyRegistered(Conflict):
    """409: the person has a place, a place in the queue, or an open request; `details` name it."""

    code = "already_registered"
    zh, en = "您已报名该路演。", "You are already registered for this roadshow."
    fix_zh, fix_en = "可在“我的报名”中查看或取消。", "See or cancel it under “My registrations”."


class RegistrationRejected(Conflict):
    """409: the organizer has said no; registering again does not change that."""

    code = "registration_rejected"
    zh, en = "主办方未通过您的报名：{reason}", "The organizer did not accept your registration: {reason}"
    fix_zh, fix_en = "如有疑问请联系主办方。", "Ask the organizer if you think this is a mistake."


class WrongState(Conflict):
    """409: from its present state the registration cannot go there."""

    code = "registration_state"
    zh, en = "该报名当前状态不允许此操作。", "The registration is in a state that does not allow this."
    fix_zh, fix_en = "请刷新后查看最新状态。", "Reload to see its present state."


class AlreadyCheckedIn(Conflict):
    """409: who is in the hall can neither leave the list nor be struck from it."""

    code = "already_checked_in"
    zh, en = "已签到，不能再取消或拒绝。", "Already checked in; it can no longer be cancelled or rejected."
    fix_zh, fix_en = "无需操作。", "Nothing needs to be done."


class TicketUnknown(NotFound):
    """404: no ticket of this roadshow has that code."""

    code = "ticket_unknown"
    zh, en = "没有找到这张票。", "No such ticket for this roadshow."
    fix_zh, fix_en = "请核对票号，或确认是否为本场路演。", "Check the code, and that it is for this roadshow."


class TicketNotValid(Conflict):
    """409: the ticket is known, but there is no confirmed seat behind it."""

    code = "ticket_not_valid"
    zh, en = "这张票未生效或已取消。", "There is no confirmed seat behind this ticket."
    fix_zh, fix_en = "请在报名列表中查看其状态。", "See its state in the list of registrations."


class Attendable(Protocol):
    """What of a roadshow decides whether people can still come."""

    @property
    def state(self) -> str: ...
    @property
    def ends_at(self) -> datetime: ...


def takes_people(roadshow: Attendable, now: datetime) -> bool:
    return roadshow.state in TAKES_PEOPLE and now < roadshow.ends_at


def require_open(roadshow: Attendable, now: datetime) -> None:
    """Refuses: registration_closed."""
    if not takes_people(roadshow, now):
        raise RegistrationClosed(state=roadshow.state)


def require_new(existing: Registration | None) -> None:
    """Only who never registered, or cancelled, may register. Refuses: registration_rejected, already_registered."""
    if existing is None or existing.state == State.CANCELLED:
        return
    if existing.state == State.REJECTED:
        raise RegistrationRejected(reason=existing.reason)
    raise AlreadyRegistered(registration_id=existing.id, state=existing.state)


def require_approvable(registration: Registration) -> None:
    """Refuses: registration_state."""
    if registration.state not in APPROVABLE:
        raise WrongState(state=registration.state)


def move(registration: Registration, to: State, now: datetime) -> State:
    """Change the state if the move exists. Returns the state it left. Refuses: registration_state."""
    before = State(registration.state)
    if to not in MOVES[before]:
        raise WrongState(state=before, to=to)
    registration.state = to
    change(registration, now)
    return before
