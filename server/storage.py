"""A disk that has no room left: told apart from a database that does not answer, since waiting alone will not help."""

from __future__ import annotations

import errno
import sqlite3

from events.errors import Refusal
from server.errors import STATUS, TITLES

POSTGRES_FULL = "53100"
ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says: the disk is full, the user's share of it is, or files may not become so large here."""


class StorageFull(Refusal):
    """507: the disk is full; nothing was done. Reading goes on."""

    code = "storage_full"
    zh, en = "服务器存储空间已满，操作未执行。", "The server has no room left on its disk; nothing was done."
    fix_zh = "您的内容仍在本页，请稍后再试，或联系运维。"
    fix_en = "What you wrote is still on your page: try again later, or tell whoever runs this server."


STATUS[StorageFull] = 507
TITLES[507] = "Insufficient Storage"


def is_full(error: BaseException) -> bool:
    """Whether a driver or the system says that there is no room."""
    cause = getattr(error, "orig", None) or error
    cause = getattr(cause, "__cause__", None) if not _says_full(cause) else cause
    return cause is not None and _says_full(cause)


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in ROOM:
        return True
    if getattr(error, "sqlstate", None) == POSTGRES_FULL:
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
