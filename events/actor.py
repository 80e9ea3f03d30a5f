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


class RoomRole(StrEnum):
    """What somebody may be in one room, without being on the organizer's staff."""

    COHOST = "cohost"
    MODERATOR = "moderator"


class Permission(StrEnum):
    ORGANIZER_READ = "organizer.read"
    CONTACTS_READ = "contacts.read"
    PROGRAMME_EDIT = "programme.edit"
    REGISTRATIONS_EDIT = "registrations.edit"
    LIVE_HOST = "live.host"
    LIVE_MODERATE = "live.moderate"
    EXPORTS_READ = "exports.read"
    DIRECTORY_VERIFY = "directory.verify"
    DIRECTORY_IMPORT = "directory.import"
    INTENTS_EDIT = "intents.edit"
    STAFF_MANAGE = "staff.manage"
    FEED_READ = "feed.read"


_VIEWER = frozenset({Permission.ORGANIZER_READ})
_HOST = _VIEWER | {
    Permission.CONTACTS_READ,
    Permission.LIVE_HOST,
    Permission.LIVE_MODERATE,
    Permission.REGISTRATIONS_EDIT,
}
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
ROOM_PERMISSIONS: dict[RoomRole, frozenset[Permission]] = {
    RoomRole.MODERATOR: frozenset({Permission.LIVE_MODERATE}),
    RoomRole.COHOST: frozenset({Permission.LIVE_MODERATE, Permission.LIVE_HOST}),
}
"""What a role in a room permits, there and nowhere else."""


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
    room_roles: dict[str, RoomRole] = field(default_factory=dict)
    """By roadshow."""
    feed_organizer_id: str | None = None
    """Set for an integrator's token: it may read this organizer's change feed and nothing else."""

    @property
    def key(self) -> str:
        """Whose commands these are: part of the key that makes a repeat recognizable (P3)."""
        return self.user_id or (f"token:{self.feed_organizer_id}" if self.feed_organizer_id else "anonymous")

    @property
    def is_nobody(self) -> bool:
        """Whether nothing says who this is."""
        return self.user_id is None and self.feed_organizer_id is None

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

    def may_in_room(self, roadshow_id: str, organizer_id: str, permission: Permission) -> bool:
        """By a role in the organizer's staff, or by one in this room alone."""
        role = self.room_roles.get(roadshow_id)
        return self.may(organizer_id, permission) or (role is not None and permission in ROOM_PERMISSIONS[role])

    def require_in_room(self, roadshow_id: str, organizer_id: str, permission: Permission) -> None:
        """Refuses strangers as if the room's inside did not exist, who has a lesser role in it with `forbidden`."""
        if self.may_in_room(roadshow_id, organizer_id, permission):
            return
        if roadshow_id in self.room_roles:
            raise Forbidden
        self.require(organizer_id, permission)

    def is_room_staff(self, roadshow_id: str, organizer_id: str) -> bool:
        """Whether the actor sees the room from behind: the organizer's staff, and who has a role in this room."""
        return roadshow_id in self.room_roles or self.may(organizer_id, Permission.ORGANIZER_READ)

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
