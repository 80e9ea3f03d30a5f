"""Reads of the directory: who may see which card in which depth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, bindparam, case, cast, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from events import many, search
from events.accounts.models import MemberOf, Membership, MembershipState, User
from events.accounts.schemas import MembershipView, UserView
from events.accounts.users import view_user
from events.actor import Actor, Permission
from events.directory import views
from events.directory.companies import load_company
from events.directory.models import (
    Company,
    Industry,
    Institution,
    LibraryEntry,
    Organizer,
    Project,
    Stage,
    Verification,
    VerificationStatus,
)
from events.directory.projects import load_project
from events.directory.schemas import (
    GatedProject,
    OpenedProject,
    OwnProject,
    OwnProjectList,
    PublicProject,
    PublicProjectList,
    StaffInstitutionList,
    StaffProject,
    StaffProjectList,
)
from events.errors import NotFound
from events.paging import Window, is_any, page


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """`q` looks in the project's and the company's names and in the one-liner."""

    q: str = ""
    stage: Stage | None = None
    industry: Industry | None = None

    async def conditions(self, session: AsyncSession) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.q:
            found.append(await _named(session, self.q))
        if self.stage:
            found.append(Project.stage == self.stage)
        if self.industry:
            named = cast(Project.industries, String).contains(f'"{self.industry}"')
            found.append(case((named, 1), else_=0) != 0)
        if self.stage or self.industry:
            found += await self._where_few(session)
        return found

    async def _where_few(self, session: AsyncSession) -> list[ColumnElement[bool]]:
        """Where few projects of all fit they are looked up: the library is not walked to its end for them."""
        both = search.facet(self.industry, self.stage)
        hits = await search.find(session, both, [search.Kind.FACETS], FEW_OF_ALL)
        return [search.condition(hits, {search.Kind.FACETS: Project.id})] if hits.complete else []


FEW_OF_ALL = 1000
INSTITUTION_TEXTS = (search.Kind.INSTITUTION, search.Kind.NUMBERS)
PROJECT_TEXTS: Mapping[search.Kind, search.Owner] = {
    search.Kind.PROJECT: Project.id,
    search.Kind.ONE_LINER: Project.id,
    search.Kind.COMPANY: Project.company_id,
}


async def _named(session: AsyncSession, q: str) -> ColumnElement[bool]:
    """True for projects found by their own words or their company's name."""
    found = await search.find(session, q, list(PROJECT_TEXTS))
    if not found.few:
        return search.condition(found, PROJECT_TEXTS)
    ids = {*found.ids[search.Kind.PROJECT], *found.ids[search.Kind.ONE_LINER]}
    other = aliased(Project)
    theirs = select(other.id).where(other.company_id.in_(found.ids[search.Kind.COMPANY]))
    return Project.id.in_(union_all(select(other.id).where(other.id.in_(ids)), theirs))


async def memberships_of(session: AsyncSession, actor: Actor) -> tuple[UserView | None, list[MembershipView]]:
    """The actor's own account and everything it belongs to or has asked to join."""
    if actor.user_id is None:
        return None, []
    user = await session.get_one(User, actor.user_id)
    name = case(
        (Membership.kind == MemberOf.ORGANIZER, Organizer.name),
        (Membership.kind == MemberOf.COMPANY, Company.name),
        else_=Institution.name,
    )
    query = (
        select(Membership.kind, Membership.subject_id, name, Membership.role, Membership.state)
        .outerjoin(Organizer, Organizer.id == Membership.subject_id)
        .outerjoin(Company, Company.id == Membership.subject_id)
        .outerjoin(Institution, Institution.id == Membership.subject_id)
        .where(Membership.user_id == actor.user_id)
        .order_by(Membership.created_at)
    )
    rows = await session.execute(query)
    found = [
        MembershipView(kind=kind, id=id_, name=name, role=role, state=state) for kind, id_, name, role, state in rows
    ]
    return view_user(user), found


async def public_projects(session: AsyncSession, ids: Collection[str]) -> dict[str, PublicProject]:
    """The public cards of these projects, by id; in one query."""
    if not ids:
        return {}
    query = select(Project, Company).join(Company, Company.id == Project.company_id).where(Project.id.in_(ids))
    return {project.id: views.public_project(project, company) for project, company in await session.execute(query)}


async def verified_institutions(session: AsyncSession, actor: Actor, organizer_id: str) -> set[str]:
    """The actor's institutions that this organizer has verified."""
    query = select(Verification.institution_id).where(
        Verification.organizer_id == organizer_id,
        Verification.institution_id.in_(actor.institution_roles),
        Verification.status == VerificationStatus.VERIFIED,
    )
    return set(await session.scalars(query)) if actor.institution_roles else set()


async def verified_investors(session: AsyncSession, organizer_id: str, user_ids: Sequence[str]) -> set[str]:
    """Those of these people who are members of an institution this organizer has verified."""
    given = {"people": many.packed(user_ids), "organizer": organizer_id}
    return set(await session.scalars(_investors(session), given))


@many.statement
def _investors(rows: many.Rows) -> Select[str]:
    return (
        select(Membership.user_id)
        .join(Verification, Verification.institution_id == Membership.subject_id)
        .where(
            Membership.user_id.in_(rows.each("people")),
            Membership.kind == MemberOf.INSTITUTION,
            Membership.state == MembershipState.ACTIVE,
            Verification.organizer_id == bindparam("organizer"),
            Verification.status == VerificationStatus.VERIFIED,
        )
    )


async def project_view(
    session: AsyncSession, actor: Actor, project_id: str, *, shown: bool = False, opened: bool = False
) -> PublicProject | GatedProject | OpenedProject | OwnProject | StaffProject:
    """The card in the depth the actor may see: own, staff, opened, gated, public. Refuses: not_found.

    `shown` says that a published roadshow presents it; `opened` that an intent of the actor's was accepted.
    """
    project, company = await load_project(session, project_id)
    if company.id in actor.company_roles:
        return views.own_project(project, company)
    entries = await _entries(session, project_id)
    for entry in entries:
        if actor.may(entry.organizer_id, Permission.ORGANIZER_READ):
            contacts = actor.may(entry.organizer_id, Permission.CONTACTS_READ)
            return views.staff_project(project, company, entry, contacts=contacts)
    if opened:
        return views.opened_project(project, company)
    if await _is_trusted_by(session, actor, [entry.organizer_id for entry in entries]):
        return views.gated_project(project, company)
    if not shown:
        raise NotFound
    return views.public_project(project, company)


async def visible_projects(
    session: AsyncSession, actor: Actor, wanted: ProjectFilter, is_shown: ColumnElement[bool], window: Window
) -> PublicProjectList:
    """Public cards, newest first: of projects shown to everybody, the actor's own, and those it is trusted with.

    `is_shown` asks of one project; the list is walked in its order, so that no set of all those shown is ever made.
    """
    seen: list[ColumnElement[bool]] = [is_shown]
    if actor.company_roles:
        seen.append(Project.company_id.in_(actor.company_roles))
    if trusting := await _trusting(session, actor):
        listed = select(LibraryEntry.organizer_id).where(
            LibraryEntry.kind == "project", LibraryEntry.subject_id == Project.id,
            LibraryEntry.organizer_id.in_(trusting),
        )  # fmt: skip
        seen.append(is_any(listed))
    query = (
        select(Project, Company)
        .join(Company, Company.id == Project.company_id)
        .where(or_(*seen), *await wanted.conditions(session))
    )
    found = await page(session, query, [Project.id], window, descending=True)
    items = [views.public_project(row.Project, row.Company) for row in found.rows]
    return PublicProjectList(items=items, next=found.next)


async def _trusting(session: AsyncSession, actor: Actor) -> list[str]:
    """The organizers that have verified one of the actor's institutions."""
    if not actor.institution_roles:
        return []
    query = select(Verification.organizer_id).where(
        Verification.institution_id.in_(actor.institution_roles), Verification.status == VerificationStatus.VERIFIED
    )
    return list(await session.scalars(query.distinct()))


async def own_projects(session: AsyncSession, actor: Actor, company_id: str, window: Window) -> OwnProjectList:
    """The company's cards, newest first. Refuses: not_found for all but its members."""
    actor.require_company(company_id)
    company = await load_company(session, company_id)
    query = select(Project).where(Project.company_id == company_id)
    found = await page(session, query, [Project.id], window, descending=True)
    return OwnProjectList(items=[views.own_project(row, company) for row in found.firsts], next=found.next)


async def library_projects(
    session: AsyncSession, actor: Actor, organizer_id: str, wanted: ProjectFilter, window: Window
) -> StaffProjectList:
    """The organizer's project library, newest first, for its staff."""
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = (
        select(Project, Company, LibraryEntry)
        .join(Company, Company.id == Project.company_id)
        .join(LibraryEntry, LibraryEntry.subject_id == Project.id)
        .where(LibraryEntry.organizer_id == organizer_id, LibraryEntry.kind == "project")
        .where(*await wanted.conditions(session))
    )
    keys = [LibraryEntry.added_at, LibraryEntry.subject_id]
    found = await page(session, query, keys, window, descending=True)
    may = actor.may(organizer_id, Permission.CONTACTS_READ)
    items = [views.staff_project(row.Project, row.Company, row.LibraryEntry, contacts=may) for row in found.rows]
    return StaffProjectList(items=items, next=found.next)


async def library_institutions(
    session: AsyncSession, actor: Actor, organizer_id: str, q: str, status: VerificationStatus | None, window: Window
) -> StaffInstitutionList:
    """The organizer's institution library with its own word on each, newest first, for its staff."""
    actor.require(organizer_id, Permission.ORGANIZER_READ)
    query = (
        select(Institution, LibraryEntry, Verification)
        .join(LibraryEntry, LibraryEntry.subject_id == Institution.id)
        .outerjoin(
            Verification,
            (Verification.institution_id == Institution.id) & (Verification.organizer_id == LibraryEntry.organizer_id),
        )
        .where(LibraryEntry.organizer_id == organizer_id, LibraryEntry.kind == "institution")
    )
    if q:
        owners: dict[search.Kind, search.Owner] = dict.fromkeys(INSTITUTION_TEXTS, Institution.id)
        query = query.where(search.condition(await search.find(session, q, INSTITUTION_TEXTS), owners))
    if status:
        query = query.where(Verification.status == status)
    found = await page(session, query, [LibraryEntry.added_at, LibraryEntry.subject_id], window, descending=True)
    may = actor.may(organizer_id, Permission.CONTACTS_READ)
    items = [
        views.staff_institution(row.Institution, row.LibraryEntry, row.Verification, contacts=may) for row in found.rows
    ]
    return StaffInstitutionList(items=items, next=found.next)


async def _entries(session: AsyncSession, project_id: str) -> list[LibraryEntry]:
    query = select(LibraryEntry).where(LibraryEntry.kind == "project", LibraryEntry.subject_id == project_id)
    return list(await session.scalars(query.order_by(LibraryEntry.added_at)))


async def _is_trusted_by(session: AsyncSession, actor: Actor, organizer_ids: list[str]) -> bool:
    if not actor.institution_roles or not organizer_ids:
        return False
    query = select(Verification.institution_id).where(
        Verification.organizer_id.in_(organizer_ids),
        Verification.institution_id.in_(actor.institution_roles),
        Verification.status == VerificationStatus.VERIFIED,
    )
    return await session.scalar(query.limit(1)) is not None


async def house_of(session: AsyncSession, actor: Actor) -> str:
    """The name of the person's institution, else of their company, which stands beside theirs; else empty."""
    if actor.institution_roles:
        named = select(Institution.name).where(Institution.id.in_(actor.institution_roles)).order_by(Institution.id)
    elif actor.company_roles:
        named = select(Company.name).where(Company.id.in_(actor.company_roles)).order_by(Company.id)
    else:
        return ""
    return await session.scalar(named.limit(1)) or ""
