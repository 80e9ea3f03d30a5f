"""Sign-up, sign-in, sign-out, and who am I."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from sqlalchemy import delete

from events.accounts.models import Login
from events.accounts.schemas import AccountIn, MeView, SignIn, UserView
from events.accounts.users import find_by_email, sign_up, view_user
from events.directory.queries import memberships_of
from events.errors import Unauthenticated
from server import auth
from server.api.door import Door, Read, Write, names, respond

router = APIRouter(tags=["accounts"])


class WrongPassword(Unauthenticated):
    code = "wrong_password"
    zh, en = "邮箱或密码不正确。", "The address or the password is not right."
    fix_zh, fix_en = "请检查后重试。", "Check both and try again."


async def sign_in_as(door: Door, user_id: str, response: Response) -> Response:
    """Open a login for the user and put its secret into the response's cookie."""
    settings = door.state.settings
    async with door.state.database.write() as session:
        secret = auth.open_login(session, user_id, settings, datetime.now(UTC))
    auth.set_cookie(response, settings, secret)
    return response


@router.post("/accounts", status_code=201, response_model=UserView, openapi_extra=names("public"))
async def create_account(data: AccountIn, door: Write) -> Response:
    """Open an account and sign in."""
    password_hash = await auth.hash_password(data.password)
    answer = await door.perform(
        lambda session, actor, now: sign_up(session, actor, data, password_hash, now=now), status=201
    )
    response = respond(answer)
    if answer.is_problem:
        return response
    return await sign_in_as(door, UserView.model_validate_json(answer.body).id, response)


@router.post("/session", response_model=UserView, openapi_extra=names("public"))
async def sign_in(data: SignIn, door: Write) -> Response:
    """Sign in. An unknown address and a wrong password are answered alike, in like time."""
    async with door.state.database.read() as session:
        user = await find_by_email(session, data.email)
    if not await auth.password_fits(user.password_hash if user else None, data.password) or user is None:
        raise WrongPassword
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
