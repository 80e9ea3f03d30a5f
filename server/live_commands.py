"""The table of live commands: what each carries, who may give it, what it calls, and what else it is held to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import get_type_hints

from pydantic import BaseModel

from events.base_schemas import In
from events.deals.schemas import IntentIn
from events.deals.service import leave_intent
from events.live import merging, promises, questions, replies, rooms, schemas, votes
from events.live.danmaku import schemas as danmaku_schemas
from events.live.danmaku import service as danmaku
from events.live.danmaku.flow import set_flow
from events.live.danmaku.reactions import react
from events.live.polls import contest_schemas, contests, judging
from events.live.polls import drafts as poll_drafts
from events.live.polls import running as poll_running
from events.live.polls import schemas as poll_schemas
from events.live.stage import carrying, decks, messages
from events.live.stage import running as stage_running
from events.live.stage import schemas as stage_schemas
from server.polling import answer_poll, freeze_contest

HOST = "live.host"
MODERATE = "live.moderate"
JUDGE = "contest.judge"
GUEST = "guest"
SPEAKER = "speaker or live.host"
ANSWERER = "company.member or live.host"
MEMBER = "institution.member"

Service = Callable[..., Awaitable[BaseModel]]


@dataclass(frozen=True, slots=True)
class LiveCommand:
    """What a command carries, who may give it (as routes name permissions), what it calls, how often."""

    body: type[In]
    permission: str
    service: Service
    limit: str | None = None
    unsaid: frozenset[str] = frozenset()
    """Parts of the body no trace may be kept of, not even in the digest by which a repeat is recognized."""

    @property
    def view(self) -> type[BaseModel]:
        """What it answers."""
        view: type[BaseModel] = get_type_hints(self.service)["return"]
        return view


LIVE_COMMANDS: dict[str, LiveCommand] = {
    "room.open": LiveCommand(schemas.Nothing, HOST, rooms.open_room),
    "room.close": LiveCommand(schemas.Nothing, HOST, stage_running.close_room),
    "room.stage": LiveCommand(schemas.StageIn, HOST, stage_running.set_stage),
    "room.moderation": LiveCommand(schemas.ModerationIn, HOST, rooms.set_moderation),
    "question.ask": LiveCommand(schemas.QuestionIn, GUEST, questions.ask, "question"),
    "question.vote": LiveCommand(schemas.QuestionRef, GUEST, votes.vote, "vote"),
    "question.unvote": LiveCommand(schemas.QuestionRef, GUEST, votes.unvote, "vote"),
    "question.approve": LiveCommand(schemas.QuestionRef, MODERATE, questions.approve),
    "question.unapprove": LiveCommand(schemas.QuestionRef, MODERATE, questions.unapprove),
    "question.hide": LiveCommand(schemas.HideIn, MODERATE, questions.hide),
    "question.restore": LiveCommand(schemas.QuestionRef, MODERATE, questions.restore),
    "question.pin": LiveCommand(schemas.QuestionChoice, HOST, questions.pin),
    "question.answering": LiveCommand(schemas.QuestionChoice, HOST, questions.take_up),
    "question.answer": LiveCommand(schemas.AnswerIn, HOST, questions.answer),
    "question.label": LiveCommand(schemas.LabelIn, MODERATE, questions.label),
    "question.merge": LiveCommand(schemas.MergeIn, MODERATE, merging.merge),
    "question.unmerge": LiveCommand(schemas.QuestionRef, MODERATE, merging.unmerge),
    "question.reply": LiveCommand(schemas.ReplyIn, ANSWERER, replies.reply, "reply"),
    "question.unreply": LiveCommand(schemas.ReplyRef, ANSWERER, replies.unreply),
    "question.promise": LiveCommand(schemas.PromiseIn, HOST, promises.promise),
    "question.promise_rest": LiveCommand(schemas.PromiseRestIn, HOST, promises.promise_rest),
    "question.unpromise": LiveCommand(schemas.QuestionRef, HOST, promises.unpromise),
    "question.keep": LiveCommand(schemas.KeepIn, ANSWERER, promises.keep),
    "contest.set": LiveCommand(contest_schemas.ContestIn, HOST, contests.set_contest),
    "contest.dismiss": LiveCommand(contest_schemas.JudgeRef, HOST, judging.dismiss),
    "contest.score": LiveCommand(contest_schemas.ScoreIn, JUDGE, judging.score, "score"),
    "contest.freeze": LiveCommand(contest_schemas.FreezeIn, HOST, freeze_contest),
    "contest.reveal": LiveCommand(contest_schemas.RevealIn, HOST, contests.reveal),
    "poll.create": LiveCommand(poll_schemas.PollIn, HOST, poll_drafts.create),
    "poll.edit": LiveCommand(poll_schemas.PollEdit, HOST, poll_drafts.edit),
    "poll.copy": LiveCommand(poll_schemas.PollRef, HOST, poll_drafts.copy),
    "poll.delete": LiveCommand(poll_schemas.PollRef, HOST, poll_drafts.delete),
    "poll.restore": LiveCommand(poll_schemas.PollRef, HOST, poll_drafts.restore),
    "poll.open": LiveCommand(poll_schemas.PollRef, HOST, poll_running.begin),
    "poll.close": LiveCommand(poll_schemas.PollRef, HOST, poll_running.end),
    "poll.time": LiveCommand(poll_schemas.PollTime, HOST, poll_running.time),
    "poll.reveal": LiveCommand(poll_schemas.PollRef, HOST, poll_running.reveal),
    "poll.show": LiveCommand(poll_schemas.PollChoice, HOST, poll_running.show),
    "poll.block": LiveCommand(poll_schemas.WordIn, HOST, poll_running.block),
    "poll.answer": LiveCommand(
        poll_schemas.BallotIn, GUEST, answer_poll, "ballot", unsaid=frozenset({"options", "scores", "words"})
    ),
    "danmaku.send": LiveCommand(danmaku_schemas.DanmakuIn, GUEST, danmaku.send, "danmaku"),
    "danmaku.approve": LiveCommand(danmaku_schemas.DanmakuRef, MODERATE, danmaku.approve),
    "danmaku.remove": LiveCommand(danmaku_schemas.DanmakuRef, MODERATE, danmaku.remove),
    "danmaku.restore": LiveCommand(danmaku_schemas.DanmakuRef, MODERATE, danmaku.restore),
    "danmaku.mute": LiveCommand(danmaku_schemas.MuteIn, MODERATE, danmaku.mute),
    "danmaku.unmute": LiveCommand(danmaku_schemas.UnmuteIn, MODERATE, danmaku.unmute),
    "flow.set": LiveCommand(danmaku_schemas.FlowIn, MODERATE, set_flow),
    "reaction.send": LiveCommand(danmaku_schemas.ReactionsIn, GUEST, react, "reaction"),
    "stage.start": LiveCommand(stage_schemas.StageRef, HOST, stage_running.start),
    "stage.clear": LiveCommand(schemas.Nothing, HOST, stage_running.clear),
    "stage.pause": LiveCommand(schemas.Nothing, HOST, stage_running.pause),
    "stage.resume": LiveCommand(schemas.Nothing, HOST, stage_running.resume),
    "stage.extend": LiveCommand(stage_schemas.ExtendIn, HOST, stage_running.extend),
    "stage.next": LiveCommand(stage_schemas.NextIn, HOST, stage_running.go_next),
    "stage.back": LiveCommand(schemas.Nothing, HOST, stage_running.go_back),
    "stage.carry": LiveCommand(stage_schemas.CarryIn, HOST, carrying.carry),
    "screen.layout": LiveCommand(stage_schemas.LayoutIn, HOST, stage_running.set_layout),
    "message.send": LiveCommand(stage_schemas.MessageIn, HOST, messages.send),
    "message.acknowledge": LiveCommand(stage_schemas.MessageRef, SPEAKER, messages.acknowledge),
    "deck.page": LiveCommand(stage_schemas.PageIn, SPEAKER, decks.turn, "page"),
    "intent.leave": LiveCommand(IntentIn, MEMBER, leave_intent),
}
