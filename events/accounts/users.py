"""People: sign-up, guests, and what a signed-in person sees of itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import User
from events.accounts.schemas import AccountIn, UserView
from events.actor import Actor
from events.base import new_id
from events.errors import Conflict


class EmailTaken(Conflict):
    code = "email_taken"
    zh, en = "该邮箱已注册。", "This address already has an account."
    fix_zh, fix_en = "请直接登录，或使用其他邮箱。", "Sign in instead, or use another address."


def view_user(user: User) -> UserView:
    return UserView(id=user.id, email=user.email, name=user.name, locale=user.locale, is_guest=user.email is None)


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    return await session.scalar(select(User).where(User.email == email.lower()))


async def sign_up(
    session: AsyncSession, actor: Actor, data: AccountIn, password_hash: str, *, now: datetime
) -> UserView:
    """Open an account. Refuses: email_taken."""
    if await find_by_email(session, data.email) is not None:
        raise EmailTaken
    user = User(
        id=new_id(), email=data.email.lower(), name=data.name, password_hash=password_hash, locale=data.locale,
        created_at=now,
    )  # fmt: skip
    session.add(user)
    await session.flush()
    audit.record(session, actor, "user.signed_up", ("user", user.id), now=now)
    return view_user(user)


async def add_guest(session: AsyncSession, actor: Actor, name: str, *, now: datetime) -> UserView:
    """A person known by a nickname only; may follow a room and ask, nothing else."""
    user = User(id=new_id(), email=None, name=name, password_hash=None, created_at=now)
    session.add(user)
    await session.flush()
    audit.record(session, actor, "user.joined_as_guest", ("user", user.id), now=now)
    return view_user(user)
