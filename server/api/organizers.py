"""Organizers, their staff, invitations and integrators' tokens."""

from __future__ import annotations

import json
from dataclasses import replace

from fastapi import Request, Response
from pydantic import BaseModel

from events.accounts import staff, tokens
from events.accounts.keys import hashed
from events.accounts.schemas import (
    InvitationAccept,
    InvitationIn,
    InvitationMade,
    MembershipView,
    RoleIn,
    StaffList,
    StaffView,
    TokenIn,
    TokenList,
    TokenMade,
    TokenView,
)
from events.directory import organizers, views
from events.directory.schemas import OrganizerIn, OrganizerList, OrganizerView
from server import auth
from server.api.door import Door, Identifier, Read, Write, names, respond, routes_of
from server.api.paging import Paged
from server.commands import digest_of
from server.errors import Answer

router = routes_of("organizers")


@router.post("/organizers", status_code=201, response_model=OrganizerView, openapi_extra=names("user"))
async def create_organizer(data: OrganizerIn, door: Write) -> Response:
    """Create an organizer; who creates it owns it."""
    return await door(
        lambda session, actor, now: organizers.create_organizer(session, actor, data, now=now), status=201
    )


@router.get("/organizers", response_model=OrganizerList, openapi_extra=names("public"))
async def list_organizers(read: Read, pages: Paged) -> OrganizerList:
    """Every organizer."""
    return pages.linked(await organizers.list_organizers(read.session, pages.window))


@router.get("/organizers/{organizer_id}", response_model=OrganizerView, openapi_extra=names("public"))
async def get_organizer(organizer_id: Identifier, read: Read) -> OrganizerView:
    """One organizer."""
    return views.organizer(await organizers.load_organizer(read.session, organizer_id))


@router.get("/organizers/{organizer_id}/staff", response_model=StaffList, openapi_extra=names("organizer.read"))
async def list_staff(organizer_id: Identifier, read: Read) -> StaffList:
    """The staff and open invitations."""
    return await staff.list_staff(read.session, read.actor, organizer_id, read.now)


@router.post(
    "/organizers/{organizer_id}/staff",
    status_code=201,
    response_model=InvitationMade,
    openapi_extra=names("staff.manage"),
)
async def invite(organizer_id: Identifier, data: InvitationIn, request: Request, door: Write) -> Response:
    """Invite an address by mail; the link's secret is also in this answer, once."""
    await door.state.limits.hit("invitation", door.actor.require_account())
    door, secret = _with_secret(door, request)
    answer = await door.perform(
        lambda session, actor, now: staff.invite(session, actor, organizer_id, data, secret, now=now), status=201
    )
    return _telling(answer, InvitationMade, token=secret)


@router.delete(
    "/organizers/{organizer_id}/invitations/{invitation_id}", status_code=204, openapi_extra=names("staff.manage")
)
async def withdraw_invitation(organizer_id: Identifier, invitation_id: Identifier, door: Write) -> Response:
    """Make an invitation's link worthless."""
    return await door(
        lambda session, actor, now: staff.withdraw_invitation(session, actor, organizer_id, invitation_id, now=now),
        status=204,
    )


@router.post("/invitations/accept", response_model=MembershipView, openapi_extra=names("user"))
async def accept_invitation(data: InvitationAccept, door: Write) -> Response:
    """Join an organizer's staff with an invitation's secret."""
    return await door(lambda session, actor, now: staff.accept_invitation(session, actor, data.token, now=now))


@router.patch(
    "/organizers/{organizer_id}/staff/{user_id}", response_model=StaffView, openapi_extra=names("staff.manage")
)
async def change_role(organizer_id: Identifier, user_id: Identifier, data: RoleIn, door: Write) -> Response:
    """Give a colleague another role."""
    return await door(
        lambda session, actor, now: staff.change_role(session, actor, organizer_id, user_id, data.role, now=now)
    )


@router.delete("/organizers/{organizer_id}/staff/{user_id}", status_code=204, openapi_extra=names("staff.manage"))
async def remove(organizer_id: Identifier, user_id: Identifier, door: Write) -> Response:
    """Take a colleague off the staff."""
    return await door(
        lambda session, actor, now: staff.remove(session, actor, organizer_id, user_id, now=now), status=204
    )


@router.get("/organizers/{organizer_id}/tokens", response_model=TokenList, openapi_extra=names("staff.manage"))
async def list_tokens(organizer_id: Identifier, read: Read) -> TokenList:
    """Integrators' tokens, without their secrets."""
    return await tokens.list_tokens(read.session, read.actor, organizer_id)


@router.post(
    "/organizers/{organizer_id}/tokens",
    status_code=201,
    response_model=TokenMade,
    openapi_extra=names("staff.manage"),
)
async def make_token(organizer_id: Identifier, data: TokenIn, request: Request, door: Write) -> Response:
    """Make a token for an integrator; its secret is shown once."""
    door, secret = _with_secret(door, request)
    answer = await door.perform(
        lambda session, actor, now: tokens.make_token(session, actor, organizer_id, data, secret, now=now), status=201
    )
    return _telling(answer, TokenMade, secret=secret)


@router.delete(
    "/organizers/{organizer_id}/tokens/{token_id}", response_model=TokenView, openapi_extra=names("staff.manage")
)
async def revoke_token(organizer_id: Identifier, token_id: Identifier, door: Write) -> Response:
    """Revoke a token."""
    return await door(lambda session, actor, now: tokens.revoke_token(session, actor, organizer_id, token_id, now=now))


def _with_secret(door: Door, request: Request) -> tuple[Door, str]:
    """The secret to tell, and the door at which a repeat is one only if it would be told the same."""
    secret = auth.told_once(request, door.state.settings, f"{request.url.path} {door.cmd_id}")
    return replace(door, digest=digest_of(door.digest.hex(), hashed(secret))), secret


def _telling(answer: Answer, view: type[BaseModel], **secret: str) -> Response:
    """The stored answer, which does not know the secret, together with it."""
    if answer.is_problem:
        return respond(answer)
    told = view.model_validate(json.loads(answer.body) | secret)
    return respond(Answer(answer.status, told.model_dump_json().encode()))
