"""Project cards as each audience may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.base_schemas import FOLDED
from events.deals.queries import has_accepted
from events.directory import projects, queries
from events.directory.models import Industry, Project, Stage
from events.directory.queries import ProjectFilter
from events.directory.schemas import OwnProject, ProjectPatch, ProjectView, PublicProjectList, StaffProjectList
from events.programme import showings
from events.programme.announcements import announce_card
from server.api.door import Identifier, Read, Version, Write, names, routes_of
from server.api.paging import Paged

router = routes_of("projects")


async def project_filter(
    q: Annotated[str, Query(max_length=80, description="In names and one-liners"), FOLDED] = "",
    stage: Stage | None = None,
    industry: Industry | None = None,
) -> ProjectFilter:
    return ProjectFilter(q, stage, industry)


Wanted = Annotated[ProjectFilter, Depends(project_filter)]


@router.get("/projects", response_model=PublicProjectList, openapi_extra=names("public"))
async def list_projects(read: Read, pages: Paged, wanted: Wanted) -> PublicProjectList:
    """Public cards of projects shown at published roadshows, and of those I may see besides."""
    shown = showings.is_shown_to_all(Project.id)
    return pages.linked(await queries.visible_projects(read.session, read.actor, wanted, shown, pages.window))


@router.get("/projects/{project_id}", response_model=ProjectView, openapi_extra=names("public"))
async def get_project(project_id: Identifier, read: Read, response: Response) -> ProjectView:
    """The card in the depth I may see: public, gated, opened, staff or own."""
    shown = await showings.is_shown(read.session, project_id)
    opened = await has_accepted(read.session, read.actor, project_id)
    view = await queries.project_view(read.session, read.actor, project_id, shown=shown, opened=opened)
    if isinstance(view, OwnProject):
        response.headers["ETag"] = f'"{view.version}"'
    return view


@router.patch("/projects/{project_id}", response_model=OwnProject, openapi_extra=names("company.member"))
async def change_project(project_id: Identifier, data: ProjectPatch, version: Version, door: Write) -> Response:
    """Change my company's card, and with it every agenda it stands on."""

    async def work(session: AsyncSession, actor: Actor, now: datetime) -> OwnProject:
        card = await projects.change_project(session, actor, project_id, version, data, now=now)
        await announce_card(session, project_id, now)
        return card

    return await door(work)


@router.get(
    "/organizers/{organizer_id}/projects", response_model=StaffProjectList, openapi_extra=names("organizer.read")
)
async def library(organizer_id: Identifier, read: Read, pages: Paged, wanted: Wanted) -> StaffProjectList:
    """The organizer's project library (备投科技型企业和项目库)."""
    return pages.linked(await queries.library_projects(read.session, read.actor, organizer_id, wanted, pages.window))
