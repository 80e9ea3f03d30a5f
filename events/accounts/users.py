"""People: sign-up, guests, and what a signed-in person sees of itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import Login, User
from events.accounts.schemas import AccountIn, MeIn, UserView
from events.actor import Actor
from events.base import new_id
from events.errors import Conflict, Invalid


class EmailTaken(Conflict):
    code = "email_taken"
    zh, en = "该邮箱已注册。", "This address already has an account."
    fix_zh, fix_en = "请直接登录，或使用其他邮箱。", "Sign in instead, or use another address."


class CurrentPasswordWrong(Invalid):
    code = "current_password_wrong"
    zh, en = "当前密码不正确，密码未修改。", "The current password is not right; the password was not changed."
    fix_zh, fix_en = "请填写现在使用的密码。", "Fill in the password you use now."


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


async def change_me(
    session: AsyncSession, actor: Actor, data: MeIn, password_hash: str | None, proved: str | None, *, now: datetime
) -> UserView:
    """Change what is sent. A new password closes every other login.

    `proved` is the stored hash that the current password was found to fit. Refuses: current_password_wrong.
    """
    user = await session.get_one(User, actor.require_account())
    user.name, user.locale = data.name or user.name, data.locale or user.locale
    if password_hash is not None:
        if proved is None or proved != user.password_hash:
            raise CurrentPasswordWrong
        user.password_hash = password_hash
        await session.execute(delete(Login).where(Login.user_id == user.id, Login.id != actor.login_id))
    changed = sorted(data.model_dump(exclude_unset=True, exclude={"current_password"}))
    audit.record(session, actor, "user.changed", ("user", user.id), now=now, fields=changed)
    return view_user(user)
