"""The one rule against double booking: a resource has each 5-minute cell once (P12).

Venues (with their buffers), companies, people and tables are all resources; a booking inserts the cells of
everything it needs in its own transaction, and the primary key decides who was first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import String, and_, delete, false, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from events.base import Base
from events.errors import Conflict

CELL_SECONDS = 300
CELL = timedelta(seconds=CELL_SECONDS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Claim(Base):
    __tablename__ = "claims"

    resource: Mapped[str] = mapped_column(String(60), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(60), index=True)


@dataclass(frozen=True, slots=True)
class Need:
    """A resource such as `venue:ID`, wanted from `starts_at` until `ends_at` (end excluded)."""

    resource: str
    starts_at: datetime
    ends_at: datetime

    @property
    def cells(self) -> range:
        """Every 5-minute cell the interval touches; none when it is empty."""
        first = int(self.starts_at.timestamp()) // CELL_SECONDS
        last = -(-int(self.ends_at.timestamp()) // CELL_SECONDS)
        return range(first, max(first, last)) if self.ends_at > self.starts_at else range(0)


def once(resource: str) -> Need:
    """A need without a time: the resource is had once, whenever."""
    return Need(resource, EPOCH, EPOCH + CELL)


class Taken(Conflict):
    """409: somebody holds what was asked for; `details.blocked_by` names owner and resource."""

    code = "time_taken"
    zh, en = "该时间已被占用。", "That time is already taken."
    fix_zh, fix_en = "请选择其他时间。", "Choose another time."


async def claim(session: AsyncSession, owner: str, needs: Iterable[Need]) -> None:
    """Take every cell of every need for `owner`, or none. Refuses: `Taken`, naming what blocks."""
    wanted = list(needs)
    rows = [{"resource": n.resource, "cell": cell, "owner": owner} for n in wanted for cell in n.cells]
    if not rows:
        return
    try:
        async with session.begin_nested():
            await session.execute(insert(Claim), sorted(rows, key=lambda row: (row["resource"], row["cell"])))
    except IntegrityError:
        raise Taken(blocked_by=await blockers(session, wanted)) from None


async def release(session: AsyncSession, owner: str) -> None:
    """Give back everything `owner` holds."""
    await session.execute(delete(Claim).where(Claim.owner == owner))


async def blockers(session: AsyncSession, needs: Iterable[Need]) -> list[dict[str, str]]:
    """Who holds any cell of these needs: `[{"owner": "roadshow:ID", "resource": "venue:ID"}]`."""
    wanted = [
        and_(Claim.resource == need.resource, Claim.cell >= need.cells.start, Claim.cell < need.cells.stop)
        for need in needs
        if need.cells
    ]
    query = select(Claim.owner, Claim.resource).where(or_(false(), *wanted)).distinct()
    found = (await session.execute(query.order_by(Claim.resource, Claim.owner))).all()
    return [{"owner": owner, "resource": resource} for owner, resource in found]
