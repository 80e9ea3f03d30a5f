"""Addresses are confirmed and passwords reset by letter."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request, Response

from events.accounts import addresses
from events.accounts.keys import new_secret
from events.accounts.models import Purpose
from events.accounts.schemas import AddressConfirm, LettersSent, ResetAsk, ResetIn, UserView
from events.text import address as plain_address
from server import auth
from server.api.accounts import sign_in_as, with_password
from server.api.door import Write, names, respond, routes_of
from server.limits import client_address

router = routes_of("accounts")


@router.post("/accounts/confirm", response_model=UserView, openapi_extra=names("public"))
async def confirm(data: AddressConfirm, request: Request, door: Write) -> Response:
    """Confirm the address by the letter's link, as the account that signed up: signed in, or with its password.

    So nobody can make a stranger's letter confirm an account of theirs: the stranger does not know its password.
    """
    await door.state.limits.hit("letter_link", client_address(request, door.state.settings))
    async with door.state.database.read() as session:
        _, user = await addresses.whose(session, data.token, Purpose.CONFIRM, datetime.now(UTC))
    is_self = door.actor.user_id == user.id
    if not is_self and not await auth.password_fits(user.password_hash, data.password):
        raise addresses.PasswordNeeded
    answer = await (await with_password(door)).perform(
        lambda session, actor, now: addresses.confirm(session, actor, data.token, now=now)
    )
    response = respond(answer)
    return response if is_self or answer.is_problem or answer.is_repeat else await sign_in_as(door, user.id, response)


@router.post("/me/confirmation-letters", status_code=202, response_model=LettersSent, openapi_extra=names("user"))
async def send_again(door: Write) -> Response:
    """Send the letter that confirms my address once more."""
    await door.state.limits.hit("confirm_letter", door.actor.require_account())
    secret = new_secret()
    return await door(lambda session, actor, now: addresses.send_again(session, actor, secret, now=now), status=202)


@router.post("/password-letters", status_code=202, response_model=LettersSent, openapi_extra=names("public"))
async def ask_reset(data: ResetAsk, request: Request, door: Write) -> Response:
    """Have a letter sent that sets a new password. Known and unknown addresses are answered alike."""
    await door.state.limits.hit("sign_up", client_address(request, door.state.settings))
    await door.state.limits.hit("reset_letter", plain_address(data.email))
    secret = new_secret()
    return await door(
        lambda session, actor, now: addresses.ask_reset(session, actor, data.email, secret, now=now), status=202
    )


@router.post("/password-resets", response_model=LettersSent, openapi_extra=names("public"))
async def reset(data: ResetIn, request: Request, door: Write) -> Response:
    """Set a new password by the letter's link; every login of the account ends."""
    await door.state.limits.hit("letter_link", client_address(request, door.state.settings))
    password_hash = await auth.hash_password(data.password)
    door = await with_password(door)
    return await door(lambda session, actor, now: addresses.reset(session, actor, data.token, password_hash, now=now))
