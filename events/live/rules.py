"""What may be said and done in a live room; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from events.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from events.live.models import Moderation, Question, QuestionState, Room, RoomState
from events.programme.models import RoadshowState

QUESTION_MAX = 500
ANSWER_MAX = 4000
REPLY_MAX = 2000
PUBLIC = frozenset({QuestionState.PUBLISHED, QuestionState.ANSWERING, QuestionState.ANSWERED})


class RoomNotOpen(Conflict):
    code = "room_not_open"
    zh, en = "直播间尚未开放。", "The room is not open yet."
    fix_zh, fix_en = "请等主持人开场后再试。", "Wait until the host opens it and try again."


class RoomOver(Gone):
    code = "room_over"
    zh, en = "本场路演已结束。", "This roadshow is over."
    fix_zh, fix_en = "可以继续查看问答，但不能再提交。", "You can still read it; nothing more can be sent."


class RoadshowNotPublished(Conflict):
    code = "roadshow_not_published"
    zh, en = "路演尚未发布，不能开场。", "The roadshow is not published, so its room cannot open."
    fix_zh, fix_en = "请先发布路演。", "Publish the roadshow first."


class QuestionNotPublic(Conflict):
    code = "question_not_public"
    zh, en = "该提问未公开，不能置顶或回答。", "The question is not public, so it can be neither pinned nor answered."
    fix_zh, fix_en = "请先通过该提问。", "Approve it first."


class SlotNotHere(NotFound):
    code = "slot_not_here"
    zh, en = "该时段不属于本场路演。", "The slot is not part of this roadshow."


class ProjectNotHere(NotFound):
    code = "project_not_here"
    zh, en = "该项目不在本场议程中。", "The project is not on this roadshow's agenda."
    fix_zh, fix_en = "请从本场议程中选择项目。", "Choose a project from the agenda."


class AnswerMissing(Invalid):
    code = "answer_missing"
    zh, en = "书面回答不能为空。", "A written answer needs its text."
    fix_zh, fix_en = "请填写回答内容，或选择“现场回答”。", "Write the answer, or mark it as answered aloud."


class NotYourProject(Forbidden):
    code = "not_your_project"
    zh, en = "只有该项目的企业成员和主持人可以回复。", "Only the project's company and the host reply here."
    fix_zh, fix_en = "请用该企业的账号登录，或请主持人代为回复。", "Sign in as the company, or ask the host."


class MergeIntoItself(Conflict):
    code = "merge_into_itself"
    zh, en = "不能把提问并入它自己。", "A question cannot be merged into itself."
    fix_zh, fix_en = "请选择另一条提问。", "Choose another question."


class QuestionMerged(Conflict):
    code = "question_merged"
    zh, en = "该提问已并入另一条。", "The question was merged into another one."
    fix_zh, fix_en = "请对合并后的提问操作，或先拆分。", "Act on that one, or take them apart first."


class QuestionHidden(Conflict):
    code = "question_hidden"
    zh, en = "已隐藏的提问不能合并。", "A hidden question cannot be merged."
    fix_zh, fix_en = "请先恢复该提问。", "Restore it first."


class MergePromised(Conflict):
    code = "merge_promised"
    zh, en = "该提问已承诺会后补答，不能并入另一条。", "It is promised a written answer, so it cannot disappear."
    fix_zh, fix_en = "请把另一条并入这一条。", "Merge the other one into it."


class AlreadyAnswered(Conflict):
    code = "already_answered"
    zh, en = "该提问已回答，无需再承诺。", "It is answered already."
    fix_zh, fix_en = "可直接修改书面回答。", "Change the written answer instead."


class NoStartup(Conflict):
    code = "no_startup"
    zh, en = "该提问不针对某个项目，不能由企业补答。", "It is about no project, so no startup can answer."
    fix_zh, fix_en = "请选择由主办方补答。", "Let the organizer answer it."


class DueInThePast(Invalid):
    code = "due_in_the_past"
    zh, en = "补答期限必须晚于现在。", "The deadline must lie ahead."
    fix_zh, fix_en = "请选择更晚的时间。", "Choose a later time."


class ApprovalUsed(Conflict):
    code = "approval_used"
    zh, en = (
        "该提问已有回答、回复、承诺或并入的提问，不能撤回通过。",
        "It was answered, replied to, promised or merged with since.",
    )
    fix_zh, fix_en = "如需从观众页撤下，请隐藏它。", "Hide it to take it from the audience."


class NotPromised(Conflict):
    code = "not_promised"
    zh, en = "该提问没有待补答的承诺。", "Nobody promised to answer this question."
    fix_zh, fix_en = "请刷新后再试。", "Reload and try again."


class NotAdmitted(Forbidden):
    code = "not_admitted"
    zh, en = "本场需报名并通过审核后进入。", "This roadshow is for confirmed registrants."
    fix_zh, fix_en = "请先报名，审核通过后即可进入。", "Register; once confirmed you can come in."


class GuestsNotAdmitted(Forbidden):
    code = "guests_not_admitted"
    zh, en = "本场不接受游客。", "This roadshow does not take guests."
    fix_zh, fix_en = "请登录后进入。", "Sign in to come in."


# Who comes in.


class Basis(Enum):
    """Why somebody may be in a room."""

    STAFF = "staff"
    PITCHING = "pitching"
    REGISTERED = "registered"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Visitor:
    """What is known of somebody at the door."""

    is_staff: bool = False
    is_pitching: bool = False
    is_registered: bool = False
    has_account: bool = False
    """Signed in, not a guest."""


def admit(state: RoadshowState, *, needs_approval: bool, open_to_guests: bool, visitor: Visitor) -> Basis:
    """Why the visitor may come in. Refuses: not_found, room_over, not_admitted, guests_not_admitted."""
    if visitor.is_staff:
        return Basis.STAFF
    if state is RoadshowState.DRAFT:
        raise NotFound
    if state is RoadshowState.CANCELLED:
        raise RoomOver
    if visitor.is_pitching:
        return Basis.PITCHING
    if visitor.is_registered:
        return Basis.REGISTERED
    if needs_approval:
        raise NotAdmitted
    if not (visitor.has_account or open_to_guests):
        raise GuestsNotAdmitted
    return Basis.OPEN


# What the room allows.


def require_open(state: str) -> None:
    """Refuses: room_not_open before it opens, room_over after it closed."""
    if state == RoomState.WAITING:
        raise RoomNotOpen
    if state == RoomState.OVER:
        raise RoomOver


def require_not_over(state: str) -> None:
    if state == RoomState.OVER:
        raise RoomOver


def may_open(roadshow_state: str) -> None:
    """Refuses: roadshow_not_published, room_over."""
    if roadshow_state == RoadshowState.DRAFT:
        raise RoadshowNotPublished
    if roadshow_state in {RoadshowState.ENDED, RoadshowState.CANCELLED}:
        raise RoomOver


# How a question moves.


def first_state(moderation: str) -> QuestionState:
    return QuestionState.PENDING if moderation == Moderation.BEFORE else QuestionState.PUBLISHED


def is_public(state: str) -> bool:
    return state in PUBLIC


def may_merge(state: str, into_state: str, *, is_promised: bool) -> None:
    """Refuses: question_hidden, question_merged, question_not_public, merge_promised.

    A public question never goes into one that is not, so nothing the audience reads disappears by a merge.
    """
    if QuestionState.HIDDEN in {state, into_state}:
        raise QuestionHidden
    if QuestionState.MERGED in {state, into_state}:
        raise QuestionMerged
    if is_public(state) and not is_public(into_state):
        raise QuestionNotPublic
    if is_promised:
        raise MergePromised


def settled(question: Question) -> QuestionState:
    """Where a question returns to when it is restored, taken apart, or no longer being answered."""
    if question.answered_at is not None:
        return QuestionState.ANSWERED
    return QuestionState.PENDING if question.published_at is None else QuestionState.PUBLISHED


def let_go(room: Room, question_id: str) -> None:
    """Neither pin the question nor have it answered any longer."""
    if room.pinned_question_id == question_id:
        room.pinned_question_id = None
    if room.answering_question_id == question_id:
        room.answering_question_id = None
