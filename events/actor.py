"""Who acts, for which tenants, in which roles, and what those roles permit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from events.errors import Forbidden, NotFound, Unauthenticated


class Role(StrEnum):
    """Roles of an organizer's staff."""

    OWNER = "owner"
    PLANNER = "planner"
    HOST = "host"
    VIEWER = "viewer"


class Permission(StrEnum):
    ORGANIZER_READ = "organizer.read"
    PROGRAMME_EDIT = "programme.edit"
    REGISTRATIONS_EDIT = "registrations.edit"
    LIVE_HOST = "live.host"
    EXPORTS_READ = "exports.read"
    DIRECTORY_VERIFY = "directory.verify"
    DIRECTORY_IMPORT = "directory.import"
    INTENTS_EDIT = "intents.edit"
    STAFF_MANAGE = "staff.manage"
    FEED_READ = "feed.read"


_VIEWER = frozenset({Permission.ORGANIZER_READ})
_HOST = _VIEWER | {Permission.LIVE_HOST, Permission.REGISTRATIONS_EDIT}
_PLANNER = _HOST | {
    Permission.PROGRAMME_EDIT,
    Permission.EXPORTS_READ,
    Permission.DIRECTORY_VERIFY,
    Permission.DIRECTORY_IMPORT,
    Permission.INTENTS_EDIT,
    Permission.FEED_READ,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.HOST: _HOST,
    Role.PLANNER: _PLANNER,
    Role.OWNER: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or token, or nobody) on whose behalf something happens."""

    user_id: str | None = None
    name: str = ""
    is_guest: bool = False
    login_id: str | None = None
    organizer_roles: dict[str, Role] = field(default_factory=dict)
    company_roles: dict[str, str] = field(default_factory=dict)
    institution_roles: dict[str, str] = field(default_factory=dict)
    feed_organizer_id: str | None = None
    """Set for an integrator's token: it may read this organizer's change feed and nothing else."""

    @property
    def key(self) -> str:
        """Whose commands these are: part of the key that makes a repeat recognizable (P3)."""
        return self.user_id or (f"token:{self.feed_organizer_id}" if self.feed_organizer_id else "anonymous")

    def require_user(self) -> str:
        """The signed-in user's id; guests count. Refuses: sign_in_required."""
        if self.user_id is None:
            raise Unauthenticated
        return self.user_id

    def require_account(self) -> str:
        """The id of a user with an account, not a guest. Refuses: sign_in_required."""
        if self.user_id is None or self.is_guest:
            raise Unauthenticated
        return self.user_id

    def may(self, organizer_id: str, permission: Permission) -> bool:
        if permission is Permission.FEED_READ and self.feed_organizer_id == organizer_id:
            return True
        role = self.organizer_roles.get(organizer_id)
        return role is not None and permission in ROLE_PERMISSIONS[role]

    def require(self, organizer_id: str, permission: Permission) -> None:
        """Refuses strangers as if the organizer's things did not exist, colleagues with `forbidden`."""
        if self.may(organizer_id, permission):
            return
        if self.user_id is None and self.feed_organizer_id is None:
            raise Unauthenticated
        raise Forbidden if organizer_id in self.organizer_roles else NotFound

    def require_company(self, company_id: str) -> None:
        """Refuses everybody but an active member of the company, as if it did not exist."""
        self.require_account()
        if company_id not in self.company_roles:
            raise NotFound

    def require_institution(self, institution_id: str) -> None:
        """Refuses everybody but an active member of the institution, as if it did not exist."""
        self.require_account()
        if institution_id not in self.institution_roles:
            raise NotFound


NOBODY = Actor()
SYSTEM = Actor(user_id=None, name="system")
