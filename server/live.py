"""Who may be in a room, and its commands: the same for the socket and its HTTP twin, so that a repeat is one (P3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import log
from events.accounts.models import Login, User
from events.actor import Actor
from events.base_schemas import In
from events.errors import NotFound, Refusal, Unauthenticated
from events.live.danmaku.telling import danmaku_stream
from events.live.queries import Entrance, entrance
from events.live.rules import Basis
from events.registrations.queries import is_registered
from server import auth
from server.commands import Command, Work, digest_of
from server.errors import Answer, BadRequest, problem
from server.fields import field_errors
from server.live_commands import HOST, JUDGE, LIVE_COMMANDS, MODERATE, LiveCommand

if TYPE_CHECKING:
    from server.api.door import State


class UnknownCommand(NotFound):
    code = "unknown_command"
    zh, en = "没有这个操作。", "There is no such command."


async def enter(session: AsyncSession, actor: Actor, roadshow_id: str) -> Entrance:
    """Why the actor may be in this room. Refuses: not_found, room_over, not_admitted, guests_not_admitted.

    Where signing in could help a stranger, it is asked to: sign_in_required.
    """
    try:
        return await entrance(session, actor, roadshow_id, is_registered)
    except NotFound:
        raise
    except Refusal:
        if actor.user_id is None:
            raise Unauthenticated from None
        raise


def streams_of(actor: Actor, entered: Entrance) -> dict[str, str]:
    """The streams this actor may follow, by the names clients know them by."""
    roadshow_id = entered.roadshow.id
    streams = {"public": log.public_stream(roadshow_id), "danmaku": danmaku_stream(roadshow_id)}
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
    work = _work(command, roadshow_id, data)
    if command.limit is not None:
        await state.limits.hit(command.limit, actor.key)
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


@dataclass(frozen=True, slots=True)
class Performer:
    """The commands of one socket: who acts is looked up anew for each, so that a revoked role ends at once."""

    state: State
    roadshow_id: str
    login_id: str | None

    async def __call__(self, name: str, cmd_id: str, body: bytes) -> tuple[int, bytes]:
        try:
            answer = await self._perform(name, cmd_id, body)
        except Refusal as refusal:
            answer = problem(refusal)
        return answer.status, answer.body or b"null"

    async def _perform(self, name: str, cmd_id: str, body: bytes) -> Answer:
        actor = await self._actor()
        try:
            content = json.loads(body)
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
            return await auth.user_actor(session, user, self.login_id)
