"""What comes in and goes out of the directory, one view type for each audience."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from events.accounts.models import MembershipState
from events.base_schemas import (
    CODE,
    LINES,
    MAIL,
    ONE_LINE,
    SEEN,
    Email,
    Fen,
    In,
    ListView,
    Title,
    Words,
)
from events.base_schemas import Label as LabelText
from events.directory.models import (
    Industry,
    InstitutionKind,
    Instrument,
    Label,
    RecognitionStatus,
    Round,
    Source,
    Stage,
    VerificationStatus,
)
from events.moments import Day

T = TypeVar("T")


def _once(items: list[T]) -> list[T]:
    return list(dict.fromkeys(items))


Some = Annotated[list[T], Field(max_length=20), AfterValidator(_once)]
Short = Annotated[str, StringConstraints(max_length=80), ONE_LINE, SEEN]
Region = Short
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{0,40}$"), CODE]
Mail = Annotated[Email | Literal[""], MAIL]
CreditCode = Annotated[str, Field(max_length=60, examples=["91420100MA4K2T5P8Q"]), CODE]


class OrganizerIn(In):
    slug: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{1,38}$", examples=["optics-valley"]), CODE]
    name: LabelText
    name_en: Annotated[str, StringConstraints(max_length=120), ONE_LINE, SEEN] = ""


class OrganizerView(BaseModel):
    id: str
    slug: str
    name: str
    name_en: str
    timezone: str


class OrganizerList(ListView):
    items: list[OrganizerView]


class CompanyIn(In):
    credit_code: CreditCode
    name: Title


class Named(BaseModel):
    """Something that exists: its id and its name, nothing more."""

    id: str
    name: str


class CompanyView(Named):
    credit_code: str | None
    created_at: datetime


class MemberState(BaseModel):
    role: str
    state: MembershipState


class CompanyJoined(BaseModel):
    """201: the first of its company, so a member; 202: its members have been asked."""

    company: CompanyView | Named
    membership: MemberState


class MemberView(BaseModel):
    user_id: str
    name: str
    email: str | None
    role: str
    state: MembershipState
    since: datetime


class MemberList(BaseModel):
    items: list[MemberView]


class ProjectIn(In):
    """The project card (项目卡)."""

    name: Title
    one_liner: Annotated[str, Field(max_length=200), ONE_LINE, SEEN] = ""
    stage: Stage | None = None
    industries: Some[Industry] = Field(default_factory=list)
    region: Region = ""
    labels: Some[Label] = Field(default_factory=list)
    round: Round | None = None
    founded_on: Day | None = None
    ask_amount_fen: Fen | None = None
    instruments: Some[Instrument] = Field(default_factory=list)
    team: Words = ""
    highlights: Words = ""
    contact_name: Short = ""
    contact_phone: Phone = ""
    contact_email: Mail = ""


class ProjectPatch(ProjectIn):
    """Fields not sent stay as they are."""

    name: Title = ""


class ProjectCard(BaseModel):
    """What anybody may read once the project is shown at a published roadshow."""

    id: str
    company_id: str
    company_name: str
    name: str
    one_liner: str
    stage: Stage | None
    industries: list[Industry]
    region: str
    labels: list[Label]
    round: Round | None


class ProjectDetails(ProjectCard):
    """What a verified institution may read besides."""

    founded_on: date | None
    ask_amount_fen: int | None
    instruments: list[Instrument]
    team: str
    highlights: str


class Contact(BaseModel):
    contact_name: str
    contact_phone: str
    contact_email: str


class PublicProject(ProjectCard):
    audience: Literal["public"] = "public"


class GatedProject(ProjectDetails):
    audience: Literal["gated"] = "gated"


class OpenedProject(ProjectDetails, Contact):
    """For an institution whose intent was accepted."""

    audience: Literal["opened"] = "opened"


class OwnProject(ProjectDetails, Contact):
    audience: Literal["own"] = "own"
    credit_code: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class StaffProject(ProjectDetails, Contact):
    audience: Literal["staff"] = "staff"
    credit_code: str | None
    source: Source
    added_at: datetime
    updated_at: datetime


class FeedProject(ProjectDetails):
    """For integrators: keyed by credit code, without persons."""

    credit_code: str | None
    updated_at: datetime


ProjectView = Annotated[
    PublicProject | GatedProject | OpenedProject | OwnProject | StaffProject, Field(discriminator="audience")
]


class PublicProjectList(ListView):
    items: list[PublicProject]


class OwnProjectList(ListView):
    items: list[OwnProject]


class StaffProjectList(ListView):
    items: list[StaffProject]


class InstitutionIn(In):
    """Who invests, and in what: its thesis."""

    name: Title
    kind: InstitutionKind
    registration_no: Annotated[str, Field(max_length=40, examples=["P1012345"]), CODE] | None = None
    credit_code: CreditCode | None = None
    region: Region = ""
    about: Words = ""
    stages: Some[Stage] = Field(default_factory=list)
    industries: Some[Industry] = Field(default_factory=list)
    regions: Some[Region] = Field(default_factory=list)
    instruments: Some[Instrument] = Field(default_factory=list)
    cheque_min_fen: Fen | None = None
    cheque_max_fen: Fen | None = None
    contact_name: Short = ""
    contact_phone: Phone = ""
    contact_email: Mail = ""


class InstitutionPatch(InstitutionIn):
    """Fields not sent stay as they are."""

    name: Title = ""
    kind: InstitutionKind = InstitutionKind.OTHER


class InstitutionCard(BaseModel):
    id: str
    name: str
    kind: InstitutionKind
    registration_no: str | None
    registration_checked_on: date | None
    credit_code: str | None
    region: str
    about: str
    stages: list[Stage]
    industries: list[Industry]
    regions: list[str]
    instruments: list[Instrument]
    cheque_min_fen: int | None
    cheque_max_fen: int | None


class VerificationView(BaseModel):
    """One organizer's word on an institution; `reason` says why when rejected."""

    organizer_id: str
    organizer_name: str
    institution_id: str
    status: VerificationStatus
    reason: str
    requested_at: datetime
    decided_at: datetime | None


class OwnInstitution(InstitutionCard, Contact):
    verifications: list[VerificationView]
    created_at: datetime
    updated_at: datetime
    version: int


class StaffInstitution(InstitutionCard, Contact):
    """`status` is null for an imported institution that never asked to be verified."""

    status: VerificationStatus | None
    reason: str
    requested_at: datetime | None
    decided_at: datetime | None
    source: Source
    added_at: datetime


class FeedInstitution(InstitutionCard):
    """For integrators: this organizer's word included, without persons."""

    status: VerificationStatus | None
    updated_at: datetime


class StaffInstitutionList(ListView):
    items: list[StaffInstitution]


class InstitutionJoined(BaseModel):
    """201: the first of its institution, so a member; 202: its members have been asked."""

    institution: OwnInstitution | Named
    membership: MemberState


class VerificationRequestIn(In):
    organizer_id: Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]


class VerificationIn(In):
    """A rejection says why."""

    status: Literal[VerificationStatus.VERIFIED, VerificationStatus.REJECTED]
    reason: Annotated[str, Field(max_length=500), LINES, SEEN] = ""


class RecognitionRequestIn(In):
    organizer_id: Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]


class RecognitionCodeIn(In):
    code: Annotated[str, StringConstraints(min_length=4, max_length=80), CODE]


class RecognitionIn(In):
    """A rejection says why."""

    status: Literal[RecognitionStatus.RECOGNISED, RecognitionStatus.REJECTED]
    reason: Annotated[str, StringConstraints(max_length=500), LINES, SEEN] = ""


class EvidenceView(BaseModel):
    """A document shown to one organizer; `size` in bytes."""

    id: str
    filename: str
    size: int
    added_at: datetime


class RecognitionView(BaseModel):
    """Where a company stands with one organizer; nothing of what that organizer's list holds."""

    organizer_id: str
    organizer_name: str
    company_id: str
    status: RecognitionStatus
    reason: str
    requested_at: datetime
    decided_at: datetime | None
    address_proved_at: datetime | None
    evidence: list[EvidenceView]


class RecognitionList(BaseModel):
    items: list[RecognitionView]


class StaffRecognition(RecognitionView):
    """For the organizer: who asks, and `hands_over`, the cards of its own list that recognition gives away."""

    company_name: str
    credit_code: str | None
    requested_by_name: str
    requested_by_email: str | None
    hands_over: list[Named]


class StaffRecognitionList(BaseModel):
    items: list[StaffRecognition]
