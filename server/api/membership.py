"""What companies and institutions share over HTTP: joining, members, approval."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import MemberOf
from events.actor import Actor
from events.directory import members
from events.directory.schemas import MemberList
from server.api.door import Door, Reader, respond
from server.errors import Answer

Decision = Callable[..., Awaitable[MemberList]]


def joined(answer: Answer) -> Response:
    """201 for a member, 202 for somebody who has asked."""
    if not answer.is_problem and json.loads(answer.body)["membership"]["state"] == "requested":
        return respond(Answer(202, answer.body))
    return respond(answer)


async def list_members(read: Reader, kind: MemberOf, body_id: str) -> MemberList:
    """For members."""
    read.actor.require_account()
    body = await members.load_body(read.session, kind, body_id)
    members.require_member(read.actor, body)
    return await members.list_members(read.session, body)


async def decide(door: Door, kind: MemberOf, body_id: str, user_id: str, decision: Decision) -> Response:
    async def work(session: AsyncSession, actor: Actor, now: datetime) -> MemberList:
        actor.require_account()
        body = await members.load_body(session, kind, body_id)
        return await decision(session, actor, body, user_id, now=now)

    return await door(work)
