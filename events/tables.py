"""Every table of the domain, imported in one place for migrations and tests."""

from __future__ import annotations

from events import audit, changes, claims, log, outbox, search
from events.accounts import models as accounts
from events.base import Base
from events.calendars import models as calendars
from events.deals import models as deals
from events.directory import models as directory
from events.feeds import models as feeds
from events.live import models as live
from events.live.danmaku import models as danmaku
from events.live.polls import models as polls
from events.live.record import models as record
from events.live.stage import models as stage
from events.programme import models as programme
from events.registrations import models as registrations

metadata = Base.metadata
MODULES = (
    accounts, audit, calendars, changes, claims, danmaku, deals, directory, feeds, live, log, outbox, polls,
    programme, record, registrations, search, stage,
)  # fmt: skip
