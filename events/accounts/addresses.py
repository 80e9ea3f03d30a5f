"""Addresses: an account holds one only after a letter sent there came back, once and in time.

Who signs up with an address that has an account already is answered like anybody else, and gets an account that can
never prove that address: no letter with a link is ever sent for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit, outbox
from events.accounts.keys import hashed
from events.accounts.models import AddressProof, Login, Purpose, User
from events.accounts.schemas import AccountIn, LettersSent, UserView
from events.accounts.users import find_by_email, newest_asking, sign_up, view_user
from events.actor import Actor
from events.base import new_id
from events.errors import Conflict, Gone, Invalid, NotFound
from events.text import address as plain_address

KEPT = {Purpose.CONFIRM: timedelta(hours=24), Purpose.RESET: timedelta(hours=1)}
LETTER = {Purpose.CONFIRM: "address_confirm", Purpose.RESET: "password_reset"}


class LinkOver(Gone):
    code = "link_over"
    zh, en = "链接无效、已使用或已过期。", "The link is wrong, was used, or has expired."
    fix_zh, fix_en = "请重新发送一封邮件。", "Have another letter sent."


class AddressTaken(Conflict):
    code = "address_taken"
    zh, en = "该邮箱已属于另一个账号。", "This address belongs to another account by now."
    fix_zh = "请用那个账号登录，或通过邮件重设其密码。"
    fix_en = "Sign in with that account, or reset its password by letter."


class AlreadyConfirmed(Conflict):
    code = "address_confirmed"
    zh, en = "邮箱已确认，无需再次发送。", "Your address is confirmed already."
    fix_zh, fix_en = "直接使用即可。", "Nothing is left to do."


class PasswordNeeded(Invalid):
    code = "confirm_password"
    zh, en = "请用注册时的账号确认：密码不正确。", "Confirm as the account that signed up: that is not its password."
    fix_zh = "填写注册时设置的密码；若不是您注册的，请忽略那封邮件。"
    fix_en = "Fill in the password it was opened with; if that was not you, ignore the letter."


def write_letter(session: AsyncSession, user: User, address: str, purpose: Purpose, secret: str, now: datetime) -> None:
    """A letter whose link holds `secret`; only its hash is kept."""
    session.add(
        AddressProof(
            id=new_id(), secret_hash=hashed(secret), user_id=user.id, address=address, purpose=purpose, created_at=now,
            expires_at=now + KEPT[purpose], used_at=None,
        )
    )  # fmt: skip
    outbox.mail(session, address, LETTER[purpose], {"name": user.name, "token": secret, "locale": user.locale}, now)


async def sign_up_by_letter(
    session: AsyncSession, actor: Actor, data: AccountIn, password_hash: str, secret: str, *, now: datetime
) -> UserView:
    """Open an account, and write to its address: to confirm it, or that it has an account already."""
    holder = await find_by_email(session, data.email)
    user = await sign_up(session, actor, data, password_hash, now=now)
    if holder is None:
        write_letter(session, user, plain_address(data.email), Purpose.CONFIRM, secret, now)
    else:
        outbox.mail(session, plain_address(data.email), "address_known", {"locale": holder.locale}, now)
    await session.flush()
    return view_user(user)


async def send_again(session: AsyncSession, actor: Actor, secret: str, *, now: datetime) -> LettersSent:
    """Another letter to the address the actor signed up with; the answer is the same when it can never be proved.

    Refuses: sign_in_required, address_confirmed.
    """
    user = await session.get_one(User, actor.require_account())
    if user.email_proved_at is not None:
        raise AlreadyConfirmed
    address = user.asked_email or user.email or ""
    holder = await find_by_email(session, address)
    if holder is None or holder.id == user.id:
        write_letter(session, user, address, Purpose.CONFIRM, secret, now)
    else:
        outbox.mail(session, address, "address_known", {"locale": holder.locale}, now)
    return LettersSent()


async def whose(session: AsyncSession, secret: str, purpose: Purpose, now: datetime) -> tuple[AddressProof, User]:
    """The proof a link stands for, and its account. Refuses: link_over."""
    query = select(AddressProof, User).join(User, User.id == AddressProof.user_id)
    row = (await session.execute(query.where(AddressProof.secret_hash == hashed(secret)))).one_or_none()
    if row is None or row.AddressProof.purpose != purpose:
        raise LinkOver
    if row.AddressProof.used_at is not None or row.AddressProof.expires_at <= now:
        raise LinkOver
    return row.AddressProof, row.User


async def confirm(session: AsyncSession, actor: Actor, secret: str, *, now: datetime) -> UserView:
    """The letter came back: the account holds its address. The caller has made sure that it is this account's person.

    Refuses: link_over, address_taken.
    """
    proof, user = await _used(session, secret, Purpose.CONFIRM, now)
    await _hold(session, user, proof.address, now)
    audit.record(session, actor, "user.address_confirmed", ("user", user.id), now=now)
    return view_user(user)


async def vouch(
    session: AsyncSession, actor: Actor, email: str, *, account: str | None = None, now: datetime
) -> UserView:
    """An operator says that the address is its account's, where no letter can be sent, or gives it to `account`.

    Refuses: not_found, address_taken.
    """
    if account is not None:
        user = await session.get(User, account)
    else:
        user = await find_by_email(session, email) or await newest_asking(session, email)
    if user is None:
        raise NotFound
    await _hold(session, user, plain_address(email), now)
    audit.record(session, actor, "user.address_vouched", ("user", user.id), now=now)
    return view_user(user)


async def ask_reset(session: AsyncSession, actor: Actor, email: str, secret: str, *, now: datetime) -> LettersSent:
    """A letter that sets a new password, if somebody signed up with the address; the answer does not tell."""
    user = await find_by_email(session, email) or await newest_asking(session, email)
    if user is not None and user.password_hash is not None:
        write_letter(session, user, plain_address(email), Purpose.RESET, secret, now)
        audit.record(session, actor, "user.reset_asked", ("user", user.id), now=now)
    return LettersSent()


async def reset(session: AsyncSession, actor: Actor, secret: str, password_hash: str, *, now: datetime) -> LettersSent:
    """A new password by letter: every login ends, and the address is proved. Refuses: link_over, address_taken."""
    proof, user = await _used(session, secret, Purpose.RESET, now)
    await _hold(session, user, proof.address, now)
    user.password_hash = password_hash
    await session.execute(delete(Login).where(Login.user_id == user.id))
    audit.record(session, actor, "user.password_reset", ("user", user.id), now=now)
    return LettersSent()


async def _used(session: AsyncSession, secret: str, purpose: Purpose, now: datetime) -> tuple[AddressProof, User]:
    """The proof, used up with every other link of this account, so that two presses cannot both count."""
    locked = select(AddressProof.id).where(AddressProof.secret_hash == hashed(secret)).with_for_update()
    await session.scalar(locked)
    proof, user = await whose(session, secret, purpose, now)
    for each in await session.scalars(
        select(AddressProof).where(AddressProof.user_id == user.id, AddressProof.used_at.is_(None))
    ):
        each.used_at = now
    return proof, user


async def _hold(session: AsyncSession, user: User, address: str, now: datetime) -> None:
    try:
        async with session.begin_nested():
            user.email, user.asked_email, user.email_proved_at = address, None, now
    except IntegrityError:
        raise AddressTaken from None
