"""Tables of the directory, and the field's fixed vocabularies."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from events.base import Base, Key
from events.directory.naming import LONGEST_KEY, key_of_inserted, name_key
from events.search import Kind as Searched


class Stage(StrEnum):
    SEED = "seed"  # 种子期
    STARTUP = "startup"  # 初创期
    GROWTH = "growth"  # 成长期
    MATURE = "mature"  # 成熟期


class Industry(StrEnum):
    OPTOELECTRONICS = "optoelectronics"  # 光电子信息
    AUTOMOTIVE = "automotive"  # 汽车制造与服务
    HEALTH = "health"  # 大健康/生命健康
    SEMICONDUCTOR = "semiconductor"  # 集成电路
    AI = "ai"  # 人工智能
    EQUIPMENT = "equipment"  # 高端装备
    ENERGY = "energy"  # 新能源
    MATERIALS = "materials"  # 新材料
    SPACE = "space"  # 北斗/空天
    DIGITAL = "digital"  # 数字经济
    OTHER = "other"  # 其他


class Round(StrEnum):
    ANGEL = "angel"
    PRE_A = "pre_a"
    A = "a"
    B = "b"
    C = "c"
    D_PLUS = "d_plus"
    PRE_IPO = "pre_ipo"
    UNDISCLOSED = "undisclosed"


class Instrument(StrEnum):
    EQUITY = "equity"  # 股
    LOAN = "loan"  # 贷
    BOND = "bond"  # 债
    INSURANCE = "insurance"  # 保
    GUARANTEE = "guarantee"  # 担


class Label(StrEnum):
    HIGH_TECH = "high_tech"  # 高新技术企业
    TECH_SME = "tech_sme"  # 科技型中小企业
    INNOVATIVE_SME = "innovative_sme"  # 创新型中小企业
    SPECIALIZED = "specialized"  # 专精特新中小企业
    LITTLE_GIANT = "little_giant"  # 专精特新"小巨人"
    GAZELLE = "gazelle"  # 瞪羚
    UNICORN = "unicorn"  # 独角兽


class InstitutionKind(StrEnum):
    VC = "vc"
    PE = "pe"
    CVC = "cvc"
    GOVERNMENT_FUND = "government_fund"  # 政府引导基金
    AIC = "aic"
    BANK = "bank"
    GUARANTEE = "guarantee"
    INSURANCE = "insurance"
    BROKER = "broker"
    ANGEL = "angel"
    OTHER = "other"


class VerificationStatus(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


class Source(StrEnum):
    """How something came into an organizer's library."""

    SIGNED_UP = "signed_up"
    IMPORTED = "imported"


class Organizer(Base):
    __tablename__ = "organizers"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    created_at: Mapped[datetime]


class ByName:
    """Found by its name however it is typed: `name_key` follows the name."""

    name_key: Mapped[str | None] = mapped_column(String(LONGEST_KEY), index=True, default=key_of_inserted)

    @validates("name")
    def _follow(self, _: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class Company(Base):
    """An enterprise that signed up itself, or (`listed_by`) a line of one organizer's list, which has no members."""

    __tablename__ = "companies"
    __searched__: ClassVar = {Searched.COMPANY: ("name",)}
    __table_args__ = (
        UniqueConstraint("own_code", name="uq_companies_credit_code"),
        Index("uq_companies_listed_code", "listed_by", "credit_code", unique=True),
    )

    id: Mapped[Key]
    credit_code: Mapped[str | None] = mapped_column(String(18))
    own_code: Mapped[str | None] = mapped_column(String(18))
    """The credit code of one that signed up itself: there is one for each code."""
    listed_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("organizers.id"))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Project(ByName, Base):
    """The project card (项目卡): what a startup says about itself once."""

    __tablename__ = "projects"
    __searched__: ClassVar = {
        Searched.PROJECT: ("name",), Searched.ONE_LINER: ("one_liner",), Searched.FACETS: ("industries", "stage")
    }  # fmt: skip
    __table_args__ = (CheckConstraint("ask_amount_fen IS NULL OR ask_amount_fen >= 0", name="ask_amount"),)

    id: Mapped[Key]
    company_id: Mapped[str] = mapped_column(String(26), ForeignKey("companies.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    one_liner: Mapped[str] = mapped_column(String(200), default="")
    stage: Mapped[str | None] = mapped_column(String(12))
    industries: Mapped[list[str]]
    region: Mapped[str] = mapped_column(String(80), default="")
    labels: Mapped[list[str]]
    round: Mapped[str | None] = mapped_column(String(12))
    founded_on: Mapped[date | None]
    ask_amount_fen: Mapped[int | None]
    instruments: Mapped[list[str]]
    team: Mapped[str] = mapped_column(String(4000), default="")
    highlights: Mapped[str] = mapped_column(String(4000), default="")
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(320), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Institution(ByName, Base):
    """Who invests, and in what: its thesis. With `listed_by`, a line of that organizer's list, which has no members."""

    __tablename__ = "institutions"
    __searched__: ClassVar = {
        Searched.INSTITUTION: ("name",), Searched.NUMBERS: ("registration_no", "credit_code")
    }  # fmt: skip
    __table_args__ = (
        UniqueConstraint("own_code", name="uq_institutions_credit_code"),
        UniqueConstraint("own_no", name="uq_institutions_registration_no"),
        Index("uq_institutions_listed_code", "listed_by", "credit_code", unique=True),
        Index("uq_institutions_listed_no", "listed_by", "registration_no", unique=True),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    registration_no: Mapped[str | None] = mapped_column(String(10))
    registration_checked_on: Mapped[date | None]
    credit_code: Mapped[str | None] = mapped_column(String(18))
    own_no: Mapped[str | None] = mapped_column(String(10))
    own_code: Mapped[str | None] = mapped_column(String(18))
    """The numbers of one that signed up itself: there is one for each."""
    listed_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("organizers.id"))
    region: Mapped[str] = mapped_column(String(80), default="")
    about: Mapped[str] = mapped_column(String(4000), default="")
    stages: Mapped[list[str]]
    industries: Mapped[list[str]]
    regions: Mapped[list[str]]
    instruments: Mapped[list[str]]
    cheque_min_fen: Mapped[int | None]
    cheque_max_fen: Mapped[int | None]
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(320), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Verification(Base):
    """An organizer's word on an institution: it opens gated fields at that organizer's roadshows."""

    __tablename__ = "verifications"

    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), primary_key=True)
    institution_id: Mapped[str] = mapped_column(String(26), ForeignKey("institutions.id"), primary_key=True, index=True)
    status: Mapped[str] = mapped_column(String(10), default=VerificationStatus.PENDING)
    reason: Mapped[str] = mapped_column(String(500), default="")
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("users.id"))


class RecognitionStatus(StrEnum):
    PENDING = "pending"
    RECOGNISED = "recognised"
    REJECTED = "rejected"


class Recognition(Base):
    """An organizer's word that a company is the one its list names: it hands over that organizer's records."""

    __tablename__ = "recognitions"

    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), primary_key=True)
    company_id: Mapped[str] = mapped_column(String(26), ForeignKey("companies.id"), primary_key=True, index=True)
    status: Mapped[str] = mapped_column(String(10), default=RecognitionStatus.PENDING)
    reason: Mapped[str] = mapped_column(String(500), default="")
    requested_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(26), ForeignKey("users.id"))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    address_proved_at: Mapped[datetime | None]
    """When the code sent to the address in this organizer's record was given back."""


class Evidence(Base):
    """A document a company shows to one organizer; its file lies beside the database."""

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organizer_id", "company_id"], ["recognitions.organizer_id", "recognitions.company_id"],
            name="fk_evidence_recognition",
        ),
        Index("ix_evidence_recognition", "organizer_id", "company_id"),
    )  # fmt: skip

    id: Mapped[Key]
    organizer_id: Mapped[str] = mapped_column(String(26))
    company_id: Mapped[str] = mapped_column(String(26))
    filename: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    added_at: Mapped[datetime]


class LibraryEntry(Base):
    """A project (备投科技型企业和项目库) or institution (风投创投机构库) in an organizer's library."""

    __tablename__ = "library"
    __table_args__ = (
        UniqueConstraint("organizer_id", "kind", "external_key"),
        Index("ix_library_subject", "kind", "subject_id"),
        Index("ix_library_newest", "organizer_id", "kind", "added_at", "subject_id"),
    )

    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    external_key: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[datetime]
