"""Rows of the directory as each audience may see them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events import masks
from events.directory.models import (
    Company,
    Evidence,
    Institution,
    LibraryEntry,
    Organizer,
    Project,
    Recognition,
    Verification,
)
from events.directory.schemas import (
    CompanyView,
    EvidenceView,
    FeedInstitution,
    FeedProject,
    GatedProject,
    InstitutionCard,
    OpenedProject,
    OrganizerView,
    OwnInstitution,
    OwnProject,
    ProjectDetails,
    PublicProject,
    RecognitionView,
    StaffInstitution,
    StaffProject,
    VerificationView,
)

MASKS = {"contact_name": masks.name, "contact_phone": masks.phone, "contact_email": masks.mail}


def organizer(row: Organizer) -> OrganizerView:
    return OrganizerView(id=row.id, slug=row.slug, name=row.name, name_en=row.name_en, timezone=row.timezone)


def company(row: Company) -> CompanyView:
    return CompanyView(id=row.id, name=row.name, credit_code=row.credit_code, created_at=row.created_at)


def public_project(row: Project, owner: Company) -> PublicProject:
    return PublicProject(**_fields(row, PublicProject), company_name=owner.name)


def gated_project(row: Project, owner: Company) -> GatedProject:
    return GatedProject(**_fields(row, ProjectDetails), company_name=owner.name)


def opened_project(row: Project, owner: Company) -> OpenedProject:
    return OpenedProject(**_fields(row, OpenedProject), company_name=owner.name)


def own_project(row: Project, owner: Company) -> OwnProject:
    return OwnProject(**_fields(row, OwnProject), company_name=owner.name, credit_code=owner.credit_code)


def staff_project(row: Project, owner: Company, entry: LibraryEntry, *, contacts: bool) -> StaffProject:
    """Without `contacts` they are masked: for staff who may look, not call."""
    return StaffProject(
        **_contacts(_fields(row, StaffProject), contacts), company_name=owner.name, credit_code=owner.credit_code,
        source=entry.source, added_at=entry.added_at,
    )  # fmt: skip


def feed_project(row: Project, owner: Company) -> FeedProject:
    return FeedProject(**_fields(row, FeedProject), company_name=owner.name, credit_code=owner.credit_code)


def verification(row: Verification, organizer_name: str) -> VerificationView:
    return VerificationView(
        organizer_id=row.organizer_id, organizer_name=organizer_name, institution_id=row.institution_id,
        status=row.status, reason=row.reason, requested_at=row.requested_at, decided_at=row.decided_at,
    )  # fmt: skip


def recognition(row: Recognition, organizer_name: str, documents: Sequence[Evidence]) -> RecognitionView:
    return RecognitionView(
        organizer_id=row.organizer_id, organizer_name=organizer_name, company_id=row.company_id, status=row.status,
        reason=row.reason, requested_at=row.requested_at, decided_at=row.decided_at,
        address_proved_at=row.address_proved_at,
        evidence=[
            EvidenceView(id=each.id, filename=each.filename, size=each.size, added_at=each.added_at)
            for each in documents
        ],
    )  # fmt: skip


def own_institution(row: Institution, verifications: Sequence[VerificationView]) -> OwnInstitution:
    return OwnInstitution(**_fields(row, OwnInstitution), verifications=list(verifications))


def staff_institution(
    row: Institution, entry: LibraryEntry, word: Verification | None, *, contacts: bool
) -> StaffInstitution:
    return StaffInstitution(
        **_contacts(_fields(row, StaffInstitution), contacts),
        status=word.status if word else None, reason=word.reason if word else "",
        requested_at=word.requested_at if word else None, decided_at=word.decided_at if word else None,
        source=entry.source, added_at=entry.added_at,
    )  # fmt: skip


def feed_institution(row: Institution, status: str | None) -> FeedInstitution:
    return FeedInstitution(**_fields(row, InstitutionCard), status=status, updated_at=row.updated_at)


def _contacts(fields: dict[str, Any], are_open: bool) -> dict[str, Any]:
    if are_open:
        return fields
    return fields | {name: mask(fields[name]) for name, mask in MASKS.items()}


def _fields(row: Project | Institution, view: type[Any]) -> dict[str, Any]:
    """The view's fields that the row has by the same name."""
    return {name: getattr(row, name) for name in view.model_fields if name in row.__mapper__.columns}
