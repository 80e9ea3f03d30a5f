"""Sign-up, sign-in, sign-out, and who am I."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import Request, Response
from sqlalchemy import delete

from events.accounts import addresses
from events.accounts.keys import new_secret
from events.accounts.models import Login, User
from events.accounts.schemas import AccountIn, MeIn, MeView, SignIn, UserView
from events.accounts.users import change_me, find_by_email, newest_asking, sharing, view_user
from events.directory.queries import memberships_of
from events.errors import Unauthenticated
from events.text import address as plain_address
from server import auth
from server.api.door import Door, Read, Write, names, respond, routes_of
from server.errors import Answer
from server.limits import client_address

router = routes_of("accounts")


class WrongPassword(Unauthenticated):
    code = "wrong_password"
    zh, en = "邮箱或密码不正确。", "The address or the password is not right."
    fix_zh, fix_en = "请检查后重试。", "Check both and try again."


async def sign_in_as(door: Door, user_id: str, response: Response) -> Response:
    """Open a login for the user in place of the one presented, and put its secret into the response's cookie."""
    settings = door.state.settings
    async with door.state.database.write() as session:
        now = datetime.now(UTC)
        secret = await auth.open_login(session, user_id, settings, now, instead_of=door.actor.login_id)
    auth.set_cookie(response, settings, secret)
    return response


async def first_sign_in(door: Door, answer: Answer) -> Response:
    """The answer, and a login for whom it is about: the first time only, as a repeat proves nothing of its sender."""
    response = respond(answer)
    if answer.is_problem or answer.is_repeat:
        return response
    return await sign_in_as(door, UserView.model_validate_json(answer.body).id, response)


@router.post("/accounts", status_code=201, response_model=UserView, openapi_extra=names("public"))
async def create_account(data: AccountIn, request: Request, door: Write) -> Response:
    """Open an account and sign in; a letter goes to the address. Known and unknown addresses are answered alike."""
    await door.state.limits.hit("sign_up", client_address(request, door.state.settings))
    await door.state.limits.hit("sign_up_letter", plain_address(data.email))
    secret = new_secret()
    password_hash = await auth.hash_password(data.password)
    door = await with_password(door)
    answer = await door.perform(
        lambda session, actor, now: addresses.sign_up_by_letter(session, actor, data, password_hash, secret, now=now),
        status=201,
    )
    return await first_sign_in(door, answer)


@router.post("/session", response_model=UserView, openapi_extra=names("public"))
async def sign_in(data: SignIn, request: Request, door: Write) -> Response:
    """Sign in. An unknown address and a wrong password are answered alike, in like time."""
    limits, address = door.state.limits, client_address(request, door.state.settings)
    who = (plain_address(data.email), address)
    await limits.hit("sign_in_address", address)
    await limits.hit("sign_in", *who)
    async with door.state.database.read() as session:
        asking = [await newest_asking(session, data.email), *await sharing(session, data.email)]
        candidates = [await find_by_email(session, data.email), *asking]
    user = await _first_fitting(candidates, data.password)
    if user is None:
        raise WrongPassword
    await limits.clear("sign_in", *who)
    response = Response(view_user(user).model_dump_json(), media_type="application/json")
    return await sign_in_as(door, user.id, response)


@router.delete("/session", status_code=204, openapi_extra=names("public"))
async def sign_out(door: Write) -> Response:
    """Close this login; its cookie is worthless from now on."""
    if door.actor.login_id is not None:
        async with door.state.database.write() as session:
            await session.execute(delete(Login).where(Login.id == door.actor.login_id))
    response = Response(status_code=204)
    auth.clear_cookie(response, door.state.settings)
    return response


@router.get("/me", response_model=MeView, openapi_extra=names("public"))
async def me(read: Read) -> MeView:
    """Who I am, what I belong to, and the token that mutating requests carry."""
    user, memberships = await memberships_of(read.session, read.actor)
    return MeView(user=user, csrf_token=read.csrf_token, memberships=memberships, demo=read.settings.demo)


@router.patch("/me", response_model=UserView, openapi_extra=names("user"))
async def change_my_account(data: MeIn, door: Write) -> Response:
    """Change my name, language or password. A new password closes my other logins."""
    user_id = door.actor.require_account()
    proved = password_hash = None
    if data.password is not None:
        await door.state.limits.hit("password", user_id)
        proved = await _proved(door, user_id, data.current_password or "")
        password_hash = await auth.hash_password(data.password)
        door = await with_password(door)
    return await door(lambda session, actor, now: change_me(session, actor, data, password_hash, proved, now=now))


async def _first_fitting(candidates: list[User | None], password: str) -> User | None:
    """Who holds the address comes first, then who asks for it; an absent one takes as long as a wrong password."""
    for user in candidates:
        if await auth.password_fits(user.password_hash if user else None, password):
            return user
    return None


async def _proved(door: Door, user_id: str, password: str) -> str | None:
    """The stored hash that the password fits, if it does."""
    async with door.state.database.read() as session:
        user = await session.get_one(User, user_id)
    fits = await auth.password_fits(user.password_hash, password)
    return user.password_hash if fits else None


async def with_password(door: Door) -> Door:
    """The same door, whose stored digest does not help to guess the password that was sent."""
    return replace(door, digest=await auth.slow_digest(door.digest, door.cmd_id))
