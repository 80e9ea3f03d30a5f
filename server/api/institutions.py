"""Institutions, their members, and each organizer's word on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from events.accounts.models import MemberOf
from events.base_schemas import FOLDED
from events.directory import institutions, members, queries, verifications
from events.directory.models import VerificationStatus
from events.directory.schemas import (
    InstitutionIn,
    InstitutionJoined,
    InstitutionPatch,
    MemberList,
    OwnInstitution,
    StaffInstitutionList,
    VerificationIn,
    VerificationRequestIn,
    VerificationView,
)
from server.api.door import Identifier, Read, Version, Write, names, routes_of
from server.api.membership import decide, joined, list_members
from server.api.paging import Paged

router = routes_of("institutions")


@router.post(
    "/institutions",
    status_code=201,
    response_model=InstitutionJoined,
    openapi_extra=names("user"),
    responses={202: {"model": InstitutionJoined, "description": "It exists; its members have been asked"}},
)
async def sign_up_institution(data: InstitutionIn, door: Write) -> Response:
    """Sign up my institution, or ask to join it when somebody was first with its number."""
    answer = await door.perform(
        lambda session, actor, now: institutions.sign_up_institution(session, actor, data, now=now), status=201
    )
    return joined(answer)


@router.get("/institutions/{institution_id}", response_model=OwnInstitution, openapi_extra=names("institution.member"))
async def get_institution(institution_id: Identifier, read: Read, response: Response) -> OwnInstitution:
    """My institution, and what each organizer says of it."""
    view = await institutions.own_institution(read.session, read.actor, institution_id)
    response.headers["ETag"] = f'"{view.version}"'
    return view


@router.patch(
    "/institutions/{institution_id}", response_model=OwnInstitution, openapi_extra=names("institution.member")
)
async def change_institution(
    institution_id: Identifier, data: InstitutionPatch, version: Version, door: Write
) -> Response:
    """Change my institution; a changed name or number has to be verified anew."""
    return await door(
        lambda session, actor, now: institutions.change_institution(
            session, actor, institution_id, version, data, now=now
        )
    )


@router.get(
    "/institutions/{institution_id}/members", response_model=MemberList, openapi_extra=names("institution.member")
)
async def get_members(institution_id: Identifier, read: Read) -> MemberList:
    """Members, and who asks to join."""
    return await list_members(read, MemberOf.INSTITUTION, institution_id)


@router.post(
    "/institutions/{institution_id}/members/{user_id}/approve",
    response_model=MemberList,
    openapi_extra=names("institution.member"),
)
async def approve_member(institution_id: Identifier, user_id: Identifier, door: Write) -> Response:
    """Let somebody in who asked."""
    return await decide(door, MemberOf.INSTITUTION, institution_id, user_id, members.approve)


@router.post(
    "/institutions/{institution_id}/members/{user_id}/reject",
    response_model=MemberList,
    openapi_extra=names("institution.member"),
)
async def reject_member(institution_id: Identifier, user_id: Identifier, door: Write) -> Response:
    """Turn down somebody who asked."""
    return await decide(door, MemberOf.INSTITUTION, institution_id, user_id, members.reject)


@router.post(
    "/institutions/{institution_id}/verification-requests",
    status_code=201,
    response_model=VerificationView,
    openapi_extra=names("institution.member"),
)
async def ask_for_verification(institution_id: Identifier, data: VerificationRequestIn, door: Write) -> Response:
    """Ask an organizer to verify my institution, or again after it refused."""
    return await door(
        lambda session, actor, now: verifications.ask_for_verification(
            session, actor, institution_id, data.organizer_id, now=now
        ),
        status=201,
    )


@router.get(
    "/organizers/{organizer_id}/institutions",
    response_model=StaffInstitutionList,
    openapi_extra=names("organizer.read"),
)
async def library(
    organizer_id: Identifier,
    read: Read,
    pages: Paged,
    q: Annotated[str, Query(max_length=80), FOLDED] = "",
    status: VerificationStatus | None = None,
) -> StaffInstitutionList:
    """The organizer's institution library (风投创投机构库)."""
    found = await queries.library_institutions(read.session, read.actor, organizer_id, q, status, pages.window)
    return pages.linked(found)


@router.post(
    "/organizers/{organizer_id}/institutions/{institution_id}/verification",
    response_model=VerificationView,
    openapi_extra=names("directory.verify"),
)
async def decide_verification(
    organizer_id: Identifier, institution_id: Identifier, data: VerificationIn, door: Write
) -> Response:
    """Verify an institution, or reject it with a reason."""
    return await door(
        lambda session, actor, now: verifications.decide(session, actor, organizer_id, institution_id, data, now=now)
    )
