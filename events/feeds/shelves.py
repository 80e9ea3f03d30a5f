"""Where rows of an import come to stand: an organizer's projects with their companies, or its institutions.

A shelf serves one run of rows whose keys, codes and names are all different: `load` what is there, `place` each row in
memory, `write` everything at once. An import finds and changes the organizer's own records; what a company or an
institution keeps up itself, once this organizer has recognised or verified it, an import leaves alone. Records of the
same code that belong to other organizers do not exist for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.base import new_id
from events.changes import ChangeKind
from events.directory import views
from events.directory.models import (
    Company,
    Institution,
    InstitutionKind,
    LibraryEntry,
    Project,
    Recognition,
    RecognitionStatus,
    Verification,
    VerificationStatus,
)
from events.directory.naming import name_key
from events.feeds.identity import Entry
from events.feeds.models import ImportKind
from events.feeds.reader import Row
from events.feeds.shelf import Shelf, assign, differs

NEW_PROJECT: dict[str, Any] = {
    "one_liner": "", "stage": None, "industries": [], "region": "", "labels": [], "round": None, "founded_on": None,
    "ask_amount_fen": None, "instruments": [], "team": "", "highlights": "", "contact_name": "", "contact_phone": "",
    "contact_email": "", "version": 1,
}  # fmt: skip
NEW_INSTITUTION: dict[str, Any] = {
    "kind": InstitutionKind.OTHER.value, "registration_no": None, "registration_checked_on": None, "credit_code": None,
    "region": "", "about": "", "stages": [], "industries": [], "regions": [], "instruments": [],
    "cheque_min_fen": None, "cheque_max_fen": None, "contact_name": "", "contact_phone": "", "contact_email": "",
    "own_code": None, "own_no": None, "version": 1,
}  # fmt: skip


@dataclass(slots=True)
class ProjectShelf(Shelf[tuple[Project, Company]]):
    """Companies and their project cards."""

    companies: dict[str, Company] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    new_companies: list[dict[str, Any]] = field(default_factory=list)
    new_projects: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Project, Company]] = field(default_factory=list)

    async def load(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        codes = {row.credit_code for row in rows} - {None}
        coded = Company.credit_code.in_(codes) & self._is_meant()
        near: Any = union(
            self.bearing("project", rows),
            select(Project.id).where(Project.name_key.in_({name_key(row.values["name"]) for row in rows})),
            select(Project.id).join(Company, Company.id == Project.company_id).where(coded),
        )
        query = (
            select(LibraryEntry.external_key, Project, Company, self._is_meant())
            .join(Project, Project.id == LibraryEntry.subject_id)
            .join(Company, Company.id == Project.company_id)
            .where(LibraryEntry.organizer_id == self.organizer_id, LibraryEntry.kind == "project")
            .where(LibraryEntry.subject_id.in_(near))
            .order_by(LibraryEntry.added_at, LibraryEntry.subject_id)
        )
        found = []
        for key, project, company, is_meant in await session.execute(query):
            entry = Entry(project.id, project.name, {"credit_code": company.credit_code}, key)
            self.remember(entry, (project, company), is_meant=is_meant)
            found.append(company)
        for company in await session.scalars(select(Company).where(coded)):
            self.companies[company.credit_code or ""] = company
        await self._look_at(session, found + list(self.companies.values()))

    def _is_meant(self) -> ColumnElement[bool]:
        """A record of this organizer's, or a company it has recognised."""
        recognised = select(Recognition.company_id).where(
            Recognition.organizer_id == self.organizer_id, Recognition.status == RecognitionStatus.RECOGNISED
        )
        return or_(Company.listed_by == self.organizer_id, Company.id.in_(recognised))

    async def _look_at(self, session: AsyncSession, found: Sequence[Company]) -> None:
        companies = {company.id for company in found}
        self.claimed = {company.id for company in found if company.listed_by != self.organizer_id}
        several = select(Project.company_id).where(Project.company_id.in_(companies)).group_by(Project.company_id)
        if companies:
            self.crowded = set(await session.scalars(several.having(func.count() > 1)))

    def place(self, row: Row) -> tuple[bool, str]:
        found = self.meant(row)
        if found is not None:
            return False, self._change(row, *found)
        company = self.companies.get(row.credit_code or "")
        if company is not None and company.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "credit_code")
        return True, self._add(row, company)

    def would_change(self, row: Row, found: tuple[Project, Company]) -> bool:
        project, company = found
        return differs(project, _card(row)) or differs(company, self._facts(row, company))

    def _facts(self, row: Row, company: Company) -> dict[str, Any]:
        """What the row says of the company itself; nothing where several cards share it."""
        if company.id in self.crowded:
            return {}
        return {"name": row.values["name"]} | ({"credit_code": row.credit_code} if row.credit_code else {})

    def _add(self, row: Row, company: Company | None) -> str:
        values = _card(row)
        if company is None:
            facts = {
                "id": new_id(), "credit_code": row.credit_code, "own_code": None, "listed_by": self.organizer_id,
                "name": values["name"], "created_at": self.now,
            }  # fmt: skip
            company = Company(**facts)
            self.new_companies.append(facts)
        own = {"id": new_id(), "company_id": company.id, "created_at": self.now, "updated_at": self.now}
        project = NEW_PROJECT | values | own
        self.new_projects.append(project)
        self.enter("project", project["id"], row)
        self._tell(Project(**project), company)
        return str(project["id"])

    def _change(self, row: Row, project: Project, company: Company) -> str:
        code = row.credit_code
        if company.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "key", "credit_code", "name")
        if code and code != company.credit_code and (code in self.companies or company.id in self.crowded):
            raise self.refuse("credit_code_taken", row, "credit_code")
        is_changed = assign(project, _card(row))
        is_changed = assign(company, self._facts(row, company)) or is_changed
        if is_changed:
            project.updated_at = self.now
            self.changed.append((project, company))
        return project.id

    def _tell(self, project: Project, company: Company) -> None:
        self.tell(ChangeKind.PROJECT, project.id, views.feed_project(project, company).model_dump(mode="json"))

    async def write(self, session: AsyncSession) -> None:
        await session.flush()
        for project, company in self.changed:
            self._tell(project, company)
        if self.new_companies:
            await session.execute(insert(Company), self.new_companies)
            await search.keep(session, Company, self.new_companies)
        if self.new_projects:
            await session.execute(insert(Project), self.new_projects)
            await search.keep(session, Project, self.new_projects)
        await self.finish(session)


def _card(row: Row) -> dict[str, Any]:
    """What the row says of the project card; the code is the company's."""
    return {name: value for name, value in row.values.items() if name != "credit_code"}


@dataclass(slots=True)
class InstitutionShelf(Shelf[Institution]):
    """Institutions, with this organizer's word on them kept as it is."""

    taken: dict[str, dict[str, str]] = field(default_factory=lambda: {"credit_code": {}, "registration_no": {}})
    words: dict[str, str] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Institution] = field(default_factory=list)

    async def load(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        codes, numbers = ({row.values.get(name) for row in rows} - {None} for name in self.taken)
        is_same = or_(Institution.credit_code.in_(codes), Institution.registration_no.in_(numbers)) & self._is_meant()
        near: Any = union(
            self.bearing("institution", rows),
            select(Institution.id).where(Institution.name_key.in_({name_key(row.values["name"]) for row in rows})),
            select(Institution.id).where(is_same),
        )
        query = (
            select(LibraryEntry.external_key, Institution, Verification.status, self._is_meant())
            .join(Institution, Institution.id == LibraryEntry.subject_id)
            .outerjoin(
                Verification,
                (Verification.institution_id == Institution.id) & (Verification.organizer_id == self.organizer_id),
            )
            .where(LibraryEntry.organizer_id == self.organizer_id, LibraryEntry.kind == "institution")
            .where(LibraryEntry.subject_id.in_(near))
            .order_by(LibraryEntry.added_at, LibraryEntry.subject_id)
        )
        for key, found, status, is_meant in await session.execute(query):
            known = {"credit_code": found.credit_code, "registration_no": found.registration_no}
            self.remember(Entry(found.id, found.name, known, key), found, is_meant=is_meant)
            self.claimed |= {found.id} if found.listed_by != self.organizer_id else set()
            if status:
                self.words[found.id] = status
        owners = select(Institution.id, Institution.credit_code, Institution.registration_no).where(is_same)
        for id_, code, number in await session.execute(owners):
            self.taken["credit_code"] |= {code: id_} if code else {}
            self.taken["registration_no"] |= {number: id_} if number else {}

    def _is_meant(self) -> ColumnElement[bool]:
        """A record of this organizer's, or an institution it has verified."""
        verified = select(Verification.institution_id).where(
            Verification.organizer_id == self.organizer_id, Verification.status == VerificationStatus.VERIFIED
        )
        return or_(Institution.listed_by == self.organizer_id, Institution.id.in_(verified))

    def place(self, row: Row) -> tuple[bool, str]:
        institution = self.meant(row)
        if institution is not None and institution.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "key", "credit_code", "name")
        for name, owners in self.taken.items():
            owner = owners.get(row.values.get(name, ""))
            if owner is not None and (institution is None or owner != institution.id):
                raise self.refuse(f"{name}_taken", row, name)
        if institution is None:
            return True, self._add(row)
        if assign(institution, row.values):
            institution.updated_at = self.now
            self.changed.append(institution)
        return False, institution.id

    def would_change(self, row: Row, found: Institution) -> bool:
        return differs(found, row.values)

    def _add(self, row: Row) -> str:
        own = {"id": new_id(), "listed_by": self.organizer_id, "created_at": self.now, "updated_at": self.now}
        facts = NEW_INSTITUTION | row.values | own
        self.new.append(facts)
        self.enter("institution", facts["id"], row)
        self._tell(Institution(**facts))
        return str(facts["id"])

    def _tell(self, institution: Institution) -> None:
        view = views.feed_institution(institution, self.words.get(institution.id))
        self.tell(ChangeKind.INSTITUTION, institution.id, view.model_dump(mode="json"))

    async def write(self, session: AsyncSession) -> None:
        await session.flush()
        for institution in self.changed:
            self._tell(institution)
        if self.new:
            await session.execute(insert(Institution), self.new)
            await search.keep(session, Institution, self.new)
        await self.finish(session)


SHELVES: dict[ImportKind, type[ProjectShelf] | type[InstitutionShelf]] = {
    ImportKind.COMPANIES: ProjectShelf,
    ImportKind.INSTITUTIONS: InstitutionShelf,
}
