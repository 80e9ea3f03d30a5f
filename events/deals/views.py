"""An intent as each audience may see it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from events.deals.models import Intent, IntentState
from events.deals.schemas import CompanyIntent, IntentView, OwnIntent, StaffIntent
from events.directory.models import Company, Institution, Project
from events.directory.schemas import Contact


@dataclass(frozen=True, slots=True)
class Whole:
    """An intent with everything its views name."""

    intent: Intent
    project: Project
    company: Company
    institution: Institution
    user_name: str
    roadshow_title: str | None


def own(whole: Whole) -> OwnIntent:
    return OwnIntent(
        **_common(whole), user_id=whole.intent.user_id, user_name=whole.user_name,
        contact=_contact(whole.intent, whole.project),
    )  # fmt: skip


def company(whole: Whole) -> CompanyIntent:
    return CompanyIntent(**_common(whole), contact=_contact(whole.intent, whole.institution))


def staff(whole: Whole) -> StaffIntent:
    intent = whole.intent
    return StaffIntent(
        **_common(whole), organizer_id=intent.organizer_id, user_id=intent.user_id, user_name=whole.user_name
    )


def _contact(intent: Intent, other_side: Project | Institution) -> Contact | None:
    if intent.state != IntentState.ACCEPTED:
        return None
    return Contact(
        contact_name=other_side.contact_name,
        contact_phone=other_side.contact_phone,
        contact_email=other_side.contact_email,
    )


def _common(whole: Whole) -> dict[str, Any]:
    columns = Intent.__mapper__.columns
    fields = {name: getattr(whole.intent, name) for name in IntentView.model_fields if name in columns}
    return fields | {
        "roadshow_title": whole.roadshow_title,
        "project_name": whole.project.name,
        "company_name": whole.company.name,
        "institution_name": whole.institution.name,
        "institution_kind": whole.institution.kind,
    }
