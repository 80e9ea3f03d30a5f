"""Tables of accounts: users, logins, memberships, invitations and integrators' tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base, Key


class MemberOf(StrEnum):
    """What a person can belong to."""

    ORGANIZER = "organizer"
    COMPANY = "company"
    INSTITUTION = "institution"


class MembershipState(StrEnum):
    ACTIVE = "active"
    REQUESTED = "requested"


class Purpose(StrEnum):
    """What a letter's link does."""

    CONFIRM = "confirm"
    RESET = "reset"


class User(Base):
    """A person. A guest has a name, no address and no password.

    `email` is what opens roles and gets letters; who signed up holds it once a letter came back, until then it stands
    in `asked_email`, where several may ask for the same. Accounts of before have `email` without `email_proved_at`;
    with both, `email` is another writing of `asked_email`, which another account holds: either signs in by it.
    """

    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(10), default="zh-CN")
    created_at: Mapped[datetime]
    asked_email: Mapped[str | None] = mapped_column(String(320), index=True)
    email_proved_at: Mapped[datetime | None]

    @property
    def is_guest(self) -> bool:
        return self.email is None and self.asked_email is None


class AddressProof(Base):
    """A letter's link: used once, and only its hash is kept."""

    __tablename__ = "address_proofs"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    purpose: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Login(Base):
    """A server-side sign-in; the cookie holds the secret, the row only its hash."""

    __tablename__ = "logins"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Membership(Base):
    """A person in an organizer, a company or an institution."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "subject_id"),
        Index("ix_memberships_subject", "kind", "subject_id"),
    )

    id: Mapped[Key]
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[str] = mapped_column(String(26))
    role: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=MembershipState.ACTIVE)
    created_at: Mapped[datetime]


class Invitation(Base):
    """An address asked to join an organizer's staff; the link holds the secret."""

    __tablename__ = "invitations"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[str] = mapped_column(String(26), ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class Token(Base):
    """An integrator's key to one organizer's change feed."""

    __tablename__ = "tokens"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    organizer_id: Mapped[str] = mapped_column(String(26), ForeignKey("organizers.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
