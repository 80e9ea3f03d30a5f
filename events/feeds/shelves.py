"""Where rows of an import come to stand: an organizer's projects with their companies, or its institutions.

A shelf serves one batch whose keys and codes are all different: `load` what is there, `place` each row in memory,
`write` everything at once. An import finds and changes the organizer's own records; what a company or an institution
keeps up itself, once this organizer has recognised or verified it, an import leaves alone. Other organizers' records of
the same code do not exist for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.base import new_id
from events.changes import SCHEMA_VERSION, Change, ChangeKind
from events.directory import views
from events.directory.models import (
    Company,
    Institution,
    InstitutionKind,
    LibraryEntry,
    Project,
    Recognition,
    RecognitionStatus,
    Source,
    Verification,
    VerificationStatus,
)
from events.feeds.reader import Reader, Row
from events.feeds.refusals import RowRefused

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
class Shelf:
    """What both kinds of shelf share: the library's entries, who keeps what up, and the news for partners."""

    organizer_id: str
    reader: Reader
    now: datetime
    claimed: set[str] = field(default_factory=set)
    entries: list[dict[str, Any]] = field(default_factory=list)
    news: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, code: str, row: Row, *fields: str) -> RowRefused:
        """The refusal, naming the first of these fields that the file has."""
        column = next((name for name in map(self.reader.column_of, fields) if name), "")
        value = row.values.get(fields[0], row.key)
        return RowRefused(code, column, str(value))

    def enter(self, kind: Literal["project", "institution"], subject_id: str, key: str) -> None:
        self.entries.append(
            {
                "organizer_id": self.organizer_id, "kind": kind, "subject_id": subject_id, "external_key": key,
                "source": Source.IMPORTED.value, "added_at": self.now,
            }
        )  # fmt: skip

    def tell(self, kind: ChangeKind, subject_id: str, data: dict[str, Any]) -> None:
        self.news.append(
            {
                "id": new_id(), "organizer_id": self.organizer_id, "kind": kind.value, "object_id": subject_id,
                "data": data, "schema_version": SCHEMA_VERSION, "at": self.now,
            }
        )  # fmt: skip

    async def finish(self, session: AsyncSession) -> None:
        for table, rows in ((LibraryEntry, self.entries), (Change, self.news)):
            if rows:
                await session.execute(insert(table), rows)


@dataclass(slots=True)
class ProjectShelf(Shelf):
    """Companies and their project cards."""

    known: dict[str, tuple[Project, Company]] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    new_companies: list[dict[str, Any]] = field(default_factory=list)
    new_projects: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Project, Company]] = field(default_factory=list)

    async def load(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        keys, codes = {row.key for row in rows}, {row.credit_code for row in rows} - {None}
        query = (
            select(LibraryEntry.external_key, Project, Company)
            .join(Project, Project.id == LibraryEntry.subject_id)
            .join(Company, Company.id == Project.company_id)
            .where(LibraryEntry.organizer_id == self.organizer_id, LibraryEntry.kind == "project")
            .where(or_(LibraryEntry.external_key.in_(keys), Company.credit_code.in_(codes) & self._is_meant()))
        )
        by_code: dict[str, tuple[Project, Company]] = {}
        for key, project, company in await session.execute(query):
            if key in keys:
                self.known[key] = project, company
            if company.credit_code and company.credit_code in codes:
                by_code[company.credit_code] = project, company
        self.known |= {
            row.key: by_code[row.credit_code]
            for row in rows
            if row.key not in self.known and row.credit_code in by_code
        }
        meant = select(Company).where(Company.credit_code.in_(codes), self._is_meant())
        for company in await session.scalars(meant):
            self.companies[company.credit_code or ""] = company
        await self._look_at(session)

    def _is_meant(self) -> ColumnElement[bool]:
        """A record of this organizer's, or a company it has recognised."""
        recognised = select(Recognition.company_id).where(
            Recognition.organizer_id == self.organizer_id, Recognition.status == RecognitionStatus.RECOGNISED
        )
        return or_(Company.listed_by == self.organizer_id, Company.id.in_(recognised))

    async def _look_at(self, session: AsyncSession) -> None:
        found = [company for _, company in self.known.values()] + list(self.companies.values())
        companies = {company.id for company in found}
        self.claimed = {company.id for company in found if company.listed_by != self.organizer_id}
        several = select(Project.company_id).where(Project.company_id.in_(companies)).group_by(Project.company_id)
        if companies:
            self.crowded = set(await session.scalars(several.having(func.count() > 1)))

    def place(self, row: Row) -> tuple[bool, str]:
        """(whether it is new, the project's id). Refuses: `RowRefused`."""
        found = self.known.get(row.key)
        if found is not None:
            return False, self._change(row, *found)
        company = self.companies.get(row.credit_code or "")
        if company is not None and company.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "credit_code")
        return True, self._add(row, company)

    def _add(self, row: Row, company: Company | None) -> str:
        values = {name: value for name, value in row.values.items() if name != "credit_code"}
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
        self.enter("project", project["id"], row.key)
        self._tell(Project(**project), company)
        return str(project["id"])

    def _change(self, row: Row, project: Project, company: Company) -> str:
        code = row.credit_code
        if company.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "key", "credit_code", "name")
        if code and code != company.credit_code and (code in self.companies or company.id in self.crowded):
            raise self.refuse("credit_code_taken", row, "credit_code")
        is_changed = _assign(project, {name: value for name, value in row.values.items() if name != "credit_code"})
        if company.id not in self.crowded:
            facts = {"name": row.values["name"]} | ({"credit_code": code} if code else {})
            is_changed = _assign(company, facts) or is_changed
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


@dataclass(slots=True)
class InstitutionShelf(Shelf):
    """Institutions, with this organizer's word on them kept as it is."""

    known: dict[str, Institution] = field(default_factory=dict)
    taken: dict[str, dict[str, str]] = field(default_factory=lambda: {"credit_code": {}, "registration_no": {}})
    words: dict[str, str] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Institution] = field(default_factory=list)

    async def load(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        keys = {row.key for row in rows}
        codes, numbers = ({row.values.get(name) for row in rows} - {None} for name in self.taken)
        is_same = or_(Institution.credit_code.in_(codes), Institution.registration_no.in_(numbers))
        query = (
            select(LibraryEntry.external_key, Institution, Verification.status)
            .join(Institution, Institution.id == LibraryEntry.subject_id)
            .outerjoin(
                Verification,
                (Verification.institution_id == Institution.id) & (Verification.organizer_id == self.organizer_id),
            )
            .where(LibraryEntry.organizer_id == self.organizer_id, LibraryEntry.kind == "institution")
            .where(or_(LibraryEntry.external_key.in_(keys), is_same & self._is_meant()))
        )
        by_code: dict[str, Institution] = {}
        for key, institution, status in await session.execute(query):
            if key in keys:
                self.known[key] = institution
            by_code |= {
                code: institution
                for code in (institution.credit_code, institution.registration_no)
                if code and code in codes | numbers
            }
            if status:
                self.words[institution.id] = status
        for row in rows:
            same = by_code.get(row.credit_code or "") or by_code.get(row.values.get("registration_no", ""))
            if same is not None:
                self.known.setdefault(row.key, same)
        for id_, code, number in await session.execute(
            select(Institution.id, Institution.credit_code, Institution.registration_no).where(
                is_same, self._is_meant()
            )
        ):
            self.taken["credit_code"] |= {code: id_} if code else {}
            self.taken["registration_no"] |= {number: id_} if number else {}
        self.claimed = {each.id for each in self.known.values() if each.listed_by != self.organizer_id}

    def _is_meant(self) -> ColumnElement[bool]:
        """A record of this organizer's, or an institution it has verified."""
        verified = select(Verification.institution_id).where(
            Verification.organizer_id == self.organizer_id, Verification.status == VerificationStatus.VERIFIED
        )
        return or_(Institution.listed_by == self.organizer_id, Institution.id.in_(verified))

    def place(self, row: Row) -> tuple[bool, str]:
        """(whether it is new, the institution's id). Refuses: `RowRefused`."""
        institution = self.known.get(row.key)
        if institution is not None and institution.id in self.claimed:
            raise self.refuse("maintained_elsewhere", row, "key", "credit_code", "name")
        for name, owners in self.taken.items():
            owner = owners.get(row.values.get(name, ""))
            if owner is not None and (institution is None or owner != institution.id):
                raise self.refuse(f"{name}_taken", row, name)
        if institution is None:
            return True, self._add(row)
        if _assign(institution, row.values):
            institution.updated_at = self.now
            self.changed.append(institution)
        return False, institution.id

    def _add(self, row: Row) -> str:
        own = {"id": new_id(), "listed_by": self.organizer_id, "created_at": self.now, "updated_at": self.now}
        facts = NEW_INSTITUTION | row.values | own
        self.new.append(facts)
        self.enter("institution", facts["id"], row.key)
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


def _assign(row: Any, values: dict[str, Any]) -> bool:
    """Set what differs. Returns whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
