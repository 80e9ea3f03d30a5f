"""Credentials → actor: cookies of server-side logins, integrators' bearer tokens, and the CSRF guard."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import delete, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response

from events.accounts.keys import hashed, new_secret
from events.accounts.models import Login, MemberOf, Membership, MembershipState, Token, User
from events.actor import NOBODY, Actor, Role, RoomRole
from events.base import new_id
from events.errors import Forbidden
from events.live.stage.roles import held
from server.settings import Settings

Hashed = TypeVar("Hashed")
IN_ROOM = "room"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


_own_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""Password hashing waits for nothing but password hashing: files, exports and look-ups use other threads."""


async def _hashing(work: Callable[..., Hashed], *arguments: Any) -> Hashed:
    return await asyncio.get_running_loop().run_in_executor(_own_threads, work, *arguments)


class CrossSite(Forbidden):
    """403: the request did not come from our own pages."""

    code = "cross_site"
    zh, en = "请求来源不可信，已拒绝。", "The request did not come from this site and was refused."
    fix_zh, fix_en = "请在本站页面内操作，刷新后重试。", "Use this site's own pages; reload and try again."


@dataclass(frozen=True, slots=True)
class Credentials:
    """The actor, and the login it came by (absent for tokens and strangers)."""

    actor: Actor
    csrf_token: str | None = None


def cookie_name(settings: Settings) -> str:
    """`__Host-` wherever TLS is; the local demo runs over plain http and cannot have it."""
    return "__Host-roadshow" if settings.is_https else "roadshow"


async def hash_password(password: str) -> str:
    """argon2id, off the event loop."""
    return await _hashing(hasher.hash, password)


@lru_cache
def _dummy_hash() -> str:
    return str(hasher.hash(secrets.token_hex(16)))


async def password_fits(stored: str | None, password: str) -> bool:
    """The same work whether or not the account exists, so that time does not tell."""
    reference = await _hashing(_dummy_hash) if stored is None else stored
    return await _hashing(_verify, reference, password) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def slow_digest(digest: bytes, salt: str) -> bytes:
    """What stands in the command's row for a body that holds a password: argon2id, so that guessing stays slow."""
    salted = hashlib.sha256(salt.encode()).digest()[:16]
    raw = partial(hash_secret_raw, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID)
    return await _hashing(raw, digest, salted)


async def open_login(
    session: AsyncSession, user_id: str, settings: Settings, now: datetime, *, instead_of: str | None
) -> str:
    """A new login in the caller's transaction; the one that was presented, if any, is closed.

    Returns the cookie's secret, which is not stored: a secret planted before sign-in opens nothing after it.
    """
    if instead_of is not None:
        await session.execute(delete(Login).where(Login.id == instead_of))
    secret = new_secret()
    session.add(
        Login(
            id=new_id(), secret_hash=hashed(secret), csrf_token=secrets.token_urlsafe(24), user_id=user_id,
            created_at=now, expires_at=now + timedelta(days=settings.login_days),
        )
    )  # fmt: skip
    return secret


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    response.set_cookie(
        cookie_name(settings), secret, max_age=settings.login_days * 86400, path="/",
        secure=settings.is_https, httponly=True, samesite="lax",
    )  # fmt: skip


def clear_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")


async def credentials(session: AsyncSession, connection: HTTPConnection, settings: Settings) -> Credentials:
    """Who is asking. An unknown or expired cookie or token makes a stranger, never an error."""
    if comes_by_token(connection):
        return Credentials(await _token_actor(session, connection.headers["authorization"][7:].strip()))
    secret = connection.cookies.get(cookie_name(settings))
    if not secret:
        return Credentials(NOBODY)
    found = (await logins(session, [secret])).get(secret)
    if found is None:
        return Credentials(NOBODY)
    return Credentials(await user_actor(session, found.user, found.login.id), found.login.csrf_token)


@dataclass(frozen=True, slots=True)
class Found:
    """A login that holds, and whose it is."""

    login: Login
    user: User


async def logins(session: AsyncSession, secrets_: Collection[str]) -> dict[str, Found]:
    """The logins behind these cookies' secrets, in one query; unknown and expired ones are left out."""
    by_hash = {hashed(secret): secret for secret in secrets_}
    query = select(Login, User).join(User, User.id == Login.user_id).where(Login.secret_hash.in_(by_hash))
    rows = (await session.execute(query)).all()
    now = datetime.now(UTC)
    return {by_hash[row.Login.secret_hash]: Found(row.Login, row.User) for row in rows if row.Login.expires_at > now}


def comes_by_token(connection: HTTPConnection) -> bool:
    """An integrator's bearer token; then no cookie is looked at."""
    return connection.headers.get("authorization", "").lower().startswith("bearer ")


def told_once(connection: HTTPConnection, settings: Settings, purpose: str) -> str:
    """A secret that follows from this login's cookie and from `purpose`, neither of which is stored together.

    A repeat of the same command is told the same secret, and the database never knew it. 256 bits, safe in addresses.
    """
    key = connection.cookies.get(cookie_name(settings), "")
    digest = hmac.digest(key.encode(), purpose.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def user_actor(session: AsyncSession, user: User, login_id: str | None = None) -> Actor:
    """The actor of a user, with every active membership and every role in a room."""
    return _actor(user, login_id, (await _roles(session, [user.id]))[user.id])


async def user_actors(session: AsyncSession, found: Collection[Found]) -> dict[str, Actor]:
    """The actors behind these logins, by login, with all their roles in one query."""
    roles = await _roles(session, {each.user.id for each in found})
    return {each.login.id: _actor(each.user, each.login.id, roles[each.user.id]) for each in found}


Roles = dict[str, dict[str, str]]
"""By kind of subject: the role in each."""


async def _roles(session: AsyncSession, user_ids: Collection[str]) -> dict[str, Roles]:
    member = select(Membership.user_id, Membership.subject_id, Membership.role, Membership.kind).where(
        Membership.user_id.in_(user_ids), Membership.state == MembershipState.ACTIVE
    )
    in_rooms = [each.add_columns(literal(IN_ROOM)) for each in held(users=user_ids)]
    roles: dict[str, Roles] = {user_id: {kind: {} for kind in (*MemberOf, IN_ROOM)} for user_id in user_ids}
    for user_id, subject_id, role, kind in await session.execute(union_all(member, *in_rooms)):
        roles[user_id][kind][subject_id] = role
    return roles


def _actor(user: User, login_id: str | None, roles: Roles) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        is_guest=user.is_guest,
        login_id=login_id,
        organizer_roles={key: Role(role) for key, role in roles[MemberOf.ORGANIZER].items()},
        company_roles=roles[MemberOf.COMPANY],
        institution_roles=roles[MemberOf.INSTITUTION],
        room_roles={key: RoomRole(role) for key, role in roles[IN_ROOM].items()},
    )


async def _token_actor(session: AsyncSession, secret: str) -> Actor:
    query = select(Token).where(Token.secret_hash == hashed(secret), Token.revoked_at.is_(None))
    token = await session.scalar(query)
    return NOBODY if token is None else Actor(name=token.name, feed_organizer_id=token.organizer_id)


def check_origin(connection: HTTPConnection, settings: Settings) -> None:
    """Refuse what another site's page sent. `Sec-Fetch-Site` where the browser says it, else `Origin`."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSite
    origin = connection.headers.get("origin")
    if origin is not None and not is_own_origin(origin, connection, settings):
        raise CrossSite


def is_own_origin(origin: str, connection: HTTPConnection, settings: Settings) -> bool:
    """Exactly this site: scheme, host and port; with no base_url configured, the Host header's."""
    if settings.base_url:
        return origin == settings.public_url
    host = connection.headers.get("host", "")
    return bool(host) and origin == f"http://{host}"


def check_csrf(connection: HTTPConnection, settings: Settings, found: Credentials) -> None:
    """For a mutating request that came by cookie: our own origin, and the login's token in `X-CSRF-Token`."""
    check_origin(connection, settings)
    if found.csrf_token is None:
        return
    sent = connection.headers.get("x-csrf-token", "")
    if not secrets.compare_digest(sent.encode(), found.csrf_token.encode()):
        raise CrossSite
