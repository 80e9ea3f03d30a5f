"""Companies, their members and their own project cards."""

from __future__ import annotations

from fastapi import Response

from events.accounts.models import MemberOf
from events.directory import companies, members, projects, queries
from events.directory.schemas import (
    CompanyIn,
    CompanyJoined,
    CompanyView,
    MemberList,
    OwnProject,
    OwnProjectList,
    ProjectIn,
)
from server.api.door import Identifier, Read, Write, names, routes_of
from server.api.membership import decide, joined, list_members
from server.api.paging import Paged

router = routes_of("companies")


@router.post(
    "/companies",
    status_code=201,
    response_model=CompanyJoined,
    openapi_extra=names("user"),
    responses={202: {"model": CompanyJoined, "description": "The company exists; its members have been asked"}},
)
async def sign_up_company(data: CompanyIn, door: Write) -> Response:
    """Sign up my company by its credit code, or ask to join it when somebody was first."""
    answer = await door.perform(
        lambda session, actor, now: companies.sign_up_company(session, actor, data, now=now), status=201
    )
    return joined(answer)


@router.get("/companies/{company_id}", response_model=CompanyView, openapi_extra=names("company.member"))
async def get_company(company_id: Identifier, read: Read) -> CompanyView:
    """My company."""
    return await companies.own_company(read.session, read.actor, company_id)


@router.get("/companies/{company_id}/members", response_model=MemberList, openapi_extra=names("company.member"))
async def get_members(company_id: Identifier, read: Read) -> MemberList:
    """Members, and who asks to join."""
    return await list_members(read, MemberOf.COMPANY, company_id)


@router.post(
    "/companies/{company_id}/members/{user_id}/approve",
    response_model=MemberList,
    openapi_extra=names("company.member"),
)
async def approve_member(company_id: Identifier, user_id: Identifier, door: Write) -> Response:
    """Let somebody in who asked."""
    return await decide(door, MemberOf.COMPANY, company_id, user_id, members.approve)


@router.post(
    "/companies/{company_id}/members/{user_id}/reject",
    response_model=MemberList,
    openapi_extra=names("company.member"),
)
async def reject_member(company_id: Identifier, user_id: Identifier, door: Write) -> Response:
    """Turn down somebody who asked."""
    return await decide(door, MemberOf.COMPANY, company_id, user_id, members.reject)


@router.get("/companies/{company_id}/projects", response_model=OwnProjectList, openapi_extra=names("company.member"))
async def own_projects(company_id: Identifier, read: Read, pages: Paged) -> OwnProjectList:
    """My company's project cards."""
    return pages.linked(await queries.own_projects(read.session, read.actor, company_id, pages.window))


@router.post(
    "/companies/{company_id}/projects",
    status_code=201,
    response_model=OwnProject,
    openapi_extra=names("company.member"),
)
async def create_project(company_id: Identifier, data: ProjectIn, door: Write) -> Response:
    """Write a project card."""
    return await door(
        lambda session, actor, now: projects.create_project(session, actor, company_id, data, now=now), status=201
    )
