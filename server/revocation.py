"""Which open sockets must go: asked every 4 s for all of them at once, whatever process closed the login."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from events import many
from events.accounts.models import Login, MemberOf, Membership, MembershipState
from events.live.stage import roles
from events.live.stage.models import Screen
from events.programme.models import Booking, BookingState, Roadshow, RoadshowState
from events.registrations.models import Registration, RegistrationState
from realtime.frames import CloseCode
from server.database import Database

Verdicts = dict[str, CloseCode]


class Revocation:
    """`await revocation(tags)` → the tags that no longer hold, and the code to close their sockets with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, tags: Collection[str]) -> Mapping[str, CloseCode]:
        kinds: dict[str, list[list[str]]] = defaultdict(list)
        for tag in tags:
            kind, *ids = tag.split(":")
            kinds[kind].append(ids)
        async with self._database.look() as session:
            verdicts = await _logins(session, [ids[0] for ids in kinds["login"]])
            verdicts |= await _staff(session, kinds["staff"])
            verdicts |= await _room_roles(session, kinds["role"])
            verdicts |= await _screens(session, [ids[0] for ids in kinds["screen"]])
            verdicts |= await _rooms(session, kinds)
            verdicts |= await _registered(session, kinds["registered"])
            verdicts |= await _pitching(session, kinds["pitching"])
        return verdicts


async def _logins(session: AsyncSession, login_ids: list[str]) -> Verdicts:
    if not login_ids:
        return {}
    alive = await session.scalars(_alive(session), {"logins": many.packed(login_ids), "now": datetime.now(UTC)})
    return {f"login:{login_id}": CloseCode.AUTH for login_id in set(login_ids) - set(alive)}


@many.statement
def _alive(rows: many.Rows) -> Select[str]:
    return select(Login.id).where(Login.id.in_(rows.each("logins")), Login.expires_at > bindparam("now"))


async def _staff(session: AsyncSession, pairs: list[list[str]]) -> Verdicts:
    if not pairs:
        return {}
    query = select(Membership.subject_id, Membership.user_id).where(
        Membership.kind == MemberOf.ORGANIZER,
        Membership.state == MembershipState.ACTIVE,
        Membership.user_id.in_({user_id for _, user_id in pairs}),
    )
    return _missing("staff", pairs, {(row.subject_id, row.user_id) for row in await session.execute(query)})


async def _room_roles(session: AsyncSession, held: list[list[str]]) -> Verdicts:
    """Roles in one room that ended or became another."""
    if not held:
        return {}
    asked = roles.held(users={user_id for _, user_id, _ in held}, rooms={roadshow_id for roadshow_id, _, _ in held})
    rows = {(roadshow_id, user_id, role) for user_id, roadshow_id, role in await session.execute(union_all(*asked))}
    return {":".join(["role", *ids]): CloseCode.ROOM for ids in held if tuple(ids) not in rows}


async def _screens(session: AsyncSession, screen_ids: list[str]) -> Verdicts:
    """Screen links that were revoked or ran out, and those of a cancelled roadshow."""
    if not screen_ids:
        return {}
    query = (
        select(Screen.id, Screen.revoked_at, Screen.expires_at, Roadshow.state)
        .join(Roadshow, Roadshow.id == Screen.roadshow_id)
        .where(Screen.id.in_(screen_ids))
    )
    verdicts: Verdicts = {}
    for row in await session.execute(query):
        if row.state == RoadshowState.CANCELLED:
            verdicts[f"screen:{row.id}"] = CloseCode.OVER
        elif row.revoked_at is not None or row.expires_at <= datetime.now(UTC):
            verdicts[f"screen:{row.id}"] = CloseCode.ROOM
    return verdicts


async def _rooms(session: AsyncSession, kinds: Mapping[str, list[list[str]]]) -> Verdicts:
    """Cancelled roadshows, and rooms that now ask for more than they did."""
    rooms = {(kind, ids[0]) for kind in ("open", "guest", "registered", "pitching") for ids in kinds[kind]}
    if not rooms:
        return {}
    query = select(Roadshow).where(Roadshow.id.in_({room for _, room in rooms}))
    found = {row.id: row for row in await session.scalars(query)}
    verdicts: Verdicts = {}
    for kind in ("open", "guest", "registered", "pitching"):
        for ids in kinds[kind]:
            code = _room_verdict(kind, found.get(ids[0]))
            if code is not None:
                verdicts[":".join([kind, *ids])] = code
    return verdicts


def _room_verdict(kind: str, roadshow: Roadshow | None) -> CloseCode | None:
    if roadshow is None or roadshow.state == RoadshowState.DRAFT:
        return CloseCode.ROOM
    if roadshow.state == RoadshowState.CANCELLED:
        return CloseCode.OVER
    if kind in {"open", "guest"} and roadshow.needs_approval:
        return CloseCode.ROOM
    return CloseCode.ROOM if kind == "guest" and not roadshow.open_to_guests else None


async def _registered(session: AsyncSession, pairs: list[list[str]]) -> Verdicts:
    if not pairs:
        return {}
    query = select(Registration.roadshow_id, Registration.user_id).where(
        Registration.roadshow_id.in_({roadshow_id for roadshow_id, _ in pairs}),
        Registration.state == RegistrationState.CONFIRMED,
    )
    return _missing("registered", pairs, {(row.roadshow_id, row.user_id) for row in await session.execute(query)})


async def _pitching(session: AsyncSession, pairs: list[list[str]]) -> Verdicts:
    if not pairs:
        return {}
    query = (
        select(Booking.roadshow_id, Membership.user_id)
        .join(Membership, Membership.subject_id == Booking.company_id)
        .where(
            Booking.roadshow_id.in_({roadshow_id for roadshow_id, _ in pairs}),
            Booking.state == BookingState.CONFIRMED,
            Membership.kind == MemberOf.COMPANY,
            Membership.state == MembershipState.ACTIVE,
        )
    )
    return _missing("pitching", pairs, {(row.roadshow_id, row.user_id) for row in await session.execute(query)})


def _missing(kind: str, pairs: list[list[str]], held: set[tuple[str, str]]) -> Verdicts:
    return {f"{kind}:{a}:{b}": CloseCode.ROOM for a, b in pairs if (a, b) not in held}
