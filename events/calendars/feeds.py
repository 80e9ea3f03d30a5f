"""A person's own feed: an address that is a secret, kept only as its hash, replaced or revoked at will."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.keys import hashed
from events.accounts.models import User
from events.actor import Actor
from events.calendars.models import PersonalFeed
from events.calendars.schemas import FeedView
from events.errors import NotFound


async def rotate(session: AsyncSession, actor: Actor, secret: str, *, now: datetime) -> FeedView:
    """Make `secret` the person's feed address; the one before is dead with this commit."""
    user_id = actor.require_account()
    feed = await session.get(PersonalFeed, user_id)
    if feed is None:
        feed = PersonalFeed(user_id=user_id)
        session.add(feed)
    feed.secret_hash, feed.created_at = hashed(secret), now
    audit.record(session, actor, "feed.rotated", ("user", user_id), now=now)
    return FeedView(exists=True, created_at=now)


async def revoke(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """No address opens the person's feed any more; revoking twice changes nothing."""
    user_id = actor.require_account()
    gone = await session.scalar(
        delete(PersonalFeed).where(PersonalFeed.user_id == user_id).returning(PersonalFeed.user_id)
    )
    if gone is not None:
        audit.record(session, actor, "feed.revoked", ("user", user_id), now=now)


async def own_feed(session: AsyncSession, actor: Actor) -> FeedView:
    """Whether the person has a feed. Refuses: sign_in_required."""
    feed = await session.get(PersonalFeed, actor.require_account())
    return FeedView(exists=feed is not None, created_at=feed.created_at if feed else None)


async def owner_of(session: AsyncSession, secret: str) -> User:
    """Whose feed this address opens. Refuses: not_found."""
    query = select(User).join(PersonalFeed, PersonalFeed.user_id == User.id)
    user = await session.scalar(query.where(PersonalFeed.secret_hash == hashed(secret)))
    if user is None:
        raise NotFound
    return user
