"""What an organizer's word gives to who signed up itself: that organizer's own records of the number, no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events import changes
from events.base import Base
from events.changes import ChangeKind
from events.directory import library
from events.directory.models import (
    Company,
    Evidence,
    Institution,
    LibraryEntry,
    Project,
    Recognition,
    Source,
    Verification,
)
from events.search import SearchText

APART = {Company.__tablename__, Recognition.__tablename__, Evidence.__tablename__}


async def cards_listed(session: AsyncSession, organizer_id: str, credit_code: str | None) -> Sequence[Project]:
    """The cards of this organizer's own records with the code."""
    query = (
        select(Project)
        .join(Company, Company.id == Project.company_id)
        .where(Company.listed_by == organizer_id, Company.credit_code == credit_code)
        .order_by(Project.id)
    )
    return (await session.scalars(query)).all()


async def hand_over_company(session: AsyncSession, organizer_id: str, company: Company, now: datetime) -> list[str]:
    """Everything that names this organizer's record of the code names the company from now on; the cards' ids."""
    cards = [card.id for card in await cards_listed(session, organizer_id, company.credit_code)]
    records = select(Company.id).where(Company.listed_by == organizer_id, Company.credit_code == company.credit_code)
    ids = list(await session.scalars(records))
    if not ids:
        return []
    for table in Base.metadata.sorted_tables:
        column = _names_a_company(table)
        if column is not None:
            await session.execute(update(table).where(table.c[column].in_(ids)).values({column: company.id}))
    await _delete(session, Company, ids)
    session.expire_all()
    for card in cards:
        await library.publish_project(session, card, now)
    return cards


def _names_a_company(table: Table) -> str | None:
    """The column that says whose the row is: that of projects, bookings, intents and whatever hangs on them."""
    if table.name in APART:
        return None
    for key in table.foreign_keys:
        if key.column.table.name == Company.__tablename__:
            return key.parent.name
    return None


async def hand_over_institution(
    session: AsyncSession, organizer_id: str, institution: Institution, now: datetime
) -> list[str]:
    """The institution stands in this organizer's library in place of its record; the records' ids.

    Partners are told that the records are gone.
    """
    same = [
        column == number
        for column, number in (
            (Institution.registration_no, institution.registration_no),
            (Institution.credit_code, institution.credit_code),
        )
        if number
    ]
    if institution.listed_by is not None or not same:
        return []
    records = list(
        await session.scalars(select(Institution.id).where(Institution.listed_by == organizer_id, or_(*same)))
    )
    for record_id in records:
        await _stand_in(session, organizer_id, institution, record_id, now)
    return records


async def _stand_in(
    session: AsyncSession, organizer_id: str, institution: Institution, record_id: str, now: datetime
) -> None:
    old = await session.get(LibraryEntry, (organizer_id, "institution", record_id))
    entry = await session.get(LibraryEntry, (organizer_id, "institution", institution.id))
    if old is not None:
        key = old.external_key
        await session.delete(old)
        await session.flush()
        if entry is not None:
            entry.external_key = entry.external_key or key
        else:
            await library.enlist(
                session, organizer_id, "institution", institution.id, Source.IMPORTED, now, external_key=key
            )
    await session.execute(delete(Verification).where(Verification.institution_id == record_id))
    await _delete(session, Institution, [record_id])
    changes.publish(session, [organizer_id], ChangeKind.INSTITUTION, record_id, None, now)


async def _delete(session: AsyncSession, table: type[Company] | type[Institution], ids: list[str]) -> None:
    await session.execute(
        delete(SearchText).where(SearchText.kind.in_(table.__searched__), SearchText.subject_id.in_(ids))
    )
    await session.execute(delete(table).where(table.id.in_(ids)))
