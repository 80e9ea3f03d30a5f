"""People: sign-up, guests, and what a signed-in person sees of itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import Login, User
from events.accounts.schemas import AccountIn, MeIn, UserView
from events.actor import Actor
from events.base import new_id
from events.errors import Conflict, Invalid
from events.text import address as plain_address

MOST_SHARING = 4
"""So many passwords are tried at a sign-in, besides the usual two."""
MOST_TOLD = 50


class CurrentPasswordWrong(Invalid):
    code = "current_password_wrong"
    zh, en = "当前密码不正确，密码未修改。", "The current password is not right; the password was not changed."
    fix_zh, fix_en = "请填写现在使用的密码。", "Fill in the password you use now."


class AddressUnconfirmed(Conflict):
    code = "address_unconfirmed"
    zh, en = "请先确认您的邮箱，再接受邀请。", "Confirm your address before you accept."
    fix_zh = "打开确认邮件里的链接；没收到可在页面上方重新发送。"
    fix_en = "Open the link of the letter; the note above the page sends another."


class AddressOther(Conflict):
    code = "address_other"
    zh, en = "这份邀请是发给另一个邮箱的。", "This invitation was sent to another address."
    fix_zh = "请用收到邀请的邮箱注册或登录，或请对方重新邀请。"
    fix_en = "Sign in with the address it was sent to, or ask for a new one."


async def require_address(session: AsyncSession, user_id: str, address: str) -> None:
    """The account has proved that it holds this address. Refuses: address_unconfirmed, address_other."""
    user = await session.get_one(User, user_id)
    wanted = plain_address(address)
    if wanted not in {user.email, user.asked_email}:
        raise AddressOther
    if wanted != user.email or user.email_proved_at is None:
        raise AddressUnconfirmed


def view_user(user: User) -> UserView:
    return UserView(
        id=user.id, email=user.email or user.asked_email, name=user.name, locale=user.locale, is_guest=user.is_guest,
        confirmed=user.email_proved_at is not None,
    )  # fmt: skip


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """Who holds the address."""
    return await session.scalar(select(User).where(User.email == plain_address(email)))


async def newest_asking(session: AsyncSession, email: str) -> User | None:
    """Who signed up with the address last and has not proved it."""
    asking = select(User).where(User.asked_email == plain_address(email), User.email.is_(None))
    return await session.scalar(asking.order_by(User.id.desc()).limit(1))


async def sharing(session: AsyncSession, email: str) -> Sequence[User]:
    """Accounts of before that hold the address in another writing, while another account holds it as it is read now."""
    return (await session.scalars(_sharing().where(User.asked_email == plain_address(email)).limit(MOST_SHARING))).all()


async def all_sharing(session: AsyncSession) -> Sequence[User]:
    """Every account whose address became another account's too when writings were taken for one."""
    return (await session.scalars(_sharing().order_by(User.id).limit(MOST_TOLD))).all()


def _sharing() -> Select[User]:
    return select(User).where(User.asked_email.is_not(None), User.email.is_not(None))


async def sign_up(
    session: AsyncSession, actor: Actor, data: AccountIn, password_hash: str, *, now: datetime, proved: bool = False
) -> User:
    """Open an account that asks for its address, or (`proved`) holds it already because an operator says so."""
    email = plain_address(data.email)
    user = User(
        id=new_id(), email=email if proved else None, asked_email=None if proved else email, name=data.name,
        password_hash=password_hash, locale=data.locale, created_at=now, email_proved_at=now if proved else None,
    )  # fmt: skip
    session.add(user)
    await session.flush()
    audit.record(session, actor, "user.signed_up", ("user", user.id), now=now)
    return user


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
