"""The words of the permission table: roles, rows, and what a refusal looks like for each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

MAY = 0


class Who(StrEnum):
    """Everybody who could knock: strangers, another tenant, and every role of the tenant whose things are asked for."""

    ANONYMOUS = "anonymous"
    GUEST = "guest"
    STRANGER = "another tenant's owner"
    NAMESAKE = "another tenant with the same key"
    VIEWER = "viewer"
    HOST = "host"
    PLANNER = "planner"
    OWNER = "owner"
    COMPANY = "company member"
    INSTITUTION = "institution member"
    TOKEN = "feed token"


STAFF = (Who.VIEWER, Who.HOST, Who.PLANNER, Who.OWNER)
VIEWERS, HOSTS, PLANNERS, OWNERS = STAFF, STAFF[1:], STAFF[2:], STAFF[3:]


@dataclass(frozen=True, slots=True)
class Row:
    """What each role gets: `MAY` is anything the permission check let through, else exactly that status.

    `body` and `query` may name things of the place as `$project_id`; `fresh` names those that every call needs
    anew, because the first one uses them up. `ids` says which thing a path's id is where its name does not.
    `files` makes the body a form. `version` sends an If-Match. `login` gives every call a sign-in of its own,
    because the call ends it.
    """

    answers: dict[Who, int]
    body: Any = None
    query: str = ""
    fresh: tuple[str, ...] = ()
    ids: dict[str, str] = field(default_factory=dict)
    version: bool = False
    login: bool = False
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def but(self, **answers: int) -> Row:
        """The same row with other answers, by the role's name in lower case.

        Knowing a credit code opens nothing: a namesake is answered like any stranger, unless the row says otherwise.
        """
        if "stranger" in answers:
            answers = {"namesake": answers["stranger"]} | answers
        return replace(self, answers=self.answers | {Who[name.upper()]: status for name, status in answers.items()})


def everybody(**options: Any) -> Row:
    """Public."""
    return Row(dict.fromkeys(Who, MAY), **options)


def account(**options: Any) -> Row:
    """Whoever has an account; guests and tokens have none."""
    return everybody(**options).but(anonymous=401, guest=401, token=401)


def somebody(**options: Any) -> Row:
    """Whoever is known by name, guests too."""
    return everybody(**options).but(anonymous=401, token=401)


def staff(who: tuple[Who, ...], **options: Any) -> Row:
    """Roles of the organizer: colleagues without the permission get 403, other accounts learn nothing."""
    answers = dict.fromkeys(Who, 404) | dict.fromkeys(STAFF, 403) | dict.fromkeys(who, MAY)
    return Row(answers | {Who.ANONYMOUS: 401, Who.GUEST: 401, Who.TOKEN: 401}, **options)


def member(who: Who, **options: Any) -> Row:
    """Members of the company or the institution whose thing it is; others learn nothing."""
    return Row(dict.fromkeys(Who, 404) | {who: MAY}, **options).but(anonymous=401, guest=401, token=401)
