"""What comes in and goes out of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from events.accounts.models import MemberOf, MembershipState
from events.actor import Role
from events.base_schemas import CODE, Email
from events.base_schemas import In as In
from events.base_schemas import Name as Name

Password = Annotated[str, Field(min_length=10, max_length=200, examples=["correct horse battery"])]
Locale = Annotated[str, Field(pattern="^(zh-CN|en)$")]


class AccountIn(In):
    email: Email
    password: Password
    name: Name
    locale: Locale = "zh-CN"


class SignIn(In):
    email: Email
    password: Annotated[str, Field(max_length=200)]


class MeIn(In):
    """Fields not sent stay as they are. A new password needs the current one."""

    name: Name | None = None
    locale: Locale | None = None
    password: Password | None = None
    current_password: Annotated[str, Field(max_length=200)] | None = None


class UserView(BaseModel):
    """`email` is the address one signed up with; roles by address need it `confirmed`."""

    id: str
    email: str | None
    name: str
    locale: str
    is_guest: bool
    confirmed: bool


class AddressConfirm(In):
    """The link's secret; `password` where one is not signed in as the account that signed up."""

    token: Annotated[str, Field(min_length=20, max_length=100), CODE]
    password: Annotated[str, Field(max_length=200)] = ""


class ResetAsk(In):
    email: Email


class ResetIn(In):
    token: Annotated[str, Field(min_length=20, max_length=100), CODE]
    password: Password


class LettersSent(BaseModel):
    """Says that it was taken in, and nothing about whether there is such an account."""

    accepted: bool = True


class MembershipView(BaseModel):
    kind: MemberOf
    id: str
    name: str
    role: str
    state: MembershipState


class MeView(BaseModel):
    user: UserView | None
    csrf_token: str | None
    memberships: list[MembershipView]
    demo: bool


class StaffView(BaseModel):
    user_id: str
    name: str
    email: str | None
    role: Role


class InvitationView(BaseModel):
    id: str
    email: str
    role: Role
    expires_at: datetime


class StaffList(BaseModel):
    items: list[StaffView]
    invitations: list[InvitationView]


class InvitationIn(In):
    email: Email
    role: Role


class InvitationMade(InvitationView):
    """The link's secret is told once, to the one who invites; the letter carries it too."""

    token: str


class InvitationAccept(In):
    token: Annotated[str, Field(min_length=20, max_length=100), CODE]


class RoleIn(In):
    role: Role


class TokenIn(In):
    name: Name


class TokenView(BaseModel):
    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


class TokenList(BaseModel):
    items: list[TokenView]


class TokenMade(TokenView):
    secret: str
