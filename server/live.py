"""Who may be in a room, and its commands: the same for the socket and its HTTP twin, so that a repeat is one (P3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.accounts.models import Login, User
from events.actor import Actor
from events.base_schemas import In
from events.errors import NotFound, Refusal, TooMany, Unauthenticated
from events.live.queries import Entrance
from events.live.rules import Basis
from events.live.schemas import QuestionRef
from events.plain import plain
from server import auth
from server.bursts import Act
from server.commands import Command, Work, digest_of
from server.database import AWAY
from server.entering import enter
from server.errors import Answer, BadRequest, Crashed, Unavailable, problem
from server.fields import field_errors
from server.live_commands import HOST, JUDGE, LIVE_COMMANDS, MODERATE, LiveCommand

if TYPE_CHECKING:
    from server.api.door import State

__all__ = ["Performer", "UnknownCommand", "enter", "perform", "streams_of"]
VOTES = {"question.vote": True, "question.unvote": False}
"""Commands that are carried out together, and what they say."""

Done = Callable[[int, bytes], None]


class UnknownCommand(NotFound):
    code = "unknown_command"
    zh, en = "没有这个操作。", "There is no such command."


def streams_of(actor: Actor, entered: Entrance) -> dict[str, str]:
    """The streams this actor may follow, by the names clients know them by."""
    roadshow_id = entered.roadshow.id
    streams = {"public": log.public_stream(roadshow_id), "danmaku": log.danmaku_stream(roadshow_id)}
    if actor.user_id is not None:
        streams["user"] = log.user_stream(roadshow_id, actor.user_id)
    if entered.basis is Basis.STAFF:
        streams["staff"] = log.staff_stream(roadshow_id)
    if entered.basis in {Basis.STAFF, Basis.PITCHING}:
        streams["speaker"] = log.speaker_stream(roadshow_id)
    return streams


async def perform(state: State, actor: Actor, roadshow_id: str, name: str, cmd_id: str, body: Any) -> Answer:
    """Carry out a live command at most once, whichever door it came by. Refuses: too_many."""
    command = LIVE_COMMANDS.get(name)
    if command is None:
        return problem(UnknownCommand(name=name))
    try:
        data = command.body.model_validate(body)
    except ValidationError as error:
        return _invalid(error)
    said = {part: value for part, value in body.items() if part not in command.unsaid}
    digest = digest_of(f"live {name} {roadshow_id}", said)
    if command.limit is not None:
        await state.limits.hit(command.limit, actor.key)
    if name in VOTES and isinstance(data, QuestionRef):
        act = Act(roadshow_id, data.question_id, VOTES[name], cmd_id, digest, actor=actor)
        return await state.commands.perform(act)
    work = _work(command, roadshow_id, data)
    return await state.commands.perform(Command(actor, work, digest, cmd_id=cmd_id, lane=roadshow_id))


def _work(command: LiveCommand, roadshow_id: str, data: In) -> Work:
    async def work(session: AsyncSession, actor: Actor, now: datetime) -> BaseModel:
        if command.permission not in {HOST, MODERATE, JUDGE}:
            actor.require_user()
            await enter(session, actor, roadshow_id)
        return await command.service(session, actor, roadshow_id, data, now=now)

    return work


def _invalid(error: ValidationError) -> Answer:
    fields = field_errors([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])
    return problem(BadRequest(fields=len(fields)), errors=fields)


class _Ref(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a vote."""

    question_id: str


_ref = msgspec.json.Decoder(_Ref).decode


@lru_cache(8192)
def _asked(name: str, roadshow_id: str, question_id: str) -> tuple[str, bytes]:
    """The question that is meant, and the digest of the command; the same as its HTTP twin's."""
    body = {"question_id": question_id}
    return QuestionRef.model_validate(body).question_id, digest_of(f"live {name} {roadshow_id}", body)


@dataclass(slots=True)
class Performer:
    """The commands of one socket: who acts is looked up anew for each, so that a revoked role ends at once."""

    state: State
    roadshow_id: str
    login_id: str | None
    user_id: str | None = None
    """Whose login it is; learnt with the first command where it is not given."""

    def submit(self, name: str, cmd_id: str, body: bytes, done: Done) -> bool:
        """Take a vote without a task of its own; `done` is called after commit. Whatever is not a vote is not taken."""
        if name not in VOTES or self.login_id is None:
            return False
        try:
            question_id, digest = _asked(name, self.roadshow_id, _ref(body).question_id)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValidationError):
            return False
        wait = self.state.limits.take("vote", self.user_id) if self.user_id else None
        if wait is not None:
            refused = problem(TooMany(retry_after=wait))
            done(refused.status, refused.body)
            return True
        act = Act(self.roadshow_id, question_id, VOTES[name], cmd_id, digest, login_id=self.login_id)
        self.state.commands.submit(act, partial(self._told, act, done))
        return True

    def _told(self, act: Act, done: Done, answer: Answer | Exception) -> None:
        if self.user_id is None and act.person is not None:
            self.user_id = act.person.user_id
            self.state.limits.take("vote", self.user_id)
        if not isinstance(answer, Answer):
            answer = problem(answer if isinstance(answer, Refusal) else Crashed())
        done(answer.status, answer.body)

    async def __call__(self, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        try:
            answer = await self._perform(name, cmd_id, body)
        except Refusal as refusal:
            answer = problem(refusal)
        except AWAY:
            answer = problem(Unavailable())
        return answer.status, answer.body or b"null"

    async def _perform(self, name: str, cmd_id: str, body: bytes) -> Answer:
        actor = await self._actor()
        try:
            content = plain(body)
        except ValueError:
            return problem(BadRequest())
        return await perform(self.state, actor, self.roadshow_id, name, cmd_id, content)

    async def _actor(self) -> Actor:
        """Whoever the login belongs to now. Refuses: sign_in_required."""
        if self.login_id is None:
            raise Unauthenticated
        async with self.state.database.read() as session:
            query = select(User).join(Login, Login.user_id == User.id).where(Login.id == self.login_id)
            user = await session.scalar(query.where(Login.expires_at > datetime.now(UTC)))
            if user is None:
                raise Unauthenticated
            self.user_id = user.id
            return await auth.user_actor(session, user, self.login_id)
