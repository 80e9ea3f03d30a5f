"""Exports: who may take what out, its rows a page at a time, and the trace it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.actor import Actor, Permission
from events.deals.models import Intent
from events.directory.models import Organizer
from events.errors import NotFound
from events.exports.definitions import DEFINITIONS, Definition, Subject
from events.exports.tables import Table
from events.programme.models import Roadshow
from events.text import holds, same

PAGE = 1000
BY_TIME = {Subject.REGISTRATIONS, Subject.QUESTIONS, Subject.INTENTS}
Sessions = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a session to read with."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted of it. Days are the organizer's, both included; `q` is part of a name; `kind` is an intent's."""

    roadshow_id: str | None = None
    state: str | None = None
    kind: str | None = None
    q: str = ""
    since: date | None = None
    until: date | None = None

    def told(self) -> dict[str, str]:
        """Only what was asked for, as text."""
        asked = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: str(value) for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Export:
    """A permitted export: what it reads, how it looks, and whose it is."""

    subject: Subject
    organizer: Organizer
    wanted: Filter
    table: Table
    query: Select[Any]

    @property
    def is_by_time(self) -> bool:
        """Whether its rows have a time and an id of their own; counters and points of a poll or contest do not."""
        return self.subject in BY_TIME

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organizer.timezone)


async def of_roadshow(
    session: AsyncSession, actor: Actor, subject: Subject, roadshow_id: str, wanted: Filter, locale: str
) -> Export:
    """One roadshow's. Refuses: sign_in_required, not_found, forbidden."""
    actor.require_account()
    roadshow = await session.get(Roadshow, roadshow_id)
    if roadshow is None:
        raise NotFound
    actor.require(roadshow.organizer_id, Permission.EXPORTS_READ)
    organizer = await session.get_one(Organizer, roadshow.organizer_id)
    only = Filter(**{each.name: getattr(wanted, each.name) for each in fields(wanted)} | {"roadshow_id": roadshow_id})
    return _export(subject, organizer, only, locale, roadshow.title)


async def of_organizer(
    session: AsyncSession, actor: Actor, subject: Subject, organizer_id: str, wanted: Filter, locale: str
) -> Export:
    """All of an organizer's. Refuses: sign_in_required, not_found, forbidden."""
    actor.require_account()
    actor.require(organizer_id, Permission.EXPORTS_READ)
    organizer = await session.get(Organizer, organizer_id)
    if organizer is None:
        raise NotFound
    return _export(subject, organizer, wanted, locale, organizer.name)


def _export(subject: Subject, organizer: Organizer, wanted: Filter, locale: str, scope: str) -> Export:
    definition = DEFINITIONS[subject]
    name = definition.en if locale == "en" else definition.zh
    table = Table(name, definition.columns, locale, [("Scope" if locale == "en" else "范围", scope)])
    query = definition.query().where(*_conditions(definition, organizer, wanted))
    return Export(subject, organizer, wanted, table, query.order_by(definition.at, definition.id))


def _conditions(definition: Definition, organizer: Organizer, wanted: Filter) -> list[ColumnElement[bool]]:
    zone = ZoneInfo(organizer.timezone)
    found: list[ColumnElement[bool]] = [definition.organizer == organizer.id]
    if wanted.roadshow_id:
        found.append(definition.roadshow == wanted.roadshow_id)
    if wanted.state:
        found.append(definition.state == wanted.state)
    if wanted.kind and definition.roadshow is Intent.roadshow_id:
        found.append(Intent.kind == wanted.kind)
    if wanted.since:
        found.append(definition.at >= datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        found.append(definition.at < datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    return found


async def pages(read: Sessions, export: Export) -> AsyncIterator[Sequence[Row[Any]]]:
    """Rows as read, in order, a page and a session at a time, so that no connection is held while a file is written.

    Lists in order of time go on behind the last row seen: what is added meanwhile comes at the end, nothing twice.
    `columns.cells` makes values of them.
    """
    after: tuple[Any, Any] | None = None
    offset = 0
    wanted: list[Row[Any]] = []
    part, names = same(export.wanted.q), len(DEFINITIONS[export.subject].names)
    while True:
        query = _page(export, after, offset).limit(PAGE)
        async with read() as session:
            rows = (await session.execute(query)).all()
        wanted += [row for row in rows if not part or holds(part, *row[-names:])]
        is_last = len(rows) < PAGE
        if len(wanted) >= PAGE or (wanted and is_last):
            yield wanted[:PAGE]
            wanted = wanted[PAGE:]
        if is_last:
            if wanted:
                yield wanted
            return
        offset += PAGE
        after = (rows[-1].page_at, rows[-1].page_id) if export.is_by_time else None


def _page(export: Export, after: tuple[Any, Any] | None, offset: int) -> Select[Any]:
    definition = DEFINITIONS[export.subject]
    names = [name.label(f"searched_{n}") for n, name in enumerate(definition.names)] if export.wanted.q else []
    if not export.is_by_time:
        return export.query.add_columns(*names).offset(offset)
    keys = (definition.at, definition.id)
    query = export.query.add_columns(definition.at.label("page_at"), definition.id.label("page_id"), *names)
    if after is None:
        return query
    return query.where(tuple_(*keys) > tuple_(*(literal(v, k.type) for v, k in zip(after, keys, strict=True))))


def annotate(export: Export, actor: Actor, rows: int, now: datetime) -> None:
    """Say in the file who took it out, when, and by which filter."""
    is_en = export.table.locale == "en"
    told = "; ".join(f"{name} = {value}" for name, value in export.wanted.told().items())
    export.table.notes += [
        ("Exported by" if is_en else "导出人", actor.name),
        ("Exported at" if is_en else "导出时间", f"{now.astimezone(export.zone):%Y-%m-%d %H:%M:%S}"),
        ("Time zone" if is_en else "时区", export.organizer.timezone),
        ("Filter" if is_en else "筛选条件", told or ("none" if is_en else "无")),
        ("Rows" if is_en else "行数", str(rows)),
    ]


async def note(
    session: AsyncSession, actor: Actor, export: Export, rows: int, sha256: str, filename: str, *, now: datetime
) -> None:
    """Leave the trace: who took what out, how many rows, and the file's digest."""
    audit.record(
        session, actor, "export.made", ("organizer", export.organizer.id), now=now, organizer_id=export.organizer.id,
        what=export.subject, filter=export.wanted.told(), rows=rows, sha256=sha256, filename=filename,
    )  # fmt: skip
