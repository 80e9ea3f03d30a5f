"""Calendars to subscribe to: a roadshow's, a series', an organizer's, and a person's own under a secret address."""

from __future__ import annotations

import base64
import hashlib
import hmac
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response

from events.accounts.keys import hashed
from events.calendars import feeds, queries, versions
from events.calendars.schemas import Feed, FeedMade, FeedView
from events.errors import NotFound
from server.api.door import Identifier, Read, Write, names, respond, routes_of, state_of
from server.auth import cookie_name
from server.commands import Command, digest_of
from server.limits import client_address

router = routes_of("calendars")
PUBLIC = "public, max-age=60"
PRIVATE = "private, no-cache"
Address = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22,64}\.ics$", description="The secret, and .ics")]


def reader_language(
    request: Request,
    lang: Annotated[Literal["zh-CN", "en"] | None, Query(description="Of what a reader is told")] = None,
) -> str:
    """The language asked for, else the browser's; programs that name none read Chinese."""
    return lang or ("en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh-CN")


Language = Annotated[str, Depends(reader_language)]
ICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing has changed"},
}


@router.get("/roadshows/{roadshow_id}/calendar.ics", responses=ICS, openapi_extra=names("public"))
async def roadshow_calendar(roadshow_id: Identifier, request: Request, read: Read, lang: Language) -> Response:
    """One roadshow as a calendar file; a cancelled one says so."""
    feed = await queries.roadshow_calendar(read.session, roadshow_id, read.settings.public_url, lang)
    return answer(request, feed, PUBLIC)


@router.get("/series/{series_id}/calendar.ics", responses=ICS, openapi_extra=names("public"))
async def series_calendar(series_id: Identifier, request: Request, read: Read, lang: Language) -> Response:
    """A series to subscribe to."""
    feed = await state_of(request).published.get(
        f"series {series_id} {lang}", await versions.of_series(read.session, series_id, read.now),
        lambda: queries.series_calendar(read.session, series_id, read.settings.public_url, read.now, lang),
    )  # fmt: skip
    return answer(request, feed, PUBLIC)


@router.get("/organizers/{organizer_id}/calendar.ics", responses=ICS, openapi_extra=names("public"))
async def organizer_calendar(organizer_id: Identifier, request: Request, read: Read, lang: Language) -> Response:
    """Everything an organizer has published, to subscribe to."""
    feed = await state_of(request).published.get(
        f"organizer {organizer_id} {lang}", await versions.of_organizer(read.session, organizer_id, read.now),
        lambda: queries.organizer_calendar(read.session, organizer_id, read.settings.public_url, read.now, lang),
    )  # fmt: skip
    return answer(request, feed, PUBLIC)


@router.get("/feeds/{address}", responses=ICS, openapi_extra=names("public"))
async def personal_calendar(address: Address, request: Request, read: Read) -> Response:
    """A person's own calendar; the address is the key. A wrong one is answered like any missing page."""
    try:
        user = await feeds.owner_of(read.session, address.removesuffix(".ics"))
    except NotFound:
        await state_of(request).limits.hit("feed_miss", client_address(request, read.settings))
        raise
    feed = await queries.personal_calendar(read.session, user, read.settings.public_url, read.now)
    return answer(request, feed, PRIVATE)


@router.get("/me/feed", response_model=FeedView, openapi_extra=names("user"))
async def own_feed(read: Read) -> FeedView:
    """Whether I have a feed address, and since when."""
    return await feeds.own_feed(read.session, read.actor)


@router.post("/me/feed", response_model=FeedMade, openapi_extra=names("user"))
async def rotate(request: Request, door: Write) -> Response:
    """A new address for my calendar, told once; the old one is dead at once.

    The address follows from this login's cookie and the Idempotency-Key, neither of which is stored: a repeat gets
    the same address, and the database never knew it.
    """
    settings = door.state.settings
    key = request.cookies.get(cookie_name(settings), "")
    digest = hmac.digest(key.encode(), f"feed {door.cmd_id}".encode(), hashlib.sha256)
    secret = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    command = Command(
        door.actor, lambda session, actor, now: feeds.rotate(session, actor, secret, now=now),
        digest_of("POST /me/feed", hashed(secret)), cmd_id=door.cmd_id,
    )  # fmt: skip
    done = await door.state.commands.perform(command)
    if done.is_problem:
        return respond(done)
    made = FeedMade(
        url=f"{settings.public_url}/api/v1/feeds/{secret}.ics",
        created_at=FeedView.model_validate_json(done.body).created_at,
    )
    return Response(made.model_dump_json(), media_type="application/json")


@router.delete("/me/feed", status_code=204, openapi_extra=names("user"))
async def revoke(door: Write) -> Response:
    """Close my calendar's address."""
    return await door(lambda session, actor, now: feeds.revoke(session, actor, now=now), status=204)


def answer(request: Request, feed: Feed, caching: str) -> Response:
    """The calendar, or 304 for a client that has these very bytes.

    `If-Modified-Since` alone is not honoured: a hall that got another address changes the bytes and not the date.
    """
    headers = {
        "ETag": f'"{hashlib.sha256(feed.content).hexdigest()[:32]}"',
        "Cache-Control": caching,
        "Vary": "Accept-Language",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": 'inline; filename="roadshow.ics"',
        "X-Robots-Tag": "noindex",
    }
    if feed.changed_at is not None:
        headers["Last-Modified"] = format_datetime(feed.changed_at.replace(microsecond=0), usegmt=True)
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {headers["ETag"], "*"}:
        return Response(status_code=304, headers=headers)
    return Response(feed.content, headers=headers, media_type="text/calendar; charset=utf-8")
