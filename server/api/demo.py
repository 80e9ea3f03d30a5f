"""One-click roles of the demo. In any other mode these routes do not exist."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from events.accounts.schemas import UserView
from events.accounts.users import find_by_email, view_user
from events.base_schemas import In
from events.errors import NotFound
from server.api.accounts import sign_in_as
from server.api.door import Read, Write, names, routes_of
from server.demo.cast import ROLES

router = routes_of("demo", "/demo")


class DemoRole(BaseModel):
    key: str
    title_zh: str
    title_en: str
    does_zh: str
    does_en: str
    name: str
    email: str


class DemoRoles(BaseModel):
    items: list[DemoRole]


class DemoEntry(In):
    role: str


@router.get("/roles", response_model=DemoRoles, openapi_extra=names("demo"))
async def roles(read: Read) -> DemoRoles:
    """Who one can enter as."""
    if not read.settings.demo:
        raise NotFound
    items = []
    for key, title_zh, title_en, does_zh, does_en, email in ROLES:
        user = await find_by_email(read.session, email)
        if user is not None:
            items.append(
                DemoRole(
                    key=key, title_zh=title_zh, title_en=title_en, does_zh=does_zh, does_en=does_en,
                    name=user.name, email=email,
                )
            )  # fmt: skip
    return DemoRoles(items=items)


@router.post("/enter", response_model=UserView, openapi_extra=names("demo"))
async def enter(data: DemoEntry, door: Write) -> Response:
    """Sign in as one of the demo's people, without a password."""
    address = next((email for key, *_, email in ROLES if key == data.role), None)
    if not door.state.settings.demo or address is None:
        raise NotFound
    async with door.state.database.read() as session:
        user = await find_by_email(session, address)
    if user is None:
        raise NotFound
    return await sign_in_as(door, user.id, Response(view_user(user).model_dump_json(), media_type="application/json"))
