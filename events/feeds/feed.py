"""The change feed as partners read it: whose it is, and the rows in order."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import changes
from events.actor import Actor, Permission
from events.changes import Change, FeedHead
from events.errors import Gone, Invalid
from events.feeds.schemas import ChangeList, ChangeView
from events.log import Installation

MOST = 1000


class OrganizerMissing(Invalid):
    code = "organizer_required"
    zh, en = "请说明读取哪个主办方的变更流。", "Say whose change feed to read."
    fix_zh, fix_en = "加上参数 organizer=主办方编号。", "Add organizer=ID."


class FeedRestarted(Gone):
    """The numbers this reader knows are not of this history."""

    code = "feed_restarted"
    zh = "数据已从备份恢复，此前的读取位置不再有效。"
    en = "This installation was restored from a backup; where you had read to no longer means the same."
    fix_zh = "请丢弃已读取的内容，从 after=0 重新读取，此后的请求都带上返回的 epoch。"
    fix_en = "Drop what you read, start over with after=0, and from then on send the epoch you are given."


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


def check_cursor(after: int, epoch: str | None, head: int, current: Installation) -> None:
    """Whether what this reader read is of the history there is now. Refuses: feed_restarted.

    A reader that sends no epoch is believed until the first restore: from then on its numbers could be of before.
    """
    is_older = epoch != current.epoch if epoch is not None else current.restored_at is not None
    if after and (is_older or after > head):
        raise FeedRestarted(epoch=current.epoch)


async def read_feed(
    session: AsyncSession, organizer_id: str, after: int, limit: int, epoch: str | None = None
) -> ChangeList:
    """What changed after `after`, in order; nothing is ever inserted before what was read. Refuses: feed_restarted."""
    current = await session.get_one(Installation, 1)
    head = await session.scalar(select(FeedHead.seq).where(FeedHead.organizer_id == organizer_id))
    check_cursor(after, epoch, head or 0, current)
    page = await changes.read(session, organizer_id, after, limit)
    items = [view(row) for row in page.items]
    next_after = items[-1].seq if items else after
    return ChangeList(items=items, next_after=next_after, more=page.more, epoch=current.epoch)


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
