"""The change feed as partners read it: whose it is, and the rows in order."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events import changes
from events.actor import Actor, Permission
from events.changes import Change
from events.errors import Invalid
from events.feeds.schemas import ChangeList, ChangeView

MOST = 1000


class OrganizerMissing(Invalid):
    code = "organizer_required"
    zh, en = "请说明读取哪个主办方的变更流。", "Say whose change feed to read."
    fix_zh, fix_en = "加上参数 organizer=主办方编号。", "Add organizer=ID."


def feed_of(actor: Actor, organizer_id: str | None) -> str:
    """Whose feed this actor reads: a token's own, or the one named.

    Refuses: sign_in_required, organizer_required, not_found, forbidden.
    """
    wanted = organizer_id or actor.feed_organizer_id
    if wanted is None:
        actor.require_account()
        raise OrganizerMissing
    actor.require(wanted, Permission.FEED_READ)
    return wanted


async def read_feed(session: AsyncSession, organizer_id: str, after: int, limit: int) -> ChangeList:
    """What changed after `after`, in order; nothing is ever inserted before what was read."""
    page = await changes.read(session, organizer_id, after, limit)
    items = [view(row) for row in page.items]
    return ChangeList(items=items, next_after=items[-1].seq if items else after, more=page.more)


def view(row: Change) -> ChangeView:
    assert row.seq is not None
    return ChangeView(
        seq=row.seq,
        id=row.id,
        kind=row.kind,
        op="delete" if row.data is None else "put",
        object_id=row.object_id,
        schema=row.schema_version,
        at=row.at,
        data=row.data,
    )
