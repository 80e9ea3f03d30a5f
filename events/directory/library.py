"""An organizer's libraries of projects and institutions (备投库, 风投创投机构库), and telling partners of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events import changes
from events.changes import ChangeKind
from events.directory import views
from events.directory.models import Company, Institution, LibraryEntry, Project, Source, Verification

Kind = Literal["project", "institution"]


async def enlist(
    session: AsyncSession,
    organizer_id: str,
    kind: Kind,
    subject_id: str,
    source: Source,
    now: datetime,
    *,
    external_key: str | None = None,
) -> bool:
    """Put a project or institution into the library; True when it is new there, and partners are told."""
    if await session.get(LibraryEntry, (organizer_id, kind, subject_id)) is not None:
        return False
    entry = LibraryEntry(
        organizer_id=organizer_id, kind=kind, subject_id=subject_id, external_key=external_key, source=source,
        added_at=now,
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        return False
    if kind == "project":
        await _publish_project(session, [organizer_id], subject_id, now)
    else:
        await publish_institution(session, await session.get_one(Institution, subject_id), now, {organizer_id})
    return True


async def organizers_of(session: AsyncSession, kind: Kind, subject_id: str) -> list[str]:
    """In whose libraries it is."""
    query = select(LibraryEntry.organizer_id).where(LibraryEntry.kind == kind, LibraryEntry.subject_id == subject_id)
    return list(await session.scalars(query.order_by(LibraryEntry.organizer_id)))


async def publish_project(session: AsyncSession, project_id: str, now: datetime) -> None:
    """Tell the partners of every organizer that has the project what it is now."""
    await _publish_project(session, await organizers_of(session, "project", project_id), project_id, now)


async def publish_institution(
    session: AsyncSession, institution: Institution, now: datetime, only: set[str] | None = None
) -> None:
    """Tell the partners of every organizer that has the institution (or of `only` some), each with its own word."""
    query = (
        select(LibraryEntry.organizer_id, Verification.status)
        .outerjoin(
            Verification,
            (Verification.organizer_id == LibraryEntry.organizer_id)
            & (Verification.institution_id == LibraryEntry.subject_id),
        )
        .where(LibraryEntry.kind == "institution", LibraryEntry.subject_id == institution.id)
    )
    for organizer_id, status in await session.execute(query):
        if only is None or organizer_id in only:
            data = views.feed_institution(institution, status).model_dump(mode="json")
            changes.publish(session, [organizer_id], ChangeKind.INSTITUTION, institution.id, data, now)


async def _publish_project(session: AsyncSession, organizer_ids: list[str], project_id: str, now: datetime) -> None:
    if not organizer_ids:
        return
    query = select(Project, Company).join(Company, Company.id == Project.company_id).where(Project.id == project_id)
    project, company = (await session.execute(query)).one()
    data = views.feed_project(project, company).model_dump(mode="json")
    changes.publish(session, organizer_ids, ChangeKind.PROJECT, project_id, data, now)
