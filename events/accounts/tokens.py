"""Integrators' tokens: each reads one organizer's change feed, and is shown once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.keys import hashed
from events.accounts.models import Token
from events.accounts.schemas import TokenIn, TokenList, TokenView
from events.actor import Actor, Permission
from events.base import new_id
from events.errors import NotFound


async def make_token(
    session: AsyncSession, actor: Actor, organizer_id: str, data: TokenIn, secret: str, *, now: datetime
) -> TokenView:
    """A token for an integrator; of its secret only the hash is kept."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    token = Token(
        id=new_id(), secret_hash=hashed(secret), organizer_id=organizer_id, name=data.name, created_at=now,
        revoked_at=None,
    )  # fmt: skip
    session.add(token)
    audit.record(session, actor, "token.made", ("token", token.id), now=now, organizer_id=organizer_id, name=data.name)
    return _view(token)


async def list_tokens(session: AsyncSession, actor: Actor, organizer_id: str) -> TokenList:
    """Every token ever made for this organizer, the newest first, without secrets."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    query = select(Token).where(Token.organizer_id == organizer_id).order_by(Token.id.desc())
    return TokenList(items=[_view(row) for row in await session.scalars(query)])


async def revoke_token(
    session: AsyncSession, actor: Actor, organizer_id: str, token_id: str, *, now: datetime
) -> TokenView:
    """It opens nothing from now on; revoking twice changes nothing. Refuses: not_found."""
    actor.require(organizer_id, Permission.STAFF_MANAGE)
    token = await session.get(Token, token_id)
    if token is None or token.organizer_id != organizer_id:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = now
        audit.record(session, actor, "token.revoked", ("token", token.id), now=now, organizer_id=organizer_id)
    return _view(token)


def _view(token: Token) -> TokenView:
    return TokenView(id=token.id, name=token.name, created_at=token.created_at, revoked_at=token.revoked_at)
