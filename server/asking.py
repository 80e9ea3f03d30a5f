"""Who asks, and whether this route is for them at all: decided by the route alone, before anything is looked up.

So whoever is not signed in is answered the same for an id that exists and for one that does not.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from events.actor import Actor, Permission
from server import auth
from server.settings import Settings

OPEN: Final = frozenset({"public", "demo"})
"""Permissions of routes that are for everybody."""
GUEST: Final = "guest"


async def asking(session: AsyncSession, request: Request, settings: Settings) -> auth.Credentials:
    """Who asks. Refuses: cross_site for writes of other sites' pages, sign_in_required by the route's permission."""
    found = await auth.credentials(session, request, settings)
    if request.method not in auth.SAFE_METHODS and not auth.comes_by_token(request):
        auth.check_csrf(request, settings, found)
    check_known(found.actor, permission_of(request))
    return found


def permission_of(request: Request) -> str:
    """What the route says of itself with `names`; a route that says nothing is for accounts."""
    extra = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    return str(extra.get("x-permission", ""))


def check_known(actor: Actor, permission: str) -> None:
    """Refuses with sign_in_required: guests where an account is needed, integrators' tokens but at the change feed."""
    if permission in OPEN:
        return
    if permission == GUEST:
        actor.require_user()
    elif permission != Permission.FEED_READ or actor.feed_organizer_id is None:
        actor.require_account()
