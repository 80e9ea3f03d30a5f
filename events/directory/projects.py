"""Project cards (项目卡): what a startup says about itself once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor
from events.base import new_id
from events.directory import library, views
from events.directory.companies import load_company
from events.directory.models import Company, Project
from events.directory.schemas import OwnProject, ProjectIn, ProjectPatch
from events.errors import NotFound, PreconditionFailed


async def create_project(
    session: AsyncSession, actor: Actor, company_id: str, data: ProjectIn, *, now: datetime
) -> OwnProject:
    """A card of the actor's company. Refuses: not_found for others."""
    actor.require_company(company_id)
    company = await load_company(session, company_id)
    project = Project(id=new_id(), company_id=company_id, **data.model_dump(), created_at=now, updated_at=now)
    session.add(project)
    await session.flush()
    audit.record(session, actor, "project.created", ("project", project.id), now=now, name=project.name)
    return views.own_project(project, company)


async def change_project(
    session: AsyncSession, actor: Actor, project_id: str, version: int, data: ProjectPatch, *, now: datetime
) -> OwnProject:
    """Change what is sent; partners of every library it is in are told. Refuses: not_found, version_stale."""
    project, company = await load_project(session, project_id)
    actor.require_company(company.id)
    if project.version != version:
        raise PreconditionFailed
    changed = data.model_dump(exclude_unset=True)
    for name, value in changed.items():
        setattr(project, name, value)
    project.updated_at = now
    await session.flush()
    await library.publish_project(session, project.id, now)
    audit.record(session, actor, "project.changed", ("project", project.id), now=now, fields=sorted(changed))
    return views.own_project(project, company)


async def load_project(session: AsyncSession, project_id: str) -> tuple[Project, Company]:
    """Refuses: not_found."""
    query = select(Project, Company).join(Company, Company.id == Project.company_id).where(Project.id == project_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    project, company = row
    return project, company
